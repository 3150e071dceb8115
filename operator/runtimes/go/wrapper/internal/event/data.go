package event

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// Form is what data of a media type is to a handler.
type Form int

const (
	// JSON is data that a handler gets decoded.
	JSON Form = iota
	// Text is data that a handler gets as a string.
	Text
	// Bytes is data that a handler gets as it is.
	Bytes
)

// Data of an event: valid JSON, valid UTF-8 or any bytes, by its form.
type Data struct {
	Form  Form
	Bytes []byte
}

const spaces = " \t\n\f\r"

var (
	emptyObject = []byte("{}")
	byteOrder   = []byte("\xef\xbb\xbf")
)

// mediaTypeOf is in lower case and without parameters.
func mediaTypeOf(contentType string) string {
	mediaType, _, _ := strings.Cut(contentType, ";")
	return strings.ToLower(strings.TrimSpace(mediaType))
}

// FormOf takes a media type that is absent for JSON.
func FormOf(contentType string) Form {
	if contentType == "" || contentType == "application/json" {
		return JSON
	}
	mediaType := mediaTypeOf(contentType)
	switch {
	case isJSON(mediaType):
		return JSON
	case strings.HasPrefix(mediaType, "text/") && isUnicode(contentType):
		return Text
	default:
		return Bytes
	}
}

func isJSON(mediaType string) bool {
	if mediaType == "application/json" || mediaType == "text/json" {
		return true
	}
	kind, subtype, _ := strings.Cut(mediaType, "/")
	name, hasSuffix := strings.CutSuffix(subtype, "+json")
	return hasSuffix && kind != "" && name != "" && !strings.Contains(name, "/")
}

func isUnicode(contentType string) bool {
	switch strings.ToLower(charsetOf(contentType)) {
	case "", "utf-8", "utf8", "us-ascii":
		return true
	default:
		return false
	}
}

// charsetOf is empty where the media type has none.
func charsetOf(contentType string) string {
	_, parameters, _ := strings.Cut(contentType, ";")
	for _, parameter := range strings.Split(parameters, ";") {
		name, value, _ := strings.Cut(parameter, "=")
		if !strings.EqualFold(strings.Trim(name, spaces), "charset") {
			continue
		}
		value = strings.TrimPrefix(strings.TrimLeft(value, spaces), `"`)
		if end := strings.IndexAny(value, spaces+`"`); end >= 0 {
			value = value[:end]
		}
		if value != "" {
			return value
		}
	}
	return ""
}

func parseData(body []byte, form Form) (Data, error) {
	if form == Bytes {
		return Data{form, body}, nil
	}
	if !utf8.Valid(body) {
		return Data{}, unreadable("data: got bytes that are not UTF-8, allowed UTF-8 for JSON and text")
	}
	if form == JSON && len(body) == 0 {
		return Data{form, emptyObject}, nil
	}
	if form == JSON {
		return Data{form, body}, checkJSON(body, "data")
	}
	return Data{form, body}, nil
}

func checkJSON(text []byte, what string) error {
	if json.Valid(text) {
		return nil
	}
	if bytes.HasPrefix(text, byteOrder) {
		return unreadable("%s: got a byte order mark, allowed JSON without one", what)
	}
	var value json.RawMessage
	return unreadable("%s: got no JSON, allowed JSON: %v", what, json.Unmarshal(text, &value))
}
