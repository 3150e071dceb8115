package settings

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

const (
	longestSeconds = 86_400
	// most digits of a number, before its point and after it.
	mostDigits   = 10
	mostDecimals = 9
)

// reader keeps its first error, so that settings are read in one go.
type reader struct {
	lookup Lookup
	err    error
}

func (r *reader) refuse(name, got, allowed string) {
	if r.err == nil {
		r.err = fmt.Errorf("%s: got %s, allowed %s", name, got, allowed)
	}
}

func (r *reader) first(names ...string) string {
	for _, name := range names {
		if value := r.lookup(name); value != "" {
			return value
		}
	}
	return ""
}

// handler is checked only: a program of Go has its handler built in.
func (r *reader) handler() {
	if value := r.lookup("HANDLER"); value != "" && !isHandler(value) {
		r.refuse("HANDLER", value, "module.function or function")
	}
}

func isHandler(value string) bool {
	module, name, isQualified := strings.Cut(value, ".")
	return isIdentifier(module) && (!isQualified || isIdentifier(name))
}

// isIdentifier is the same for every language.
func isIdentifier(text string) bool {
	for i := range len(text) {
		c := text[i]
		isLetter := c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
		if !isLetter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return text != ""
}

func isDecimal(text string) bool {
	whole, fraction, hasFraction := strings.Cut(text, ".")
	return isDigits(whole, mostDigits) && (!hasFraction || isDigits(fraction, mostDecimals))
}

func isDigits(text string, most int) bool {
	return text != "" && len(text) <= most && strings.Trim(text, "0123456789") == ""
}

func (r *reader) integer(name string, least, most, otherwise int) int {
	text := r.lookup(name)
	if text == "" {
		return otherwise
	}
	value, err := strconv.Atoi(text)
	if err != nil || !isDigits(text, mostDigits) || value < least || value > most {
		r.refuse(name, text, fmt.Sprintf("a whole number from %d to %d", least, most))
	}
	return value
}

func (r *reader) seconds(name string, otherwise float64) time.Duration {
	text := r.lookup(name)
	value := otherwise
	if text != "" {
		parsed, err := strconv.ParseFloat(text, 64)
		if err != nil || !isDecimal(text) || parsed <= 0 || parsed > longestSeconds {
			r.refuse(name, text, fmt.Sprintf("a number above 0 and at most %d", longestSeconds))
		}
		value = parsed
	}
	return time.Duration(value * float64(time.Second))
}

func (r *reader) share(name string) float64 {
	text := r.lookup(name)
	if text == "" {
		return 1
	}
	value, err := strconv.ParseFloat(text, 64)
	if err != nil || !isDecimal(text) || value > 1 {
		r.refuse(name, text, "a number from 0 to 1")
	}
	return value
}

// choice has its default first.
func (r *reader) choice(name string, allowed ...string) string {
	value := r.lookup(name)
	if value == "" {
		return allowed[0]
	}
	for _, one := range allowed {
		if value == one {
			return value
		}
	}
	r.refuse(name, value, strings.Join(allowed, ", "))
	return allowed[0]
}
