// Package reply builds the answers to events, which are events themselves.
package reply

import (
	"encoding/base64"
	"net/http"
	"strconv"
	"time"

	"lambda.knative.io/runtime/internal/failure"
	"lambda.knative.io/runtime/internal/identity"
	"lambda.knative.io/runtime/internal/jsontext"
	"lambda.knative.io/runtime/internal/result"
	"lambda.knative.io/runtime/internal/trace"
)

const (
	responseType = "io.knative.lambda.response."
	jsonType     = "application/json"
)

// Cause is what is known of the event that is answered.
type Cause struct {
	Identity identity.Identity
	// EventID is empty and Trace nil where the event could not be read.
	EventID string
	// HopCount is that of the event, before this function.
	HopCount int
	Trace    *trace.Trace
}

// Measures of one invocation.
type Measures struct {
	Duration    time.Duration
	IsColdStart bool
	MemoryMB    float64
}

// Builder of the answers of one function.
type Builder struct {
	source, subject string
	start           []byte
}

// NewBuilder takes name and namespace of the function.
func NewBuilder(name, namespace string) *Builder {
	start := jsontext.AppendString([]byte(`{"functionName":`), name)
	start = jsontext.AppendString(append(start, `,"namespace":`...), namespace)
	return &Builder{"io.knative.lambda/runtime/" + namespace + "/" + name, namespace + "/" + name, start}
}

// Success is the reply for a handler that returned.
func (b *Builder) Success(cause *Cause, returned *result.Result, measures Measures) Reply {
	if returned.Event != nil {
		return b.returned(cause, returned.Event)
	}
	body := append(b.begin(cause.Identity, len(returned.Value.Content)), `,"result":{"statusCode":200,"body`...)
	if returned.Value.Kind == result.Bytes {
		body = append(body, `Base64":"`...)
		body = append(base64.StdEncoding.AppendEncode(body, returned.Value.Content), `"}`...)
	} else {
		body = append(append(append(body, `":`...), returned.Value.Content...), '}')
	}
	return b.reply(cause, http.StatusOK, "success", end(body, measures))
}

// Failure is the reply for a handler that failed, or an event that no handler got.
func (b *Builder) Failure(cause *Cause, failed *failure.Failure, measures Measures) Reply {
	body := appendError(b.begin(cause.Identity, len(failed.Message)), failed)
	built := b.reply(cause, http.StatusInternalServerError, "error", end(body, measures))
	if !failed.IsRetryable {
		built.marker = failed.Code
	}
	return built
}

// Timeout is the reply for a handler that did not end in time.
func (b *Builder) Timeout(cause *Cause, failed *failure.Failure, measures Measures) Reply {
	body := appendError(b.begin(cause.Identity, len(failed.Message)), failed)
	return b.reply(cause, http.StatusGatewayTimeout, "timeout", end(body, measures))
}

// Refusal is the body of an answer that is no event.
func (b *Builder) Refusal(of identity.Identity, failed *failure.Failure) []byte {
	return append(appendError(b.begin(of, len(failed.Message)), failed), '}')
}

// begin leaves room for as many bytes and what is always there.
func (b *Builder) begin(of identity.Identity, room int) []byte {
	const always = 512
	body := append(make([]byte, 0, len(b.start)+room+always), b.start...)
	body = jsontext.AppendString(append(body, `,"invocationId":`...), of.Invocation)
	return jsontext.AppendString(append(body, `,"correlationId":`...), of.Correlation)
}

func appendError(body []byte, failed *failure.Failure) []byte {
	body = jsontext.AppendString(append(body, `,"error":{"code":`...), failed.Code)
	body = jsontext.AppendString(append(body, `,"message":`...), failed.Message)
	return append(strconv.AppendBool(append(body, `,"retryable":`...), failed.IsRetryable), '}')
}

func end(body []byte, measures Measures) []byte {
	body = append(body, `,"metrics":{"durationMs":`...)
	body = strconv.AppendFloat(body, measures.Duration.Seconds()*1000, 'f', 3, 64)
	body = strconv.AppendBool(append(body, `,"coldStart":`...), measures.IsColdStart)
	body = strconv.AppendFloat(append(body, `,"memoryUsedMb":`...), measures.MemoryMB, 'f', 1, 64)
	return append(body, `}}`...)
}

func (b *Builder) reply(cause *Cause, status int, kind string, body []byte) Reply {
	attributes := append(make([]attribute, 0, 11),
		text("id", identity.NewID()),
		text("type", responseType+kind),
		text("source", b.source),
		text("subject", b.subject),
		text("time", identity.FormatTime(time.Now())),
	)
	return Reply{
		Status: status, ContentType: jsonType, CorrelationID: cause.Identity.Correlation,
		attributes: addChain(attributes, cause), data: result.Data{Kind: result.JSON, Content: body},
	}
}

func (b *Builder) returned(cause *Cause, own *result.Event) Reply {
	attributes := make([]attribute, 0, len(own.Attributes)+8)
	for name, value := range own.Attributes {
		if !isOfChain(name) {
			attributes = append(attributes, toAttribute(name, value))
		}
	}
	for _, missing := range [...]attribute{
		text("id", identity.NewID()), text("source", b.source), text("time", identity.FormatTime(time.Now())),
	} {
		if _, isThere := own.Attributes[missing.name]; !isThere {
			attributes = append(attributes, missing)
		}
	}
	contentType := own.ContentType
	if contentType == "" {
		contentType = impliedType(own.Data.Kind)
	}
	return Reply{
		Status: http.StatusOK, ContentType: contentType, CorrelationID: cause.Identity.Correlation,
		attributes: addChain(attributes, cause), data: own.Data,
	}
}

func impliedType(kind result.Kind) string {
	switch kind {
	case result.JSON:
		return jsonType
	case result.Text:
		return "text/plain"
	case result.Bytes:
		return "application/octet-stream"
	default:
		return ""
	}
}

func isOfChain(name string) bool {
	switch name {
	case "correlationid", "hopcount", "causationid", "traceparent", "tracestate":
		return true
	default:
		return false
	}
}

// addChain is what ties a reply to its cause, whatever the author wrote.
func addChain(attributes []attribute, cause *Cause) []attribute {
	attributes = append(attributes,
		text("correlationid", cause.Identity.Correlation),
		attribute{"hopcount", strconv.Itoa(cause.HopCount + 1), false})
	if cause.EventID != "" {
		attributes = append(attributes, text("causationid", cause.EventID))
	}
	if cause.Trace == nil {
		return attributes
	}
	attributes = append(attributes, text("traceparent", cause.Trace.Traceparent))
	if cause.Trace.Tracestate != "" {
		attributes = append(attributes, text("tracestate", cause.Trace.Tracestate))
	}
	return attributes
}
