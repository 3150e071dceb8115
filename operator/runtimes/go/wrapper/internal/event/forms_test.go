package event

import (
	"regexp"
	"testing"
)

// The contract's forms as expressions, which take a millisecond of the start of a process to compile.
var (
	timeForm    = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$`)
	jsonForm    = regexp.MustCompile(`^(application/json|text/json|[^/]+/[^/]+\+json)$`)
	charsetForm = regexp.MustCompile(`(?i);\s*charset\s*=\s*"?([^\s;"]+)`)
)

// FuzzForms tries whether what is read by hand is read as the expressions do.
func FuzzForms(f *testing.F) {
	for _, seed := range []string{
		"2026-01-02T03:04:05Z", "2026-01-02t03:04:05.123z", "2026-01-02T03:04:05.Z", "2026-01-02T03:04:05+01:00",
		"2026-01-02T03:04:05.1-01:0", "2026-01-02 03:04:05Z", "2026-01-02T03:04:05", "20260-1-02T03:04:05Z", "",
		"application/json", "text/json", "application/vnd.api+json", "a/b/c+json", "/+json", "a/+json", "+json", "a/b+jso",
		`text/plain; charset=utf-8`, `text/plain;charset="utf-8"`, `text/plain; a=b; Charset = latin1 x`,
		`text/plain; charset=; charset=x`, `text/plain; charset=""x`, `charset=utf-8`, `;charset==x`, `; xcharset=a`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if got, want := IsTime(text), timeForm.MatchString(text); got != want {
			t.Errorf("IsTime(%q): got %t, want %t", text, got, want)
		}
		if got, want := isJSON(text), jsonForm.MatchString(text); got != want {
			t.Errorf("isJSON(%q): got %t, want %t", text, got, want)
		}
		want := ""
		if found := charsetForm.FindStringSubmatch(text); found != nil {
			want = found[1]
		}
		if got := charsetOf(text); got != want {
			t.Errorf("charsetOf(%q): got %q, want %q", text, got, want)
		}
	})
}
