// Package reply builds the answers to events, which are events themselves.
package reply

import (
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"time"

	"lambda.knative.io/runtime/internal/event"
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

// Reply to one event.
type Reply struct {
	Status      int
	ContentType string
	// CorrelationID is also an attribute.
	CorrelationID string

	attributes []attribute
	data       result.Data
	// marker is the code of a failure that is not worth a retry.
	marker string
}

// attribute of a reply; its value is string, bool or int64.
type attribute struct {
	name  string
	value any
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
		attribute{"id", identity.NewID()},
		attribute{"type", responseType + kind},
		attribute{"source", b.source},
		attribute{"subject", b.subject},
		attribute{"time", identity.FormatTime(time.Now())},
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
			attributes = append(attributes, attribute{name, value})
		}
	}
	for _, missing := range [...]attribute{
		{"id", identity.NewID()}, {"source", b.source}, {"time", identity.FormatTime(time.Now())},
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
		attribute{"correlationid", cause.Identity.Correlation}, attribute{"hopcount", int64(cause.HopCount + 1)})
	if cause.EventID != "" {
		attributes = append(attributes, attribute{"causationid", cause.EventID})
	}
	if cause.Trace == nil {
		return attributes
	}
	attributes = append(attributes, attribute{"traceparent", cause.Trace.Traceparent})
	if cause.Trace.Tracestate != "" {
		attributes = append(attributes, attribute{"tracestate", cause.Trace.Tracestate})
	}
	return attributes
}

// Binary writes headers and returns the body, in binary mode.
func (r *Reply) Binary(header http.Header) []byte {
	values := make([]string, 0, len(r.attributes)+4)
	set := func(name, value string) {
		values = append(values, value)
		header[name] = values[len(values)-1 : len(values) : len(values)]
	}
	set("Ce-Specversion", "1.0")
	for _, one := range r.attributes {
		set(headerName(one.name), event.EncodeHeader(headerText(one.value)))
	}
	if r.marker != "" {
		set("Kne-Errorcode", event.EncodeHeader(r.marker))
		set("Kne-Errorretryable", "false")
	}
	if r.ContentType == "" {
		// else net/http would guess one
		header["Content-Type"] = nil
	} else {
		set("Content-Type", withoutControls(r.ContentType))
	}
	return r.data.Content
}

// headerName is as net/http writes names; header names of events are in any case.
func headerName(name string) string {
	switch name {
	case "id":
		return "Ce-Id"
	case "type":
		return "Ce-Type"
	case "source":
		return "Ce-Source"
	case "subject":
		return "Ce-Subject"
	case "time":
		return "Ce-Time"
	default:
		return "Ce-" + strings.ToUpper(name[:1]) + name[1:]
	}
}

func headerText(value any) string {
	switch value := value.(type) {
	case string:
		return value
	case bool:
		return strconv.FormatBool(value)
	case int64:
		return strconv.FormatInt(value, 10)
	default:
		return ""
	}
}

// withoutControls keeps a header on its line, whatever the author wrote.
func withoutControls(value string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r != '\t' && (r < ' ' || r > '~') {
			return -1
		}
		return r
	}, value))
}

// JSON writes the reply in JSON format.
func (r *Reply) JSON() []byte {
	text := append(make([]byte, 0, len(r.data.Content)+1024), `{"specversion":"1.0"`...)
	for _, one := range r.attributes {
		text = append(jsontext.AppendString(append(text, ','), one.name), ':')
		if value, isText := one.value.(string); isText {
			text = jsontext.AppendString(text, value)
		} else {
			text = append(text, headerText(one.value)...)
		}
	}
	if r.ContentType != "" {
		text = jsontext.AppendString(append(text, `,"datacontenttype":`...), r.ContentType)
	}
	return append(r.appendData(text), '}')
}

func (r *Reply) appendData(text []byte) []byte {
	switch content := r.data.Content; {
	case r.data.Kind == result.Nothing:
		return text
	case r.data.Kind == result.Bytes:
		text = base64.StdEncoding.AppendEncode(append(text, `,"data_base64":"`...), content)
		return append(text, '"')
	case r.data.Kind == result.JSON && event.FormOf(r.ContentType) == event.JSON:
		return append(append(text, `,"data":`...), content...)
	default:
		// JSON of another media type is a text to who reads the event
		return jsontext.AppendString(append(text, `,"data":`...), string(content))
	}
}
