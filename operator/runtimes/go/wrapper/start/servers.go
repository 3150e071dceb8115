package start

import (
	"bytes"
	"context"
	"errors"
	stdlog "log"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"time"

	"lambda.knative.io/runtime/internal/logging"
	"lambda.knative.io/runtime/internal/server"
	"lambda.knative.io/runtime/internal/settings"
)

// idleTimeout is longer than the 90 s after which Knative's proxy gives up an idle connection, so that it is the first
// to do so.
const idleTimeout = 120 * time.Second

// servers of both ports; what fails takes no more connections.
type servers struct {
	all    []*http.Server
	failed chan error
}

// listen fails where a port is taken; it returns when both ports are open.
func listen(read *settings.Settings, function *server.Function, log *logging.Log) (servers, error) {
	handlers := map[int]http.Handler{read.MetricsPort: function.Metrics()}
	handlers[read.Port] = function
	opened := servers{failed: make(chan error, len(handlers))}
	for port, handler := range handlers {
		listener, err := net.Listen("tcp", ":"+strconv.Itoa(port))
		if err != nil {
			return servers{}, err
		}
		one := newServer(handler, read.BodyTimeout, log)
		opened.all = append(opened.all, one)
		go opened.serve(one, server.NewListener(listener))
	}
	return opened, nil
}

func newServer(handler http.Handler, readTimeout time.Duration, log *logging.Log) *http.Server {
	return &http.Server{
		Handler:                      handler,
		ConnContext:                  server.Context,
		IdleTimeout:                  idleTimeout,
		ReadTimeout:                  readTimeout,
		DisableGeneralOptionsHandler: true,
		ErrorLog:                     stdlog.New(faults{log}, "", 0),
	}
}

func (s servers) serve(one *http.Server, listener net.Listener) {
	if err := one.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		s.failed <- err
	}
}

// shutdown closes the listeners at once.
func (s servers) shutdown(ctx context.Context) error {
	results := make(chan error, len(s.all))
	for _, one := range s.all {
		go func() { results <- one.Shutdown(ctx) }()
	}
	var first error
	for range s.all {
		if err := <-results; err != nil && first == nil {
			first = err
		}
	}
	return first
}

// faults is where net/http says what went wrong with a connection.
type faults struct{ log *logging.Log }

func (f faults) Write(text []byte) (int, error) {
	message := slog.String("error_message", string(bytes.TrimSpace(text)))
	f.log.Line(slog.LevelWarn, "server failed", []slog.Attr{message})
	return len(text), nil
}
