// Package event reads CloudEvents 1.0 from HTTP requests, in whatever mode they come.
package event

import (
	"fmt"
	"regexp"
)

// UnreadableError is an event that cannot be read; its text says what, got and allowed.
type UnreadableError struct{ text string }

func (e *UnreadableError) Error() string { return e.text }

func unreadable(format string, values ...any) error {
	return &UnreadableError{fmt.Sprintf(format, values...)}
}

// Attributes are those of one event, checked; optional ones that are absent are empty.
type Attributes struct {
	ID, Source, Type                           string
	Subject, Time, DataContentType, DataSchema string
	Extensions                                 map[string]string
}

var timePattern = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$`)

// IsTime says whether the text looks like RFC 3339.
func IsTime(text string) bool { return timePattern.MatchString(text) }

// IsName says whether an extension may have this name.
func IsName(name string) bool {
	for i := range len(name) {
		if c := name[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	return name != ""
}

// parseAttributes takes values by name in lower case; an empty one counts as absent.
func parseAttributes(values map[string]string) (Attributes, error) {
	for _, name := range [...]string{"specversion", "id", "source", "type"} {
		if values[name] == "" {
			return Attributes{}, unreadable("attribute %s: got none, allowed a text that is not empty", name)
		}
	}
	if version := values["specversion"]; version != "1.0" {
		return Attributes{}, unreadable("attribute specversion: got %s, allowed 1.0", version)
	}
	if time := values["time"]; time != "" && !IsTime(time) {
		return Attributes{}, unreadable("attribute time: got %s, allowed RFC 3339 as in 2026-01-02T03:04:05Z", time)
	}
	return Attributes{
		ID: values["id"], Source: values["source"], Type: values["type"],
		Subject: values["subject"], Time: values["time"],
		DataContentType: values["datacontenttype"], DataSchema: values["dataschema"],
		Extensions: extensionsOf(values),
	}, nil
}

func extensionsOf(values map[string]string) map[string]string {
	extensions := map[string]string{}
	for name, value := range values {
		if value != "" && !isOwn(name) && IsName(name) {
			extensions[name] = value
		}
	}
	return extensions
}

// isText says whether the specification names the attribute, which is then a text.
func isText(name string) bool {
	switch name {
	case "specversion", "id", "source", "type", "subject", "time", "datacontenttype", "dataschema":
		return true
	default:
		return false
	}
}

func isOwn(name string) bool { return isText(name) || name == "data" || name == "data_base64" }
