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
	values := make(map[string]string, 8)
	for name, all := range header {
		attribute, isOne := cutPrefix(name)
		if !isOne {
			continue
		}
		if _, isThere := values[attribute]; isThere || len(all) > 1 {
			return Event{}, unreadable("header ce-%s: got several, allowed one", attribute)
		}
		values[attribute] = decodeHeader(all[0])
	}
	if isDirect(values) {
		addDirect(values, now)
	}
	values["datacontenttype"] = fromLatin1(contentType)
	attributes, err := parseAttributes(values)
	if err != nil {
		return Event{}, err
	}
	data, err := parseData(body, FormOf(contentType))
	return Event{attributes, data}, err
}

// cutPrefix takes the name of an attribute from that of a header; net/http wrote it with capitals.
func cutPrefix(header string) (string, bool) {
	const prefix = "ce-"
	if len(header) < len(prefix) || !strings.EqualFold(header[:len(prefix)], prefix) {
		return "", false
	}
	return strings.ToLower(header[len(prefix):]), true
}

func isDirect(values map[string]string) bool {
	for _, name := range [...]string{"id", "source", "type", "specversion"} {
		if _, isThere := values[name]; isThere {
			return false
		}
	}
	return true
}

func addDirect(values map[string]string, now time.Time) {
	values["specversion"] = "1.0"
	values["id"] = identity.NewID()
	values["source"] = directSource
	values["type"] = directType
	if _, isThere := values["time"]; !isThere {
		values["time"] = identity.FormatTime(now)
	}
}
