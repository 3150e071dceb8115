package settings

import (
	"regexp"
	"testing"
)

var (
	handlerForm = regexp.MustCompile(`^[A-Za-z_]\w*(\.[A-Za-z_]\w*)?$`)
	digitsForm  = regexp.MustCompile(`^[0-9]{1,10}$`)
	decimalForm = regexp.MustCompile(`^[0-9]{1,10}(\.[0-9]{1,9})?$`)
)

// FuzzForms tries whether what is read by hand is read as the expressions do.
func FuzzForms(f *testing.F) {
	for _, seed := range []string{
		"main.Handler", "handler", "_a1", "1a", "a.", ".a", "a.b.c", "a.1", "", "a-b", "é",
		"0", "10", "+1", "-1", "1.5", "1.", ".5", "1e3", "12345678901", "0.1234567890", "0x1", "1_0",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if got, want := isHandler(text), handlerForm.MatchString(text); got != want {
			t.Errorf("isHandler(%q): got %t, want %t", text, got, want)
		}
		if got, want := isDigits(text, mostDigits), digitsForm.MatchString(text); got != want {
			t.Errorf("isDigits(%q): got %t, want %t", text, got, want)
		}
		if got, want := isDecimal(text), decimalForm.MatchString(text); got != want {
			t.Errorf("isDecimal(%q): got %t, want %t", text, got, want)
		}
	})
}
