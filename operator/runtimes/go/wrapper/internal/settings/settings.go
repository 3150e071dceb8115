// Package settings reads the environment of the contract, once.
package settings

import (
	"log/slog"
	"time"
)

// Settings of a function.
type Settings struct {
	Port, MetricsPort int
	Name, Namespace   string
	Timeout           time.Duration
	MaxConcurrency    int
	MaxBodyBytes      int64
	BodyTimeout       time.Duration
	ShutdownGrace     time.Duration
	MaxHops           int
	Log               Log
	Spans             Spans
}

// Log says which lines are written, and how.
type Log struct {
	// Level is the lowest that is written.
	Level           slog.Level
	IsText          bool
	Name, Namespace string
}

// Spans says which are sent, and where.
type Spans struct {
	// Endpoint is the URL that they are posted to; empty: nowhere.
	Endpoint          string
	Headers, Resource map[string]string
	// Share of new traces that are sampled, 0 to 1.
	Share float64
}

// DefaultLog is for what happens before there are settings.
var DefaultLog = Log{Name: "function", Namespace: "knative-lambda"}

// Lookup reads one variable of the environment; an empty value counts as absent.
type Lookup func(name string) string

// Read takes every setting, or its default; its error names the first value that is not allowed.
func Read(lookup Lookup) (Settings, error) {
	r := reader{lookup: lookup}
	name := r.first("FUNCTION_NAME", "K_SERVICE")
	if name == "" {
		name = DefaultLog.Name
	}
	namespace := r.first("FUNCTION_NAMESPACE", "NAMESPACE")
	if namespace == "" {
		namespace = DefaultLog.Namespace
	}
	r.handler()
	port := r.integer("PORT", 1, 65_535, 8080)
	read := Settings{
		Port:           port,
		MetricsPort:    r.integer("METRICS_PORT", 1, 65_535, port),
		Name:           name,
		Namespace:      namespace,
		Timeout:        r.seconds("TIMEOUT_SECONDS", 300),
		MaxConcurrency: r.integer("MAX_CONCURRENCY", 1, 100_000, 100),
		MaxBodyBytes:   int64(r.integer("MAX_BODY_BYTES", 1, 1<<30, 10<<20)),
		BodyTimeout:    r.seconds("BODY_TIMEOUT_SECONDS", 30),
		ShutdownGrace:  r.seconds("SHUTDOWN_GRACE_SECONDS", 30),
		MaxHops:        r.integer("MAX_HOPS", 1, 1000, 16),
		Log: Log{
			Level:     levels[r.choice("LOG_LEVEL", "info", "debug", "warn", "error")],
			IsText:    r.choice("LOG_FORMAT", "json", "text") == "text",
			Name:      name,
			Namespace: namespace,
		},
		Spans: r.spans(name, namespace),
	}
	return read, r.err
}

var levels = map[string]slog.Level{
	"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError,
}
