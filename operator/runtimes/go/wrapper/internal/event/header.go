package event

import (
	"net/url"
	"strings"
	"unicode/utf8"
)

const upperHex = "0123456789ABCDEF"

// EncodeHeader writes a text as a header value, as the HTTP binding of CloudEvents 1.0.2 says in section 3.1.3.2.
func EncodeHeader(value string) string {
	if isPlain(value) {
		return value
	}
	return string(AppendHeader(nil, value))
}

// AppendHeader is EncodeHeader for heads that are built.
func AppendHeader(head []byte, value string) []byte {
	if isPlain(value) {
		return append(head, value...)
	}
	for _, c := range []byte(strings.ToValidUTF8(value, "\uFFFD")) {
		if isPlainByte(c) {
			head = append(head, c)
		} else {
			head = append(head, '%', upperHex[c>>4], upperHex[c&15])
		}
	}
	return head
}

func isPlain(value string) bool {
	for i := range len(value) {
		if !isPlainByte(value[i]) {
			return false
		}
	}
	return true
}

func isPlainByte(c byte) bool { return c >= '!' && c <= '~' && c != '"' && c != '%' }

// decodeHeader is the reverse; what is no such text stays as it is.
func decodeHeader(value string) string {
	text := fromLatin1(value)
	if len(text) > 1 && text[0] == '"' && text[len(text)-1] == '"' {
		text = unescape(text[1 : len(text)-1])
	}
	if !strings.Contains(text, "%") {
		return text
	}
	decoded, err := url.PathUnescape(text)
	if err != nil || !utf8.ValidString(decoded) {
		return text
	}
	return decoded
}

// fromLatin1 reads bytes as the wrappers of the other languages do.
func fromLatin1(value string) string {
	for i := range len(value) {
		if value[i] >= utf8.RuneSelf {
			runes := make([]rune, len(value))
			for j := range len(value) {
				runes[j] = rune(value[j])
			}
			return string(runes)
		}
	}
	return value
}

func unescape(text string) string {
	if !strings.Contains(text, `\`) {
		return text
	}
	unescaped := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		if text[i] == '\\' && i+1 < len(text) {
			i++
		}
		unescaped = append(unescaped, text[i])
	}
	return string(unescaped)
}
