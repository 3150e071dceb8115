package event

import (
	"encoding/base64"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

type members = map[string]json.RawMessage

// LargestInteger is the largest whole number that every language holds exactly.
const LargestInteger = 1<<53 - 1

func fromBody(body []byte) (Event, error) {
	if err := checkBody(body); err != nil {
		return Event{}, err
	}
	return fromJSON(body)
}

func fromBatch(body []byte) ([]Event, error) {
	if err := checkBody(body); err != nil {
		return nil, err
	}
	var values []json.RawMessage
	if json.Unmarshal(body, &values) != nil || values == nil {
		return nil, unreadable("body: got no array, allowed a JSON array of events")
	}
	events := make([]Event, len(values))
	for i, value := range values {
		event, err := fromJSON(value)
		if err != nil {
			return nil, err
		}
		events[i] = event
	}
	return events, nil
}

func checkBody(body []byte) error {
	if !utf8.Valid(body) {
		return unreadable("body: got bytes that are not UTF-8, allowed JSON in UTF-8")
	}
	return checkJSON(body, "body")
}

// fromJSON takes what is valid JSON.
func fromJSON(value json.RawMessage) (Event, error) {
	var all members
	if json.Unmarshal(value, &all) != nil || all == nil {
		return Event{}, unreadable("event: got no object, allowed a JSON object")
	}
	var attributes Attributes
	for name, member := range all {
		if name == "data" || name == "data_base64" {
			continue
		}
		text, err := attributeText(name, member)
		if err != nil {
			return Event{}, err
		}
		attributes.set(name, text)
	}
	if err := attributes.check(); err != nil {
		return Event{}, err
	}
	data, err := dataOf(all, attributes.DataContentType)
	return Event{attributes, data}, err
}

func attributeText(name string, member json.RawMessage) (string, error) {
	var value any
	// a number that is too large fails
	err := json.Unmarshal(member, &value)
	switch value := value.(type) {
	case nil:
		if err == nil {
			return "", nil
		}
	case string:
		return value, nil
	case bool:
		if !isText(name) {
			return strconv.FormatBool(value), nil
		}
	case float64:
		if !isText(name) && IsWhole(value) {
			return strconv.FormatInt(int64(value), 10), nil
		}
	}
	allowed := "a text"
	if !isText(name) {
		allowed = "a text, a boolean or a whole number"
	}
	return "", unreadable("attribute %s: got %.100s, allowed %s", name, member, allowed)
}

// IsWhole says whether every language can hold the number exactly.
func IsWhole(value float64) bool {
	return value == math.Trunc(value) && math.Abs(value) <= LargestInteger
}

func dataOf(all members, contentType string) (Data, error) {
	plain, isPlain := all["data"]
	encoded := all["data_base64"]
	if encoded == nil || string(encoded) == "null" {
		return plainData(plain, contentType), nil
	}
	if isPlain {
		return Data{}, unreadable("data_base64: got data too, allowed one of them")
	}
	decoded, isBase64 := DecodeBase64(encoded)
	if !isBase64 {
		return Data{}, unreadable("data_base64: got no base64, allowed standard base64 with padding")
	}
	if contentType == "" {
		return Data{Bytes, decoded}, nil
	}
	return parseData(decoded, FormOf(contentType))
}

// plainData is JSON as it is; a text of a media type that is not JSON is that text to who takes bytes.
func plainData(data json.RawMessage, contentType string) Data {
	if data == nil {
		return Data{JSON, emptyObject}
	}
	var text string
	if FormOf(contentType) != JSON && data[0] == '"' && json.Unmarshal(data, &text) == nil {
		return Data{Text, []byte(text)}
	}
	return Data{JSON, data}
}

// DecodeBase64 takes a JSON string of standard base64 with padding.
func DecodeBase64(value json.RawMessage) ([]byte, bool) {
	var text *string
	if json.Unmarshal(value, &text) != nil || text == nil || strings.ContainsAny(*text, "\r\n") {
		return nil, false
	}
	decoded, err := base64.StdEncoding.DecodeString(*text)
	return decoded, err == nil
}
