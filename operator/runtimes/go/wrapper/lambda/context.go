// Package lambda is what a handler may use: its context, and an event to return.
package lambda

import (
	"context"
	"log/slog"
	"time"
)

// Context is what a handler may know of its invocation beside the data. It is done at the deadline of the invocation,
// and a handler that goes on after it is not waited for.
type Context struct {
	context.Context
	// ID, Source, Type and SpecVersion are those of the event.
	ID, Source, Type, SpecVersion string
	// Subject, Time, DataContentType and DataSchema are empty where the event has none. Time is as it was sent.
	Subject, Time, DataContentType, DataSchema string
	// Extensions by name; booleans are true and false, integers decimal.
	Extensions                      map[string]string
	CorrelationID, InvocationID     string
	FunctionName, FunctionNamespace string
	// Traceparent and Tracestate are the W3C context of this invocation, to send on. Tracestate may be empty.
	Traceparent, Tracestate string
	// HopCount is how many functions the event has gone through before.
	HopCount int
	// Logger writes lines with the ids of the invocation.
	Logger *slog.Logger
}

type contextKey struct{}

// Value of a key; FromContext finds the invocation by it.
func (c *Context) Value(key any) any {
	if key == (contextKey{}) {
		return c
	}
	return c.Context.Value(key)
}

// FromContext finds the invocation that a context belongs to, also in one that was made from it.
func FromContext(ctx context.Context) (*Context, bool) {
	found, isThere := ctx.Value(contextKey{}).(*Context)
	return found, isThere
}

// RemainingMs is how many milliseconds are left until the deadline, never below 0.
func (c *Context) RemainingMs() int64 {
	deadline, _ := c.Deadline()
	return max(0, time.Until(deadline).Milliseconds())
}
