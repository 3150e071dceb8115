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

type servers []*http.Server

// listen fails where a port is taken; it returns when both ports are open.
func listen(read *settings.Settings, function *server.Function, log *logging.Log) (servers, error) {
	handlers := map[int]http.Handler{read.MetricsPort: function.Metrics()}
	handlers[read.Port] = function
	var all servers
	for port, handler := range handlers {
		listener, err := net.Listen("tcp", ":"+strconv.Itoa(port))
		if err != nil {
			return nil, err
		}
		one := newServer(handler, log)
		all = append(all, one)
		go serve(one, listener, log)
	}
	return all, nil
}

func newServer(handler http.Handler, log *logging.Log) *http.Server {
	return &http.Server{
		Handler:                      handler,
		IdleTimeout:                  idleTimeout,
		ReadHeaderTimeout:            idleTimeout,
		DisableGeneralOptionsHandler: true,
		ErrorLog:                     stdlog.New(faults{log}, "", 0),
	}
}

func serve(one *http.Server, listener net.Listener, log *logging.Log) {
	if err := one.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		log.Line(slog.LevelError, "server failed", []slog.Attr{slog.String("error_message", err.Error())})
	}
}

// shutdown closes the listeners at once.
func (s servers) shutdown(ctx context.Context) error {
	results := make(chan error, len(s))
	for _, one := range s {
		go func(one *http.Server) { results <- one.Shutdown(ctx) }(one)
	}
	var first error
	for range s {
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
