package event

import (
	"net/http"
	"strings"
	"time"

	"lambda.knative.io/runtime/internal/identity"
)

// Event as it was received.
type Event struct {
	Attributes
	Data Data
}

// Received is one event, or those of a batch.
type Received struct {
	Events  []Event
	IsBatch bool
}

const (
	directType   = "io.knative.lambda.invoke.direct"
	directSource = "direct"
)

// Parse reads the event or events of a request; its error is an *UnreadableError.
func Parse(header http.Header, body []byte, now time.Time) (Received, error) {
	contentType := header.Get("Content-Type")
	if encoding := header.Get("Content-Encoding"); encoding != "" && !strings.EqualFold(encoding, "identity") {
		return Received{}, unreadable("content-encoding: got %s, allowed identity", encoding)
	}
	if !strings.HasPrefix(mediaTypeOf(contentType), "application/cloudevents") {
		event, err := fromHeaders(header, contentType, body, now)
		return Received{Events: []Event{event}}, err
	}
	switch mediaTypeOf(contentType) {
	case "application/cloudevents+json":
		event, err := fromBody(body)
		return Received{Events: []Event{event}}, err
	case "application/cloudevents-batch+json":
		events, err := fromBatch(body)
		return Received{Events: events, IsBatch: true}, err
	default:
		return Received{}, unreadable(
			"content-type: got %s, allowed application/cloudevents+json, application/cloudevents-batch+json", contentType,
		)
	}
}

// fromHeaders is binary mode, or a request that is no event: then its body is the data of one.
func fromHeaders(header http.Header, contentType string, body []byte, now time.Time) (Event, error) {
	var attributes Attributes
	if isDirect(header) {
		attributes = directAttributes(now)
	}
	for name, values := range header {
		attribute, isOne := attributeOf(name)
		if !isOne {
			continue
		}
		if len(values) > 1 {
			return Event{}, unreadable("header ce-%s: got several, allowed one", attribute)
		}
		attributes.set(attribute, decodeHeader(values[0]))
	}
	attributes.DataContentType = fromLatin1(contentType)
	if err := attributes.check(); err != nil {
		return Event{}, err
	}
	data, err := parseData(body, FormOf(contentType))
	return Event{attributes, data}, err
}

// attributeOf takes the name of a header as net/http writes it, with capitals.
func attributeOf(header string) (string, bool) {
	const prefix = "Ce-"
	if !strings.HasPrefix(header, prefix) {
		return "", false
	}
	switch header {
	case "Ce-Id":
		return "id", true
	case "Ce-Source":
		return "source", true
	case "Ce-Type":
		return "type", true
	case "Ce-Specversion":
		return "specversion", true
	default:
		return strings.ToLower(header[len(prefix):]), true
	}
}

func isDirect(header http.Header) bool {
	for _, name := range [...]string{"Ce-Id", "Ce-Source", "Ce-Type", "Ce-Specversion"} {
		if _, isThere := header[name]; isThere {
			return false
		}
	}
	return true
}

func directAttributes(now time.Time) Attributes {
	return Attributes{
		ID: identity.NewID(), Source: directSource, Type: directType, Time: identity.FormatTime(now), specVersion: "1.0",
	}
}
