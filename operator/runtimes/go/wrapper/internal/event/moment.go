package event

import "strings"

const digits = "0123456789"

// IsTime says whether the text looks like RFC 3339.
func IsTime(text string) bool {
	const seconds = "0000-00-00T00:00:00"
	if len(text) <= len(seconds) || !fits(text[:len(seconds)], seconds) {
		return false
	}
	rest := text[len(seconds):]
	if fraction, hasFraction := strings.CutPrefix(rest, "."); hasFraction {
		rest = strings.TrimLeft(fraction, digits)
		if len(rest) == len(fraction) {
			return false
		}
	}
	return rest == "Z" || rest == "z" || fits(rest, "+00:00") || fits(rest, "-00:00")
}

// fits takes a layout in which 0 is any digit and T also small.
func fits(text, layout string) bool {
	if len(text) != len(layout) {
		return false
	}
	for i := range len(layout) {
		c := text[i]
		switch layout[i] {
		case c:
		case '0':
			if c < '0' || c > '9' {
				return false
			}
		case 'T':
			if c != 't' {
				return false
			}
		default:
			return false
		}
	}
	return true
}
