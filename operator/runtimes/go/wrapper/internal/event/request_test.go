package event

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"testing"
	"time"
	"unicode/utf8"
)

var now = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// FuzzParse tries whatever may come: it is read, or it is unreadable and says why; what is read keeps its rules.
func FuzzParse(f *testing.F) {
	for _, seed := range []struct{ contentType, id, subject, body string }{
		{"application/json", "1", "caf%C3%A9", `{"a":1}`},
		{"application/cloudevents+json", "", "", `{"specversion":"1.0","id":"1","source":"s","type":"t","count":3,"data":[]}`},
		{"application/cloudevents+json", "", "", `{"specversion":"1.0","id":"1","source":"s","type":"t","data_base64":"AAE="}`},
		{"application/cloudevents-batch+json", "", "", `[{"specversion":"1.0","id":"1","source":"s","type":"t"},1]`},
		{"text/plain; charset=\"utf-8\"", "1", `"a \"b\""`, "grüß"},
		{"application/cloudevents+xml", "1", "%", "<event/>"},
		{"", "", "", "\xef\xbb\xbf{}"},
	} {
		f.Add(seed.contentType, seed.id, seed.subject, []byte(seed.body))
	}
	f.Fuzz(func(t *testing.T, contentType, id, subject string, body []byte) {
		header := http.Header{"Content-Type": {contentType}, "Ce-Subject": {subject}}
		if id != "" {
			header["Ce-Id"], header["Ce-Type"] = []string{id}, []string{"t"}
			header["Ce-Source"], header["Ce-Specversion"] = []string{"s"}, []string{"1.0"}
		}
		received, err := Parse(header, body, now)
		if err != nil {
			var said *UnreadableError
			if !errors.As(err, &said) || said.Error() == "" {
				t.Fatalf("got %v, want an UnreadableError with a text", err)
			}
			return
		}
		if !received.IsBatch && len(received.Events) != 1 {
			t.Fatalf("got %d events outside of a batch", len(received.Events))
		}
		for _, one := range received.Events {
			checkEvent(t, one)
		}
	})
}

func checkEvent(t *testing.T, one Event) {
	t.Helper()
	if one.ID == "" || one.Source == "" || one.Type == "" {
		t.Fatalf("got %+v, want every required attribute", one.Attributes)
	}
	if one.Time != "" && !IsTime(one.Time) {
		t.Fatalf("got the time %q", one.Time)
	}
	for name, value := range one.Extensions {
		if !IsName(name) || value == "" || isText(name) || name == "data" {
			t.Fatalf("got the extension %q: %q", name, value)
		}
	}
	switch one.Data.Form {
	case JSON:
		if !json.Valid(one.Data.Bytes) || !utf8.Valid(one.Data.Bytes) {
			t.Fatalf("got data %q, want JSON", one.Data.Bytes)
		}
	case Text:
		if !utf8.Valid(one.Data.Bytes) {
			t.Fatalf("got data %q, want UTF-8", one.Data.Bytes)
		}
	}
}

// FuzzHeader tries whether what a sender encodes as the binding says arrives as it was.
func FuzzHeader(f *testing.F) {
	for _, seed := range []string{"", "café \"x\" 100%", "a\r\nb", `"quoted"`, `\`, "🎉"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		encoded := EncodeHeader(text)
		if bytes.ContainsAny([]byte(encoded), "\r\n \"") {
			t.Fatalf("got %q, which is no header value", encoded)
		}
		if got := decodeHeader(encoded); utf8.ValidString(text) && got != text {
			t.Fatalf("got %q from %q, want %q", got, encoded, text)
		}
	})
}
