package logging

import (
	"context"
	"log/slog"
)

// Logger writes lines that end with these fields.
func (l *Log) Logger(fields []slog.Attr) *slog.Logger {
	return slog.New(&invocationHandler{log: l, own: fields})
}

// invocationHandler is the author's way to the log.
type invocationHandler struct {
	log *Log
	// own fields name the invocation; the author cannot change them.
	own    []slog.Attr
	added  []slog.Attr
	prefix string
}

func (h *invocationHandler) Enabled(_ context.Context, level slog.Level) bool {
	return level >= h.log.settings.Level
}

func (h *invocationHandler) Handle(_ context.Context, record slog.Record) error {
	fields := make([]slog.Attr, len(h.added), len(h.added)+record.NumAttrs())
	copy(fields, h.added)
	record.Attrs(func(field slog.Attr) bool {
		fields = append(fields, h.prefixed(field))
		return true
	})
	h.log.Line(record.Level, record.Message, h.others(fields), h.own)
	return nil
}

// others leaves out those that are the invocation's own.
func (h *invocationHandler) others(fields []slog.Attr) []slog.Attr {
	kept := fields[:0]
	for _, field := range fields {
		if !contains(h.own, field.Key) {
			kept = append(kept, field)
		}
	}
	return kept
}

func contains(fields []slog.Attr, key string) bool {
	for _, field := range fields {
		if field.Key == key {
			return true
		}
	}
	return false
}

func (h *invocationHandler) prefixed(field slog.Attr) slog.Attr {
	return slog.Attr{Key: h.prefix + field.Key, Value: field.Value}
}

func (h *invocationHandler) WithAttrs(fields []slog.Attr) slog.Handler {
	with := *h
	with.added = make([]slog.Attr, len(h.added), len(h.added)+len(fields))
	copy(with.added, h.added)
	for _, field := range fields {
		with.added = append(with.added, h.prefixed(field))
	}
	return &with
}

func (h *invocationHandler) WithGroup(name string) slog.Handler {
	with := *h
	if name != "" {
		with.prefix = h.prefix + name + "."
	}
	return &with
}
