// Package logging writes lines of JSON, or of text for people.
package logging

import (
	"io"
	"log/slog"
	"strings"
	"sync"
	"time"

	"lambda.knative.io/runtime/internal/identity"
	"lambda.knative.io/runtime/internal/jsontext"
	"lambda.knative.io/runtime/internal/settings"
)

const (
	// longestDelay of a line that may wait, and mostWaiting bytes of them.
	longestDelay = 5 * time.Millisecond
	mostWaiting  = 1 << 15
)

// Log of a function. A line is written by who writes it, so what waits for a slow reader is who writes.
type Log struct {
	settings settings.Log
	function []byte
	writer   io.Writer

	mutex sync.Mutex
	// waiting are whole lines.
	waiting []byte
}

// New writes to the writer, whole lines at a time.
func New(s settings.Log, writer io.Writer) *Log {
	function := append(jsontext.AppendString([]byte(`,"function":`), s.Name), `,"namespace":`...)
	return &Log{settings: s, function: jsontext.AppendString(function, s.Namespace), writer: writer}
}

// Line writes one line and those that wait, unless the level is below the lowest. Fields are written after each other.
func (l *Log) Line(level slog.Level, message string, fields ...[]slog.Attr) {
	if level < l.settings.Level {
		return
	}
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.add(level, message, fields)
	l.write()
}

// LineSoon is Line for a line that is lost without harm where the process is killed: it waits for others for a few
// milliseconds, because under load a call of the system for each costs as much as a short handler.
func (l *Log) LineSoon(level slog.Level, message string, fields ...[]slog.Attr) {
	if level < l.settings.Level {
		return
	}
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if len(l.waiting) == 0 {
		time.AfterFunc(longestDelay, l.flush)
	}
	l.add(level, message, fields)
	if len(l.waiting) >= mostWaiting {
		l.write()
	}
}

func (l *Log) flush() {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.write()
}

func (l *Log) write() {
	if len(l.waiting) == 0 {
		return
	}
	// where nobody reads any more there is nobody to tell
	_, _ = l.writer.Write(l.waiting)
	l.waiting = l.waiting[:0]
	if cap(l.waiting) > 2*mostWaiting {
		l.waiting = nil
	}
}

func (l *Log) add(level slog.Level, message string, fields [][]slog.Attr) {
	start := l.startJSON
	if l.settings.IsText {
		start = l.startText
	}
	line := start(l.waiting, level, message)
	for _, some := range fields {
		for _, field := range some {
			line = l.appendField(line, "", field)
		}
	}
	if !l.settings.IsText {
		line = append(line, '}')
	}
	l.waiting = append(line, '\n')
}

func (l *Log) startJSON(line []byte, level slog.Level, message string) []byte {
	line = append(append(append(line, `{"level":"`...), levelName(level)...), `","ts":"`...)
	line = append(identity.AppendTime(line, time.Now()), '"')
	return jsontext.AppendString(append(append(line, l.function...), `,"msg":`...), message)
}

func (l *Log) startText(line []byte, level slog.Level, message string) []byte {
	line = append(identity.AppendTime(line, time.Now()), ' ')
	line = append(append(line, strings.ToUpper(levelName(level))...), ' ')
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
