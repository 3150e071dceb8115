package trace

import (
	"net/http"
	"regexp"
	"testing"
)

var traceForm = regexp.MustCompile(`(?s)^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]([0-9a-f])(-.*)?$`)

const known = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

// FuzzOf tries whether a trace goes on exactly where W3C's form says so, and what goes on has that form.
func FuzzOf(f *testing.F) {
	for _, seed := range []string{
		known, known + "-more", known + "x", known[:54] + "a", known[:54] + "g", "ff" + known[2:], "", known[1:],
		"00-00000000000000000000000000000000-b7ad6b7169203331-01", "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
		"00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-00", "00-0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331-00",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := Of(http.Header{"Traceparent": {text}}, nil, 0)
		if !traceForm.MatchString(got.Traceparent) {
			t.Errorf("got %q, which is no traceparent", got.Traceparent)
		}
		found := traceForm.FindStringSubmatch(text)
		if found == nil || found[1] == "ff" || found[2] == noTrace || found[3] == noSpan {
			if got.ParentID != "" || got.IsSampled {
				t.Errorf("%q goes on as %+v, want a new trace", text, got)
			}
			return
		}
		isOdd := regexp.MustCompile(`[13579bdf]`).MatchString(found[4])
		if got.TraceID != found[2] || got.ParentID != found[3] || got.IsSampled != isOdd || got.SpanID == found[3] {
			t.Errorf("%q goes on as %+v", text, got)
		}
	})
}

func TestOfPrefersTheHeaderToTheExtension(t *testing.T) {
	extensions := map[string]string{"traceparent": known, "tracestate": "a=1"}
	if got := Of(http.Header{}, extensions, 0); got.ParentID != known[36:52] || got.Tracestate != "a=1" {
		t.Errorf("got %+v, want the trace of the extension", got)
	}
	if got := Of(http.Header{"Traceparent": {"x"}}, extensions, 0); got.ParentID != "" {
		t.Errorf("got %+v, want a new trace", got)
	}
}
