// Package invoke takes one event through the handler to its reply, and tells log, metrics and trace.
package invoke

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"lambda.knative.io/runtime/internal/event"
	"lambda.knative.io/runtime/internal/failure"
	"lambda.knative.io/runtime/internal/handler"
	"lambda.knative.io/runtime/internal/identity"
	"lambda.knative.io/runtime/internal/logging"
	"lambda.knative.io/runtime/internal/metrics"
	"lambda.knative.io/runtime/internal/reply"
	"lambda.knative.io/runtime/internal/settings"
	"lambda.knative.io/runtime/internal/trace"
	"lambda.knative.io/runtime/lambda"
)

// Request is what all events of a request share.
type Request struct {
	Header http.Header
	// Deadline of all of them.
	Deadline time.Time
	Slot     *Slot
}

// Invoker of one function.
type Invoker struct {
	Replies *reply.Builder

	settings   *settings.Settings
	handler    *handler.Handler
	metrics    *metrics.Metrics
	log        *logging.Log
	spans      *trace.Exporter
	memory     memoryGauge
	wasInvoked atomic.Bool
	firstCall  atomic.Pointer[time.Duration]
}

// Parts of an invoker.
type Parts struct {
	Settings *settings.Settings
	Handler  *handler.Handler
	Metrics  *metrics.Metrics
	Log      *logging.Log
	Spans    *trace.Exporter
}

// New puts the parts together.
func New(parts Parts) *Invoker {
	return &Invoker{
		Replies:  reply.NewBuilder(parts.Settings.Name, parts.Settings.Namespace),
		settings: parts.Settings, handler: parts.Handler, metrics: parts.Metrics, log: parts.Log, spans: parts.Spans,
	}
}

// invocation is one event on its way.
type invocation struct {
	cause       reply.Cause
	trace       trace.Trace
	attributes  *event.Attributes
	fields      []slog.Attr
	startedAt   time.Time
	isColdStart bool
}

// Answer takes the reply to an event, once. It is called apart where the goroutine that asked for it is still in the
// handler, or ends there.
type Answer func(replied *reply.Reply, isApart bool)

// Run takes one event to its reply. The handler runs in this goroutine: to hand it to another and back costs as much as
// all else.
func (i *Invoker) Run(received *event.Event, request *Request, answer Answer) {
	one := i.begin(&received.Attributes, request)
	if hops, allowed := one.cause.HopCount, i.settings.MaxHops; hops >= allowed {
		refusal := failure.Refusal("HopLimitExceeded", fmt.Sprintf("hopcount: got %d, allowed below %d", hops, allowed))
		replied := i.refuse(&one.cause, refusal, one.fields)
		answer(&replied, false)
		return
	}
	if !one.startedAt.Before(request.Deadline) {
		replied := i.timeOut(one, 0)
		answer(&replied, false)
		return
	}
	i.invoke(received.Data, one, request, answer)
}

// RunApart takes one event to its reply in a goroutine of its own, and waits for the reply only.
func (i *Invoker) RunApart(received *event.Event, request *Request) reply.Reply {
	replies := make(chan reply.Reply, 1)
	go i.Run(received, request, func(replied *reply.Reply, _ bool) { replies <- *replied })
	return <-replies
}

// Refuse is for an event that cannot be read; header is that of its correlation id.
func (i *Invoker) Refuse(header string, refusal failure.Failure) reply.Reply {
	cause := reply.Cause{Identity: identity.Of(header, "", nil)}
	return i.refuse(&cause, refusal, []slog.Attr{
		slog.String("correlation_id", cause.Identity.Correlation),
		slog.String("invocation_id", cause.Identity.Invocation),
	})
}

func (i *Invoker) refuse(cause *reply.Cause, refusal failure.Failure, fields []slog.Attr) reply.Reply {
	i.metrics.CountFailure(metrics.Error, refusal.Type)
	i.log.Line(slog.LevelWarn, "event refused", fields, []slog.Attr{
		slog.Int("http_status", http.StatusInternalServerError),
		slog.String("error_code", refusal.Code), slog.String("error_message", refusal.Message),
	})
	return i.Replies.Failure(cause, &refusal, i.measure(time.Now(), 0, false))
}

