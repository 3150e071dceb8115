package reply

import (
	"encoding/base64"
	"fmt"
	"net/http"
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

// Binary writes headers and returns the body, in binary mode.
func (r *Reply) Binary(header http.Header) []byte {
	values := make([]string, 0, len(r.attributes)+4)
	set := func(name, value string) {
		values = append(values, value)
		header[name] = values[len(values)-1 : len(values) : len(values)]
	}
	set("Ce-Specversion", "1.0")
	for _, one := range r.attributes {
		set(headerName(one.name), event.EncodeHeader(one.value))
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
	case "correlationid":
		return "Ce-Correlationid"
	case "causationid":
		return "Ce-Causationid"
	case "hopcount":
		return "Ce-Hopcount"
	case "traceparent":
		return "Ce-Traceparent"
	default:
		return "Ce-" + strings.ToUpper(name[:1]) + name[1:]
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
