// Package jsontext writes texts as JSON.
package jsontext

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"
)

// Marshal writes a value as JSON without escapes that only HTML needs.
func Marshal(value any) ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, err
	}
	return bytes.TrimRight(text.Bytes(), "\n"), nil
}

// Truncate keeps the first characters of a text.
func Truncate(text string, most int) string {
	count := 0
	for at := range text {
		if count == most {
			return text[:at]
		}
		count++
	}
	return text
}

const lowerHex = "0123456789abcdef"

// AppendString writes a JSON string; bytes that are no UTF-8 become U+FFFD.
func AppendString(line []byte, text string) []byte {
	line = append(line, '"')
	start := 0
	for i := 0; i < len(text); {
		c := text[i]
		if c >= ' ' && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		size := 1
		if c >= utf8.RuneSelf {
			var r rune
			if r, size = utf8.DecodeRuneInString(text[i:]); r != utf8.RuneError || size > 1 {
				i += size
				continue
			}
		}
		line = appendEscaped(append(line, text[start:i]...), c)
		i += size
		start = i
	}
	return append(append(line, text[start:]...), '"')
}

func appendEscaped(line []byte, c byte) []byte {
	switch {
	case c >= utf8.RuneSelf:
		return append(line, "\uFFFD"...)
	case c == '"', c == '\\':
		return append(line, '\\', c)
	case c == '\n':
		return append(line, '\\', 'n')
	default:
		return append(line, '\\', 'u', '0', '0', lowerHex[c>>4], lowerHex[c&15])
	}
}
