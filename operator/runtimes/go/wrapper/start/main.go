// Package start is the life of the process of a function.
package start

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"syscall"
	"time"

	"lambda.knative.io/runtime/internal/handler"
	"lambda.knative.io/runtime/internal/invoke"
	"lambda.knative.io/runtime/internal/logging"
	"lambda.knative.io/runtime/internal/metrics"
	"lambda.knative.io/runtime/internal/server"
	"lambda.knative.io/runtime/internal/settings"
	"lambda.knative.io/runtime/internal/trace"
)

// flushTimeout is how long the last spans may take.
const flushTimeout = 2 * time.Second

// errCutOff is for requests that outlive the grace period.
var errCutOff = errors.New("requests in flight after the grace period")

// Main serves the function until a signal comes, and ends the process. The name is that of the handler.
func Main(name string, function any) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	if err := run(name, function, signals); err != nil {
		writeTermination(err.Error())
		os.Exit(1)
	}
	os.Exit(0)
}

// run has logged the error that it returns.
func run(name string, function any, signals <-chan os.Signal) error {
	read, err := settings.Read(os.Getenv)
	if err != nil {
		return refuseSettings(logging.New(settings.DefaultLog, os.Stdout), err)
	}
	log := logging.New(read.Log, os.Stdout)
	called, err := handler.New(function)
	if err != nil {
		log.Line(slog.LevelError, "handler failed to load", []slog.Attr{
			slog.String("handler", name), slog.String("error_code", "HandlerError"), slog.String("error_message", err.Error()),
		})
		return fmt.Errorf("handler failed to load: %s: HandlerError: %w", name, err)
	}
	load := sinceStart()
	if os.Getenv("GOGC") == "" && os.Getenv("GOMEMLIMIT") == "" {
		defer runtime.KeepAlive(collectLess())
	}
	gauges := metrics.New(read.Name, read.Namespace)
	spans := trace.NewExporter(read.Spans, log)
	invoker := invoke.New(invoke.Parts{Settings: &read, Handler: called, Metrics: gauges, Log: log, Spans: spans})
	served := server.New(server.Parts{Settings: &read, Invoker: invoker, Metrics: gauges, Log: log, Load: load})
	servers, err := listen(&read, served, log)
	if err != nil {
		return refuseSettings(log, err)
	}
	log.Line(slog.LevelInfo, "runtime started", []slog.Attr{
		slog.Int("port", read.Port), slog.Int("metrics_port", read.MetricsPort), slog.String("handler", name),
		slog.String("language", "go"), slog.String("language_version", strings.TrimPrefix(runtime.Version(), "go")),
		slog.Int64("load_ms", load.Milliseconds()), slog.Float64("timeout_seconds", read.Timeout.Seconds()),
		slog.Int("max_concurrency", read.MaxConcurrency),
	})
	select {
	case heard := <-signals:
		return drain(drained{servers, served, spans, log, read.ShutdownGrace}, heard)
	case err := <-servers.failed:
		log.Line(slog.LevelError, "server failed", []slog.Attr{slog.String("error_message", err.Error())})
		return fmt.Errorf("server failed: %w", err)
	}
}

func refuseSettings(log *logging.Log, err error) error {
	log.Line(slog.LevelError, "configuration refused", []slog.Attr{slog.String("error_message", err.Error())})
	return fmt.Errorf("configuration refused: %w", err)
}

// drained is what a signal ends.
type drained struct {
	servers  servers
	function *server.Function
	spans    *trace.Exporter
	log      *logging.Log
	grace    time.Duration
}

// drain takes no more requests, and waits until those in flight are answered. Further signals change nothing.
func drain(d drained, heard os.Signal) error {
	d.log.Line(slog.LevelInfo, "shutdown started", []slog.Attr{
		slog.String("signal", signalName(heard)), slog.Int("in_flight", d.function.InFlight()),
	})
	d.function.Drain()
	ctx, cancel := context.WithTimeout(context.Background(), d.grace)
	defer cancel()
	if err := d.servers.shutdown(ctx); err != nil {
		inFlight := d.function.InFlight()
		d.log.Line(slog.LevelError, "shutdown finished", []slog.Attr{slog.Int("in_flight", inFlight)})
		return fmt.Errorf("shutdown: %d %w", inFlight, errCutOff)
	}
	d.function.Wait()
	flush(d.spans)
	d.log.Line(slog.LevelInfo, "shutdown finished", []slog.Attr{slog.Int("in_flight", 0)})
	return nil
}

func signalName(heard os.Signal) string {
	if heard == syscall.SIGINT {
		return "SIGINT"
	}
	return "SIGTERM"
}

func flush(spans *trace.Exporter) {
	flushed := make(chan struct{})
	go func() {
		spans.Flush()
		close(flushed)
	}()
	select {
	case <-flushed:
	case <-time.After(flushTimeout):
	}
}
