package logging

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"lambda.knative.io/runtime/internal/settings"
)

type line = map[string]any

// written is what one use of the logger of an invocation writes.
func written(t *testing.T, use func(*slog.Logger)) line {
	t.Helper()
	var out bytes.Buffer
	log := New(settings.Log{Name: "f", Namespace: "n"}, &out)
	use(log.Logger([]slog.Attr{slog.String("event_id", "1")}))
	var decoded line
	if err := json.Unmarshal(out.Bytes(), &decoded); err != nil {
		t.Fatalf("%q: %v", out.String(), err)
	}
	return decoded
}

func TestLoggerWritesWhateverTheAuthorGives(t *testing.T) {
	cycle := map[string]any{}
	cycle["self"] = cycle
	got := written(t, func(logger *slog.Logger) {
		logger.With("shop", "blue").WithGroup("order").Warn("two\nlines \xff",
			"id", 7, "event_id", "mine", "channel", make(chan int), "error", errors.New("no stock"),
			slog.Group("buyer", "name", "grüß"), "long", strings.Repeat("ü", 9000))
	})
	want := line{
		"level": "warn", "function": "f", "namespace": "n", "msg": "two\nlines \ufffd", "event_id": "1", "shop": "blue",
		"order.id": 7.0, "order.event_id": "mine", "order.error": "no stock", "order.buyer.name": "grüß",
		"order.long": strings.Repeat("ü", 8192),
	}
	for key, value := range want {
		if got[key] != value {
			t.Errorf("%s: got %v, want %v", key, got[key], value)
		}
	}
	if _, isText := got["order.channel"].(string); !isText {
		t.Errorf("order.channel: got %v, want a text", got["order.channel"])
	}
}

func TestLoggerKeepsTheIdsOfTheInvocation(t *testing.T) {
	got := written(t, func(logger *slog.Logger) {
		logger.Info("hello", "event_id", "mine", "msg", "mine", "level", "mine")
	})
	if got["event_id"] != "1" || got["msg"] != "hello" || got["level"] != "info" {
		t.Errorf("got %v", got)
	}
}

func TestLogLeavesOutWhatIsBelowItsLevel(t *testing.T) {
	var out bytes.Buffer
	log := New(settings.Log{Level: slog.LevelError}, &out)
	log.Logger(nil).Warn("quiet")
	log.Line(slog.LevelWarn, "quiet")
	if out.Len() > 0 {
		t.Errorf("got %q, want nothing", out.String())
	}
}

func TestLineTakesThoseThatWaitWithIt(t *testing.T) {
	var out bytes.Buffer
	log := New(settings.Log{}, &out)
	log.LineSoon(slog.LevelInfo, "first")
	log.Line(slog.LevelInfo, "second")
	if at := strings.Index(out.String(), "first"); at < 0 || at > strings.Index(out.String(), "second") {
		t.Errorf("got %q, want both lines in order", out.String())
	}
}

func TestLineThatMayWaitIsWritten(t *testing.T) {
	lines := make(chan string, 1)
	New(settings.Log{}, sink(lines)).LineSoon(slog.LevelInfo, "alone")
	if got := <-lines; !strings.HasSuffix(got, "\n") || !strings.Contains(got, "alone") {
		t.Errorf("got %q, want the line", got)
	}
}

type sink chan string

func (s sink) Write(text []byte) (int, error) {
	s <- string(text)
	return len(text), nil
}
