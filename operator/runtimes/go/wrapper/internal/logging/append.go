package logging

import (
	"fmt"
	"log/slog"
	"math"
	"strconv"
	"time"

	"lambda.knative.io/runtime/internal/jsontext"
)

const longestValue = 8192

// appendField leaves out what has no value, and what the start of a line has.
func (l *Log) appendField(line []byte, prefix string, field slog.Attr) []byte {
	value := field.Value.Resolve()
	if value.Kind() == slog.KindGroup {
		inner := prefix
		if field.Key != "" {
			inner = prefix + field.Key + "."
		}
		for _, one := range value.Group() {
			line = l.appendField(line, inner, one)
		}
		return line
	}
	key := prefix + field.Key
	if isFirst(key) || (value.Kind() == slog.KindAny && value.Any() == nil) {
		return line
	}
	if l.settings.IsText {
		line = append(append(append(line, ' '), key...), '=')
		return append(line, cut(value.String())...)
	}
	return appendValue(append(jsontext.AppendString(append(line, ','), key), ':'), value)
}

func isFirst(key string) bool {
	switch key {
	case "", "level", "ts", "function", "namespace", "msg":
		return true
	default:
		return false
	}
}

func appendValue(line []byte, value slog.Value) []byte {
	switch value.Kind() {
	case slog.KindString:
		return jsontext.AppendString(line, cut(value.String()))
	case slog.KindInt64:
		return strconv.AppendInt(line, value.Int64(), 10)
	case slog.KindFloat64:
		return appendFloat(line, value.Float64())
	case slog.KindUint64:
		return strconv.AppendUint(line, value.Uint64(), 10)
	case slog.KindBool:
		return strconv.AppendBool(line, value.Bool())
	case slog.KindDuration:
		return jsontext.AppendString(line, value.Duration().String())
	case slog.KindTime:
		return jsontext.AppendString(line, value.Time().Format(time.RFC3339Nano))
	default:
		return appendAny(line, value.Any())
	}
}

// appendFloat writes what is no JSON number as text.
func appendFloat(line []byte, value float64) []byte {
	if math.IsNaN(value) || math.IsInf(value, 0) {
		return jsontext.AppendString(line, strconv.FormatFloat(value, 'g', -1, 64))
	}
	return strconv.AppendFloat(line, value, 'f', -1, 64)
}

// appendAny falls back to the text of what JSON cannot say; an error is its message.
func appendAny(line []byte, value any) []byte {
	if err, isError := value.(error); isError {
		return jsontext.AppendString(line, cut(err.Error()))
	}
	text, err := jsontext.Marshal(value)
	if err != nil {
		return jsontext.AppendString(line, cut(fmt.Sprint(value)))
	}
	return append(line, text...)
}

// cut leaves whole characters.
func cut(value string) string {
	if len(value) <= longestValue {
		return value
	}
	return jsontext.Truncate(value, longestValue)
}
