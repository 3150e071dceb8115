// Package server has the routes of a function.
package server

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"lambda.knative.io/runtime/internal/event"
	"lambda.knative.io/runtime/internal/failure"
	"lambda.knative.io/runtime/internal/identity"
	"lambda.knative.io/runtime/internal/invoke"
	"lambda.knative.io/runtime/internal/logging"
	"lambda.knative.io/runtime/internal/metrics"
	"lambda.knative.io/runtime/internal/reply"
	"lambda.knative.io/runtime/internal/settings"
)

// Function is what PORT serves.
type Function struct {
	settings   *settings.Settings
	invoker    *invoke.Invoker
	metrics    *metrics.Metrics
	log        *logging.Log
	load       time.Duration
	slots      *invoke.Slots
	clock      dateClock
	isDraining atomic.Bool
	apart      sync.WaitGroup
}

// Parts of what is served.
type Parts struct {
	Settings *settings.Settings
	Invoker  *invoke.Invoker
	Metrics  *metrics.Metrics
	Log      *logging.Log
	// Load is the time from the start of the process until the handler was loaded.
	Load time.Duration
}

// New puts the parts together.
func New(parts Parts) *Function {
	return &Function{
		settings: parts.Settings, invoker: parts.Invoker, metrics: parts.Metrics, log: parts.Log, load: parts.Load,
		slots: invoke.NewSlots(parts.Settings.MaxConcurrency),
	}
}

// InFlight is how many requests are being handled.
func (f *Function) InFlight() int { return f.slots.InUse() }

// Drain refuses further requests from now on.
func (f *Function) Drain() { f.isDraining.Store(true) }

// ServeHTTP answers one request.
func (f *Function) ServeHTTP(writer http.ResponseWriter, request *http.Request) {
	if request.Method == http.MethodPost && request.URL.Path == "/" {
		f.receive(writer, request)
		return
	}
	passOver(writer, request)
	f.writeRouted(writer, f.route(request), f.isDraining.Load())
}

func (f *Function) receive(writer http.ResponseWriter, request *http.Request) {
	if f.isDraining.Load() {
		f.refuse(writer, request, http.StatusServiceUnavailable, "Draining", "function: is shutting down")
		drain(writer, request)
		return
	}
	slot := f.slots.Take()
	if slot == nil {
		most := f.settings.MaxConcurrency
		message := fmt.Sprintf("function: %d requests at a time are running, allowed %d", most, most)
		passOver(writer, request)
		f.refuse(writer, request, http.StatusTooManyRequests, "Overloaded", message)
		return
	}
	defer slot.Answered()
	f.handle(writer, request, slot)
}

func (f *Function) handle(writer http.ResponseWriter, request *http.Request, slot *invoke.Slot) {
	receivedAt := time.Now()
	body, err := readBody(request, f.settings.MaxBodyBytes)
	switch {
	case err == nil:
		f.answer(&exchange{writer, request, slot, receivedAt}, body)
	case errors.Is(err, errTooLarge):
		message := fmt.Sprintf("body: got more than %d bytes, allowed as many", f.settings.MaxBodyBytes)
		refused := f.invoker.Refuse(request.Header.Get("X-Correlation-Id"), failure.Refusal("BodyTooLarge", message))
		f.write(writer, f.toAnswer(writer.Header(), connOf(request), &refused), true)
		drain(writer, request)
	case errors.Is(err, errSlow):
		message := fmt.Sprintf("body: not whole after %s", f.settings.BodyTimeout)
		f.refuse(writer, request, http.StatusRequestTimeout, "RequestTimeout", message)
	default:
		panic(http.ErrAbortHandler)
	}
}

// exchange is one request and its answer.
type exchange struct {
	writer     http.ResponseWriter
	request    *http.Request
	slot       *invoke.Slot
	receivedAt time.Time
}

func (f *Function) answer(one *exchange, body []byte) {
	now := time.Now()
	header := one.request.Header
	received, err := event.Parse(header, body, now)
	if err != nil {
		refused := f.invoker.Refuse(header.Get("X-Correlation-Id"), failure.Refusal("UnreadableEvent", err.Error()))
		f.write(one.writer, f.toAnswer(one.writer.Header(), connOf(one.request), &refused), f.isDraining.Load())
		return
	}
	shared := &invoke.Request{Header: header, Deadline: now.Add(f.settings.Timeout), Slot: one.slot}
	if received.IsBatch {
		f.answerBatch(one, received.Events, shared)
		return
	}
	f.invoker.Run(&received.Events[0], shared, func(replied *reply.Reply, isApart bool) {
		if isApart {
			f.takeOver(one, replied)
			return
		}
		f.write(one.writer, f.toAnswer(one.writer.Header(), connOf(one.request), replied), f.isDraining.Load())
		f.end(one)
	})
}

func (f *Function) answerBatch(one *exchange, events []event.Event, shared *invoke.Request) {
	replies := make([]reply.Reply, len(events))
	for i := range events {
		replies[i] = f.invoker.RunApart(&events[i], shared)
	}
	of := identity.Of(one.request.Header.Get("X-Correlation-Id"), "", nil)
	f.write(one.writer, toBatchAnswer(one.writer.Header(), replies, of.Correlation), f.isDraining.Load())
	f.end(one)
}

// end gives the slot back, and counts the first answer when it is with the system.
func (f *Function) end(one *exchange) {
	one.slot.Answered()
	if f.invoker.IsFirstAnswer() && http.NewResponseController(one.writer).Flush() == nil {
		f.invoker.ReportFirstByte(f.load, time.Since(one.receivedAt))
	}
}

// refuse is for answers that come before an event is read, and that count as no outcome.
func (f *Function) refuse(writer http.ResponseWriter, request *http.Request, status int, code, message string) {
	of := identity.Of(request.Header.Get("X-Correlation-Id"), "", nil)
	f.log.Line(slog.LevelWarn, "event refused", []slog.Attr{
		slog.String("correlation_id", of.Correlation), slog.Int("http_status", status),
		slog.String("error_code", code), slog.String("error_message", message),
	})
	header := writer.Header()
	header["Content-Type"] = jsonType
	header["X-Correlation-Id"] = []string{of.Correlation}
	if status != http.StatusRequestTimeout {
		header["Retry-After"] = []string{"1"}
	}
	refusal := failure.Failure{Code: code, Message: message, IsRetryable: true}
	f.write(writer, answer{status, f.invoker.Replies.Refusal(of, &refusal)}, status != http.StatusTooManyRequests)
}