func (i *Invoker) begin(attributes *event.Attributes, request *Request) *invocation {
	header := request.Header.Get("X-Correlation-Id")
	own := identity.Of(header, attributes.ID, attributes.Extensions)
	one := &invocation{
		trace:      trace.Of(request.Header, attributes.Extensions, i.settings.Spans.Share),
		attributes: attributes,
		startedAt:  time.Now(),
	}
	one.cause = reply.Cause{
		Identity: own, EventID: attributes.ID,
		HopCount: identity.ParseHops(attributes.Extensions["hopcount"]), Trace: &one.trace,
	}
	one.fields = []slog.Attr{
		slog.String("correlation_id", own.Correlation),
		slog.String("invocation_id", own.Invocation),
		slog.String("event_id", attributes.ID),
		slog.String("event_type", attributes.Type),
		slog.String("event_source", attributes.Source),
		slog.String("trace_id", one.trace.TraceID),
		slog.String("span_id", one.trace.SpanID),
	}
	return one
}

// invoke answers at the deadline whatever the handler does: it cannot be ended, keeps its slot until it ends, and what
// it returns is dropped.
func (i *Invoker) invoke(data event.Data, one *invocation, request *Request, answer Answer) {
	one.isColdStart = i.wasInvoked.CompareAndSwap(false, true)
	i.log.Line(slog.LevelDebug, "invocation started", one.fields, []slog.Attr{slog.Bool("cold_start", one.isColdStart)})
	var ctx *lambda.Context
	if i.handler.TakesContext() {
		timed, cancel := context.WithDeadline(context.Background(), request.Deadline)
		defer cancel()
		ctx = i.contextOf(timed, one)
	}
	var decided once
	timer := time.AfterFunc(request.Deadline.Sub(one.startedAt), func() {
		decided.do(func() {
			replied := i.timeOut(one, time.Since(one.startedAt))
			answer(&replied, true)
		})
	})
	request.Slot.handlerStarted()
	i.handler.Call(ctx, data, func(outcome handler.Outcome, isExit bool) {
		endedAt := time.Now()
		timer.Stop()
		// first, so that the slot is free when the caller has its answer
		request.Slot.handlerEnded()
		duration := endedAt.Sub(one.startedAt)
		isInTime := decided.do(func() {
			var replied reply.Reply
			// who ends because it heard of the deadline is late, however soon that was
			if endedAt.Before(request.Deadline) {
				replied = i.finish(one, outcome, duration)
			} else {
				replied = i.timeOut(one, duration)
			}
			answer(&replied, isExit)
		})
		if !isInTime {
			i.log.Line(slog.LevelWarn, "late result dropped", one.fields, []slog.Attr{milliseconds("duration_ms", duration)})
		}
	})
}

// once is a sync.Once that says who was first; the second waits until the first is done.
type once struct {
	mutex  sync.Mutex
	isDone bool
}

func (o *once) do(action func()) bool {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	if o.isDone {
		return false
	}
	o.isDone = true
	action()
	return true
}

func (i *Invoker) contextOf(ctx context.Context, one *invocation) *lambda.Context {
	attributes := one.attributes
	extensions := attributes.Extensions
	if extensions == nil {
		extensions = map[string]string{}
	}
	return &lambda.Context{
		Context: ctx,
		ID:      attributes.ID, Source: attributes.Source, Type: attributes.Type, SpecVersion: "1.0",
		Subject: attributes.Subject, Time: attributes.Time,
		DataContentType: attributes.DataContentType, DataSchema: attributes.DataSchema,
		Extensions:    extensions,
		CorrelationID: one.cause.Identity.Correlation, InvocationID: one.cause.Identity.Invocation,
		FunctionName: i.settings.Name, FunctionNamespace: i.settings.Namespace,
		Traceparent: one.trace.Traceparent, Tracestate: one.trace.Tracestate,
		HopCount: one.cause.HopCount,
		Logger:   i.log.Logger(one.fields),
	}
}
