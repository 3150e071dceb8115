// Package result is what a handler returned, as it goes into an answer.
package result

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"

	"lambda.knative.io/runtime/internal/failure"
	"lambda.knative.io/runtime/internal/jsontext"
	"lambda.knative.io/runtime/lambda"
)

// Kind of a result, or of the data of a returned event.
type Kind int

const (
	// Nothing is data that is not there.
	Nothing Kind = iota
	// JSON is a text of JSON.
	JSON
	// Text is a text of another media type.
	Text
	// Bytes go as they are.
	Bytes
)

// Data is what goes into a body.
type Data struct {
	Kind    Kind
	Content []byte
}

// Result of a handler.
type Result struct {
	// Event is nil where the handler returned a value.
	Event *Event
	// Value is JSON or bytes.
	Value Data
}

// Event is a CloudEvent that the handler returned, checked.
type Event struct {
	// Attributes are all but specversion and datacontenttype; values are string, bool or int64.
	Attributes  map[string]any
	ContentType string
	Data        Data
}

var (
	null          = Data{JSON, []byte("null")}
	versionMember = []byte(`"specversion"`)
)

// Of fails on what JSON cannot say, and on a CloudEvent that is not valid.
func Of(value any) (Result, *failure.Failure) {
	switch value := value.(type) {
	case nil:
		return Result{Value: null}, nil
	case []byte:
		return Result{Value: Data{Bytes, value}}, nil
	case lambda.Event:
		return ofEvent(membersOf(&value))
	case *lambda.Event:
		if value == nil {
			return Result{Value: null}, nil
		}
		return ofEvent(membersOf(value))
	case map[string]any:
		if isEvent(value) {
			return ofEvent(value)
		}
	}
	return ofJSON(value)
}

func isEvent(members map[string]any) bool {
	_, hasType := members["type"].(string)
	return hasType && members["specversion"] == "1.0"
}

// membersOf leaves out what is empty.
func membersOf(event *lambda.Event) map[string]any {
	members := map[string]any{"type": event.Type}
	for name, value := range event.Extensions {
		members[name] = value
	}
	for name, value := range map[string]string{
		"id": event.ID, "source": event.Source, "subject": event.Subject, "time": event.Time,
		"datacontenttype": event.DataContentType, "dataschema": event.DataSchema,
	} {
		if value != "" {
			members[name] = value
		}
	}
	if event.Data != nil {
		members["data"] = event.Data
	}
	return members
}

// ofEvent takes members whose data may be bytes.
func ofEvent(members map[string]any) (Result, *failure.Failure) {
	content, isBytes := members["data"].([]byte)
	if isBytes {
		others := make(map[string]any, len(members))
		for name, value := range members {
			others[name] = value
		}
		others["data"] = nil
		members = others
	}
	text, problem := marshal(members)
	if problem != nil {
		return Result{}, problem
	}
	var decoded map[string]json.RawMessage
	if err := json.Unmarshal(text, &decoded); err != nil {
		problem := failure.InvalidReply("event: " + err.Error())
		return Result{}, &problem
	}
	event, err := toEvent(decoded)
	if err != nil {
		problem := failure.InvalidReply(err.Error())
		return Result{}, &problem
	}
	if isBytes {
		event.Data = Data{Bytes, content}
	}
	return Result{Event: event}, nil
}

// ofJSON finds a CloudEvent in whatever JSON says that it is one.
func ofJSON(value any) (Result, *failure.Failure) {
	text, problem := marshal(value)
	if problem != nil && isOfSDK(value) {
		*problem = failure.InvalidReply(problem.Message)
	}
	if problem != nil {
		return Result{}, problem
	}
	if decoded := eventIn(text); decoded != nil {
		if isOfSDK(value) {
			dropEmpty(decoded)
		}
		event, err := toEvent(decoded)
		if err != nil {
			problem := failure.InvalidReply(err.Error())
			return Result{}, &problem
		}
		return Result{Event: event}, nil
	}
	return Result{Value: Data{JSON, text}}, nil
}

func marshal(value any) ([]byte, *failure.Failure) {
	text, err := jsontext.Marshal(value)
	if err != nil {
		problem := failure.NotSerializable("result: " + err.Error() + ", allowed what JSON can say")
		return nil, &problem
	}
	return text, nil
}

// eventIn is nil where the JSON is no CloudEvent.
func eventIn(text []byte) map[string]json.RawMessage {
	if text[0] != '{' || !bytes.Contains(text, versionMember) {
		return nil
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(text, &members) != nil || string(members["specversion"]) != `"1.0"` {
		return nil
	}
	if kind := members["type"]; len(kind) == 0 || kind[0] != '"' {
		return nil
	}
	return members
}

// isOfSDK says whether it is an event of the CloudEvents SDK, whatever its version.
func isOfSDK(value any) bool {
	kind := reflect.TypeOf(value)
	for kind.Kind() == reflect.Pointer {
		kind = kind.Elem()
	}
	return kind.Name() == "Event" && strings.HasPrefix(kind.PkgPath(), "github.com/cloudevents/sdk-go/")
}

// dropEmpty takes what the SDK writes for an attribute that nobody set.
func dropEmpty(members map[string]json.RawMessage) {
	for _, name := range []string{"id", "source", "time"} {
		if string(members[name]) == `""` {
			delete(members, name)
		}
	}
}
