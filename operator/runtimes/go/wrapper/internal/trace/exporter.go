package trace

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"time"

	"lambda.knative.io/runtime/internal/logging"
	"lambda.knative.io/runtime/internal/settings"
)

const (
	mostWaiting = 2048
	mostInBatch = 512
	every       = 5 * time.Second
	sendTimeout = 2 * time.Second
	warnEvery   = time.Minute
)

// Span of an invocation that has ended.
type Span struct {
	Trace      Trace
	StartedAt  time.Time
	Duration   time.Duration
	Attributes map[string]any
	// Failure is the message of its error, or nil.
	Failure *string
}

// Exporter sends sampled spans in batches over OTLP, HTTP with JSON; it loses them rather than slow an invocation.
type Exporter struct {
	settings settings.Spans
	log      *logging.Log
	client   *http.Client

	mutex    sync.Mutex
	waiting  []Span
	timer    *time.Timer
	warnedAt time.Time

	// sending is held by who sends a batch.
	sending sync.Mutex
}

// NewExporter sends nothing where there is no endpoint.
func NewExporter(s settings.Spans, log *logging.Log) *Exporter {
	return &Exporter{settings: s, log: log, client: &http.Client{Timeout: sendTimeout}}
}

// Takes says whether the span of a trace is wanted.
func (e *Exporter) Takes(trace *Trace) bool {
	return trace.IsSampled && e.settings.Endpoint != ""
}

// Add takes a span that is wanted.
func (e *Exporter) Add(span Span) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	if len(e.waiting) >= mostWaiting {
		return
	}
	e.waiting = append(e.waiting, span)
	switch {
	case len(e.waiting) == mostInBatch:
		go e.sendNext()
	case e.timer == nil:
		e.timer = time.AfterFunc(every, func() { e.Flush() })
	}
}

// Flush sends what waits, or loses it after at most 2 s for each batch.
func (e *Exporter) Flush() {
	for e.sendNext() {
	}
}

// sendNext says whether there was anything to send.
func (e *Exporter) sendNext() bool {
	e.sending.Lock()
	defer e.sending.Unlock()
	batch := e.take()
	if len(batch) == 0 {
		return false
	}
	if err := e.send(batch); err != nil {
		e.warn(err)
	}
	return true
}

func (e *Exporter) take() []Span {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	if e.timer != nil {
		e.timer.Stop()
		e.timer = nil
	}
	count := min(len(e.waiting), mostInBatch)
	batch := e.waiting[:count:count]
	e.waiting = append([]Span(nil), e.waiting[count:]...)
	return batch
}

func (e *Exporter) send(batch []Span) error {
	body, err := encode(e.settings.Resource, batch)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(context.Background(), http.MethodPost, e.settings.Endpoint, body)
	if err != nil {
		return err
	}
	for name, value := range e.settings.Headers {
		request.Header.Set(name, value)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := e.client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	// the connection is used again once its answer is read
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, 1<<16))
	if response.StatusCode >= http.StatusMultipleChoices {
		return fmt.Errorf("%s answered %d", hostOf(e.settings.Endpoint), response.StatusCode)
	}
	return nil
}

func hostOf(endpoint string) string {
	parsed, err := url.Parse(endpoint)
	if err != nil {
		return endpoint
	}
	return parsed.Host
}

func (e *Exporter) warn(err error) {
	e.mutex.Lock()
	isSoon := !e.warnedAt.IsZero() && time.Since(e.warnedAt) < warnEvery
	if !isSoon {
		e.warnedAt = time.Now()
	}
	e.mutex.Unlock()
	if !isSoon {
		e.log.Line(slog.LevelWarn, "spans lost", []slog.Attr{slog.String("error_message", err.Error())})
	}
}
