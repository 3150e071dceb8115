// Package identity says which invocation it is, and whose.
package identity

import (
	"encoding/binary"
	"encoding/hex"
	"math/rand/v2"
	"strconv"
	"time"
)

const longestCorrelation = 256

// Identity of an invocation.
type Identity struct {
	Invocation, Correlation string
}

// Of takes the header X-Correlation-ID, and the id and extensions of the event, empty where it could not be read.
func Of(header, eventID string, extensions map[string]string) Identity {
	invocation := eventID
	if invocation == "" {
		invocation = NewID()
	}
	for _, correlation := range [...]string{header, extensions["correlationid"]} {
		if isUsable(correlation) {
			return Identity{invocation, correlation}
		}
	}
	return Identity{invocation, invocation}
}

// isUsable says whether it is fit for headers and logs.
func isUsable(value string) bool {
	for i := range len(value) {
		if value[i] < '!' || value[i] > '~' {
			return false
		}
	}
	return value != "" && len(value) <= longestCorrelation
}

// NewID is a random UUID. It is unique, and no secret.
func NewID() string {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], rand.Uint64())
	binary.BigEndian.PutUint64(b[8:], rand.Uint64())
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	var text [36]byte
	hex.Encode(text[:8], b[:4])
	hex.Encode(text[9:13], b[4:6])
	hex.Encode(text[14:18], b[6:8])
	hex.Encode(text[19:23], b[8:10])
	hex.Encode(text[24:], b[10:])
	text[8], text[13], text[18], text[23] = '-', '-', '-', '-'
	return string(text[:])
}

// ParseHops is 0 where there is none or no whole number.
func ParseHops(text string) int {
	if text == "" {
		return 0
	}
	hops, err := strconv.ParseUint(text, 10, 31)
	if err != nil || len(text) > 9 {
		return 0
	}
	return int(hops)
}

// FormatTime is RFC 3339 in UTC with milliseconds.
func FormatTime(moment time.Time) string { return string(AppendTime(make([]byte, 0, 24), moment)) }

// AppendTime is FormatTime for lines that are built; the library looks its layout over each time.
func AppendTime(text []byte, moment time.Time) []byte {
	utc := moment.UTC()
	year, month, day := utc.Date()
	hour, minute, second := utc.Clock()
	text = append(appendDigits(text, year, 4), '-')
	text = append(appendDigits(text, int(month), 2), '-')
	text = append(appendDigits(text, day, 2), 'T')
	text = append(appendDigits(text, hour, 2), ':')
	text = append(appendDigits(text, minute, 2), ':')
	text = append(appendDigits(text, second, 2), '.')
	return append(appendDigits(text, utc.Nanosecond()/int(time.Millisecond), 3), 'Z')
}

func appendDigits(text []byte, number, count int) []byte {
	for range count {
		text = append(text, '0')
	}
	for at := len(text) - 1; number > 0; at-- {
		text[at] = byte('0' + number%10)
		number /= 10
	}
	return text
}
