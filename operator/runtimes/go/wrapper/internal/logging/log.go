// Package logging writes lines of JSON, or of text for people.
package logging

import (
	"io"
	"log/slog"
	"sync"
	"time"

	"lambda.knative.io/runtime/internal/identity"
	"lambda.knative.io/runtime/internal/jsontext"
	"lambda.knative.io/runtime/internal/settings"
)

// Log of a function. A line is written at once, so what waits for a slow reader is who writes.
type Log struct {
	settings settings.Log
	function []byte
	mutex    *sync.Mutex
	writer   io.Writer
	buffer   *[]byte
}

// New writes to the writer, one call for each line.
func New(s settings.Log, writer io.Writer) *Log {
	function := append(jsontext.AppendString([]byte(`,"function":`), s.Name), `,"namespace":`...)
	buffer := make([]byte, 0, 1024)
	return &Log{s, jsontext.AppendString(function, s.Namespace), &sync.Mutex{}, writer, &buffer}
}

// Line writes one line, unless the level is below the lowest. Fields are written after each other.
func (l *Log) Line(level slog.Level, message string, fields ...[]slog.Attr) {
	if level < l.settings.Level {
		return
	}
	l.mutex.Lock()
	defer l.mutex.Unlock()
	start := l.startJSON
	if l.settings.IsText {
		start = l.startText
	}
	line := start((*l.buffer)[:0], level, message)
	for _, some := range fields {
		for _, field := range some {
			line = l.appendField(line, "", field)
		}
	}
	if !l.settings.IsText {
		line = append(line, '}')
	}
	line = append(line, '\n')
	// where nobody reads any more there is nobody to tell
	_, _ = l.writer.Write(line)
	if cap(line) <= 1<<16 {
		*l.buffer = line
	}
}

func (l *Log) startJSON(line []byte, level slog.Level, message string) []byte {
	line = append(append(append(line, `{"level":"`...), levelName(level)...), `","ts":"`...)
	line = append(identity.AppendTime(line, time.Now()), '"')
	return jsontext.AppendString(append(append(line, l.function...), `,"msg":`...), message)
}

func (l *Log) startText(line []byte, level slog.Level, message string) []byte {
	line = append(identity.AppendTime(line, time.Now()), ' ')
	line = append(append(line, upperName(level)...), ' ')
	return append(line, message...)
}

func levelName(level slog.Level) string {
	switch {
	case level < slog.LevelInfo:
		return "debug"
	case level < slog.LevelWarn:
		return "info"
	case level < slog.LevelError:
		return "warn"
	default:
		return "error"
	}
}

func upperName(level slog.Level) string {
	switch {
	case level < slog.LevelInfo:
		return "DEBUG"
	case level < slog.LevelWarn:
		return "INFO"
	case level < slog.LevelError:
		return "WARN"
	default:
		return "ERROR"
	}
}
