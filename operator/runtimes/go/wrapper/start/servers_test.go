package start

import (
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"strings"
	"testing"
	"time"

	"lambda.knative.io/runtime/internal/logging"
	"lambda.knative.io/runtime/internal/settings"
)

func TestServerThatTakesNoMoreConnectionsFails(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	one := newServer(http.NotFoundHandler(), time.Second, logging.New(settings.DefaultLog, io.Discard))
	opened := servers{all: []*http.Server{one}, failed: make(chan error, 1)}
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	opened.serve(one, listener)
	if err := <-opened.failed; err == nil {
		t.Error("got no error, want that of the listener")
	}
}

func TestServerKeepsTheConnectionOfAHandlerThatOutlivesTheReadTimeout(t *testing.T) {
	const readTimeout = 50 * time.Millisecond
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	slow := http.HandlerFunc(func(_ http.ResponseWriter, request *http.Request) {
		_, _ = io.Copy(io.Discard, request.Body)
		time.Sleep(3 * readTimeout)
	})
	one := newServer(slow, readTimeout, logging.New(settings.DefaultLog, io.Discard))
	t.Cleanup(func() { _ = one.Close() })
	go servers{failed: make(chan error, 1)}.serve(one, listener)
	for _, isReused := range []bool{false, true} {
		trace := httptrace.ClientTrace{GotConn: func(got httptrace.GotConnInfo) {
			if got.Reused != isReused {
				t.Errorf("got a connection that is reused: %t, want %t", got.Reused, isReused)
			}
		}}
		request, err := http.NewRequest(http.MethodPost, "http://"+listener.Addr().String(), strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.DefaultClient.Do(request.WithContext(httptrace.WithClientTrace(request.Context(), &trace)))
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
	}
}
