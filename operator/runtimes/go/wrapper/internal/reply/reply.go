package reply

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"lambda.knative.io/runtime/internal/event"
	"lambda.knative.io/runtime/internal/jsontext"
	"lambda.knative.io/runtime/internal/result"
)

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

// attribute of a reply. Booleans and whole numbers are written without quotes in JSON.
type attribute struct {
	name, value string
	isText      bool
}

func text(name, value string) attribute { return attribute{name, value, true} }

// toAttribute takes a string, bool or int64.
func toAttribute(name string, value any) attribute {
	switch value := value.(type) {
	case bool:
		return attribute{name, strconv.FormatBool(value), false}
	case int64:
		return attribute{name, strconv.FormatInt(value, 10), false}
	default:
		return text(name, fmt.Sprint(value))
	}
}

// AppendHead adds the lines of its attributes in binary mode.
func (r *Reply) AppendHead(head []byte) []byte {
	head = append(head, "ce-specversion: 1.0\r\n"...)
	for _, one := range r.attributes {
		head = appendLine(append(head, "ce-"...), one.name, one.value)
	}
	if r.marker != "" {
		head = append(appendLine(head, "kne-errorcode", r.marker), "kne-errorretryable: false\r\n"...)
	}
	return head
}

func appendLine(head []byte, name, value string) []byte {
	head = append(append(head, name...), ": "...)
	return append(event.AppendHeader(head, value), "\r\n"...)
}

// Body is its data in binary mode.
func (r *Reply) Body() []byte { return r.data.Content }

// MediaType is fit for a header; empty where there is no data.
func (r *Reply) MediaType() string { return withoutControls(r.ContentType) }

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
	json := append(make([]byte, 0, len(r.data.Content)+1024), `{"specversion":"1.0"`...)
	for _, one := range r.attributes {
		json = append(jsontext.AppendString(append(json, ','), one.name), ':')
		if one.isText {
			json = jsontext.AppendString(json, one.value)
		} else {
			json = append(json, one.value...)
		}
	}
	if r.ContentType != "" {
		json = jsontext.AppendString(append(json, `,"datacontenttype":`...), r.ContentType)
	}
	return append(r.appendData(json), '}')
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
