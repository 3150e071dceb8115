// Package trace goes on with the traces of callers as W3C writes them, and sends their spans.
package trace

import (
	"encoding/binary"
	"encoding/hex"
	"math/rand/v2"
	"net/http"
	"regexp"
	"strings"
)

// Trace is the span of one invocation.
type Trace struct {
	TraceID, SpanID string
	// ParentID is empty where the trace begins here.
	ParentID  string
	IsSampled bool
	// Traceparent and Tracestate are what goes on from here; Tracestate may be empty.
	Traceparent, Tracestate string
}

const longestState = 512

var (
	pattern = regexp.MustCompile(`^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]([0-9a-f])(-.*)?$`)
	noTrace = strings.Repeat("0", 32)
	noSpan  = strings.Repeat("0", 16)
)

// Of goes on with the trace of the caller, whose header wins over the extension, or begins one. Share is that of new
// traces that are sampled, 0 to 1.
func Of(header http.Header, extensions map[string]string, share float64) Trace {
	fromHeader := single(header["Traceparent"])
	parent, state := fromHeader, single(header["Tracestate"])
	if fromHeader == "" {
		parent, state = extensions["traceparent"], extensions["tracestate"]
	}
	if parent == "" {
		return begin(share)
	}
	known := pattern.FindStringSubmatch(parent)
	if known == nil || known[1] == "ff" || known[2] == noTrace || known[3] == noSpan {
		return begin(share)
	}
	if len(state) > longestState {
		state = ""
	}
	isSampled := strings.ContainsAny(known[4], "13579bdf")
	return newTrace(known[2], hexOf(newID()), known[3], isSampled, state)
}

func begin(share float64) Trace {
	low := newID()
	// by the trace id, so that every part that samples so agrees
	isSampled := float64(low>>12) < share*(1<<52)
	return newTrace(hexOf(newID(), low), hexOf(newID()), "", isSampled, "")
}

// newID is not 0, which W3C takes for none.
func newID() uint64 {
	for {
		if id := rand.Uint64(); id != 0 {
			return id
		}
	}
}

func hexOf(ids ...uint64) string {
	var bytes [16]byte
	used := bytes[:0]
	for _, id := range ids {
		used = binary.BigEndian.AppendUint64(used, id)
	}
	return hex.EncodeToString(used)
}

func newTrace(traceID, spanID, parentID string, isSampled bool, state string) Trace {
	flags := "-00"
	if isSampled {
		flags = "-01"
	}
	return Trace{traceID, spanID, parentID, isSampled, "00-" + traceID + "-" + spanID + flags, state}
}

// single is empty where the header does not come once.
func single(values []string) string {
	if len(values) == 1 {
		return values[0]
	}
	return ""
}
