package trace

import (
	"bytes"
	"encoding/json"
	"strconv"
	"time"
)

// as OTLP numbers them
const (
	kindServer  = 2
	statusError = 2
)

type (
	exportRequest struct {
		ResourceSpans []resourceSpans `json:"resourceSpans"`
	}
	resourceSpans struct {
		Resource   resource     `json:"resource"`
		ScopeSpans []scopeSpans `json:"scopeSpans"`
	}
	resource struct {
		Attributes []attribute `json:"attributes"`
	}
	scopeSpans struct {
		Scope scope      `json:"scope"`
		Spans []otlpSpan `json:"spans"`
	}
	scope struct {
		Name string `json:"name"`
	}
	attribute struct {
		Key   string         `json:"key"`
		Value map[string]any `json:"value"`
	}
	status struct {
		Code    int    `json:"code,omitempty"`
		Message string `json:"message,omitempty"`
	}
	otlpSpan struct {
		TraceID           string      `json:"traceId"`
		SpanID            string      `json:"spanId"`
		ParentSpanID      string      `json:"parentSpanId,omitempty"`
		TraceState        string      `json:"traceState,omitempty"`
		Name              string      `json:"name"`
		Kind              int         `json:"kind"`
		StartTimeUnixNano string      `json:"startTimeUnixNano"`
		EndTimeUnixNano   string      `json:"endTimeUnixNano"`
		Attributes        []attribute `json:"attributes"`
		Status            status      `json:"status"`
	}
)

func encode(described map[string]string, spans []Span) (*bytes.Reader, error) {
	attributes := make([]attribute, 0, len(described))
	for key, value := range described {
		attributes = append(attributes, toAttribute(key, value))
	}
	converted := make([]otlpSpan, len(spans))
	for i := range spans {
		converted[i] = toOTLP(&spans[i])
	}
	text, err := json.Marshal(exportRequest{[]resourceSpans{{
		Resource:   resource{attributes},
		ScopeSpans: []scopeSpans{{Scope: scope{"knative-lambda"}, Spans: converted}},
	}}})
	return bytes.NewReader(text), err
}

func toOTLP(span *Span) otlpSpan {
	attributes := make([]attribute, 0, len(span.Attributes))
	for key, value := range span.Attributes {
		attributes = append(attributes, toAttribute(key, value))
	}
	converted := otlpSpan{
		TraceID:           span.Trace.TraceID,
		SpanID:            span.Trace.SpanID,
		ParentSpanID:      span.Trace.ParentID,
		TraceState:        span.Trace.Tracestate,
		Name:              "handler_execution",
		Kind:              kindServer,
		StartTimeUnixNano: nanoseconds(span.StartedAt),
		EndTimeUnixNano:   nanoseconds(span.StartedAt.Add(span.Duration)),
		Attributes:        attributes,
	}
	if span.Failure != nil {
		converted.Status = status{statusError, *span.Failure}
	}
	return converted
}

func nanoseconds(moment time.Time) string { return strconv.FormatInt(moment.UnixNano(), 10) }

func toAttribute(key string, value any) attribute {
	if _, isBool := value.(bool); isBool {
		return attribute{key, map[string]any{"boolValue": value}}
	}
	return attribute{key, map[string]any{"stringValue": value}}
}
