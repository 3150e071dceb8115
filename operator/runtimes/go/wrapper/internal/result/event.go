package result

import (
	"encoding/json"
	"fmt"

	"lambda.knative.io/runtime/internal/event"
)

func toEvent(members map[string]json.RawMessage) (*Event, error) {
	returned := &Event{Attributes: make(map[string]any, len(members)+6)}
	for name, member := range members {
		if string(member) == "null" || name == "specversion" || name == "data" || name == "data_base64" {
			continue
		}
		value, err := attributeOf(name, member)
		if err != nil {
			return nil, err
		}
		if name == "datacontenttype" {
			returned.ContentType, _ = value.(string)
		} else {
			returned.Attributes[name] = value
		}
	}
	data, err := dataOf(members, returned.ContentType)
	returned.Data = data
	return returned, err
}

func attributeOf(name string, member json.RawMessage) (any, error) {
	if !event.IsName(name) {
		return nil, fmt.Errorf("attribute %s: got this name, allowed lower-case letters and digits", name)
	}
	var value any
	if err := json.Unmarshal(member, &value); err != nil {
		return nil, fmt.Errorf("attribute %s: %w", name, err)
	}
	switch name {
	case "id", "source", "type", "subject", "time", "datacontenttype", "dataschema":
		return textOf(name, value, member)
	}
	switch value := value.(type) {
	case string, bool:
		return value, nil
	case float64:
		if event.IsWhole(value) {
			return int64(value), nil
		}
	}
	return nil, fmt.Errorf("attribute %s: got %.100s, allowed a text, a boolean or a whole number", name, member)
}

func textOf(name string, value any, member json.RawMessage) (any, error) {
	text, isText := value.(string)
	if !isText || text == "" {
		return nil, fmt.Errorf("attribute %s: got %.100s, allowed a text that is not empty", name, member)
	}
	if name == "time" && !event.IsTime(text) {
		return nil, fmt.Errorf("attribute time: got %.100s, allowed RFC 3339", text)
	}
	return text, nil
}

func dataOf(members map[string]json.RawMessage, contentType string) (Data, error) {
	data, hasData := members["data"]
	if encoded := members["data_base64"]; encoded != nil && string(encoded) != "null" {
		if hasData {
			return Data{}, fmt.Errorf("data_base64: got data too, allowed one of them")
		}
		decoded, isBase64 := event.DecodeBase64(encoded)
		if !isBase64 {
			return Data{}, fmt.Errorf("data_base64: got no base64, allowed standard base64 with padding")
		}
		return Data{Bytes, decoded}, nil
	}
	if !hasData {
		return Data{}, nil
	}
	var text string
	if event.FormOf(contentType) != event.JSON && data[0] == '"' && json.Unmarshal(data, &text) == nil {
		return Data{Text, []byte(text)}, nil
	}
	return Data{JSON, data}, nil
}
