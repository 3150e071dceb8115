package settings

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

var (
	handlerPattern = regexp.MustCompile(`^[A-Za-z_]\w*(\.[A-Za-z_]\w*)?$`)
	integerPattern = regexp.MustCompile(`^[0-9]{1,10}$`)
	secondsPattern = regexp.MustCompile(`^[0-9]{1,10}(\.[0-9]{1,9})?$`)
	sharePattern   = regexp.MustCompile(`^(0(\.[0-9]+)?|1(\.0+)?)$`)
)

const longestSeconds = 86_400

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
	if value := r.lookup("HANDLER"); value != "" && !handlerPattern.MatchString(value) {
		r.refuse("HANDLER", value, "module.function or function")
	}
}

func (r *reader) integer(name string, least, most, otherwise int) int {
	text := r.lookup(name)
	if text == "" {
		return otherwise
	}
	value, err := strconv.Atoi(text)
	if err != nil || !integerPattern.MatchString(text) || value < least || value > most {
		r.refuse(name, text, fmt.Sprintf("a whole number from %d to %d", least, most))
	}
	return value
}

func (r *reader) seconds(name string, otherwise float64) time.Duration {
	text := r.lookup(name)
	value := otherwise
	if text != "" {
		parsed, err := strconv.ParseFloat(text, 64)
		if err != nil || !secondsPattern.MatchString(text) || parsed <= 0 || parsed > longestSeconds {
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
	if err != nil || !sharePattern.MatchString(text) {
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
