package start

import (
	"io"
	"net"
	"net/http"
	"testing"

	"lambda.knative.io/runtime/internal/logging"
	"lambda.knative.io/runtime/internal/settings"
)

func TestServerThatTakesNoMoreConnectionsFails(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	one := newServer(http.NotFoundHandler(), logging.New(settings.DefaultLog, io.Discard))
	opened := servers{all: []*http.Server{one}, failed: make(chan error, 1)}
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	opened.serve(one, listener)
	if err := <-opened.failed; err == nil {
		t.Error("got no error, want that of the listener")
	}
}
