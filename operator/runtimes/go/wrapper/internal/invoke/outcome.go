package invoke

import (
	"fmt"
	"log/slog"
	"math"
	"strconv"
	"time"

	"lambda.knative.io/runtime/internal/failure"
	"lambda.knative.io/runtime/internal/handler"
	"lambda.knative.io/runtime/internal/metrics"
	"lambda.knative.io/runtime/internal/reply"
	"lambda.knative.io/runtime/internal/trace"
)

func (i *Invoker) finish(one *invocation, outcome handler.Outcome, duration time.Duration) reply.Reply {
	measures := i.measure(one.startedAt.Add(duration), duration, one.isColdStart)
	if failed := outcome.Failure; failed != nil {
		i.metrics.CountFailure(metrics.Error, failed.Type)
		i.observe(one, duration, &failed.Message)
		i.logFailure(metrics.Error, one, failed, duration)
		return i.Replies.Failure(&one.cause, failed, measures)
	}
	i.metrics.CountSuccess()
	i.observe(one, duration, nil)
	i.log.LineSoon(slog.LevelInfo, "invocation completed", one.fields, []slog.Attr{
		slog.String("status", string(metrics.Success)),
		milliseconds("duration_ms", duration), slog.Bool("cold_start", one.isColdStart),
	})
	return i.Replies.Success(&one.cause, outcome.Result, measures)
}

// timeOut is at the deadline; the duration is 0 where the handler did not run.
func (i *Invoker) timeOut(one *invocation, duration time.Duration) reply.Reply {
	seconds := strconv.FormatFloat(i.settings.Timeout.Seconds(), 'g', -1, 64)
	failed := failure.Failure{
		Code: "TimeoutError", Message: fmt.Sprintf("handler: did not end within %s s", seconds),
		IsRetryable: true, Type: "timeout",
	}
	i.metrics.CountFailure(metrics.Timeout, failed.Type)
	if duration > 0 {
		i.observe(one, duration, &failed.Message)
	}
	i.logFailure(metrics.Timeout, one, &failed, duration)
	return i.Replies.Timeout(&one.cause, &failed, i.measure(one.startedAt.Add(duration), duration, one.isColdStart))
}

func (i *Invoker) logFailure(status metrics.Status, one *invocation, failed *failure.Failure, duration time.Duration) {
	fields := []slog.Attr{
		slog.String("status", string(status)),
		milliseconds("duration_ms", duration),
		slog.Bool("cold_start", one.isColdStart),
		slog.String("error_code", failed.Code),
		slog.String("error_type", failed.Type),
		slog.String("error_message", failed.Message),
		slog.Bool("retryable", failed.IsRetryable),
	}
	if failed.Stack != "" {
		fields = append(fields, slog.String("stack", failed.Stack))
	}
	i.log.Line(slog.LevelError, "invocation failed", one.fields, fields)
}

func (i *Invoker) observe(one *invocation, duration time.Duration, message *string) {
	i.metrics.ObserveDuration(duration.Seconds(), one.isColdStart)
	if one.isColdStart {
		i.firstCall.Store(&duration)
	}
	if !i.spans.Takes(&one.trace) {
		return
	}
	i.spans.Add(trace.Span{
		Trace: one.trace, StartedAt: one.startedAt, Duration: duration, Failure: message,
		Attributes: map[string]any{
			"faas.trigger":             "pubsub",
			"faas.coldstart":           one.isColdStart,
			"faas.invocation_id":       one.cause.Identity.Invocation,
			"cloudevents.event_id":     one.attributes.ID,
			"cloudevents.event_source": one.attributes.Source,
			"cloudevents.event_type":   one.attributes.Type,
			"correlation_id":           one.cause.Identity.Correlation,
		},
	})
}

// IsFirstAnswer says once that the answer to be written is the first of a handler.
func (i *Invoker) IsFirstAnswer() bool { return i.firstCall.Load() != nil }

// ReportFirstByte is to be called when the first answer has been handed to the system. Load is from the start of the
// process until the handler was loaded, answer from the request until its answer: a process may wait for hours between.
func (i *Invoker) ReportFirstByte(load, answer time.Duration) {
	firstCall := i.firstCall.Swap(nil)
	if firstCall == nil {
		return
	}
	i.metrics.ObserveColdStart((load + answer).Seconds())
	i.log.Line(slog.LevelInfo, "cold start", []slog.Attr{
		milliseconds("load_ms", load), milliseconds("first_call_ms", *firstCall), milliseconds("first_byte_ms", load+answer),
	})
}

func (i *Invoker) measure(now time.Time, duration time.Duration, isColdStart bool) reply.Measures {
	return reply.Measures{Duration: duration, IsColdStart: isColdStart, MemoryMB: i.memory.read(now)}
}

// milliseconds has three decimals at most.
func milliseconds(key string, duration time.Duration) slog.Attr {
	return slog.Float64(key, math.Round(duration.Seconds()*1e6)/1e3)
}
