// Package event reads CloudEvents 1.0 from HTTP requests, in whatever mode they come.
package event

import "fmt"

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
	// Extensions is nil where there are none.
	Extensions map[string]string

	specVersion string
}

// IsName says whether an extension may have this name.
func IsName(name string) bool {
	for i := range len(name) {
		if c := name[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	return name != ""
}

// set takes a value by its name in lower case; an empty one counts as absent, and a name of another form is ignored.
func (a *Attributes) set(name, value string) {
	switch name {
	case "specversion":
		a.specVersion = value
	case "id":
		a.ID = value
	case "source":
		a.Source = value
	case "type":
		a.Type = value
	case "subject":
		a.Subject = value
	case "time":
		a.Time = value
	case "datacontenttype":
		a.DataContentType = value
	case "dataschema":
		a.DataSchema = value
	case "data", "data_base64":
	default:
		a.extend(name, value)
	}
}

func (a *Attributes) extend(name, value string) {
	if value == "" || !IsName(name) {
		return
	}
	if a.Extensions == nil {
		a.Extensions = make(map[string]string)
	}
	a.Extensions[name] = value
}

func (a *Attributes) check() error {
	for _, required := range [...][2]string{
		{"specversion", a.specVersion}, {"id", a.ID}, {"source", a.Source}, {"type", a.Type},
	} {
		if required[1] == "" {
			return unreadable("attribute %s: got none, allowed a text that is not empty", required[0])
		}
	}
	if a.specVersion != "1.0" {
		return unreadable("attribute specversion: got %s, allowed 1.0", a.specVersion)
	}
	if a.Time != "" && !IsTime(a.Time) {
		return unreadable("attribute time: got %s, allowed RFC 3339 as in 2026-01-02T03:04:05Z", a.Time)
	}
	return nil
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
