// Package trace goes on with the traces of callers as W3C writes them, and sends their spans.
package trace

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
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
	var span [8]byte
	_, _ = rand.Read(span[:])
	isSampled := strings.ContainsAny(known[4], "13579bdf")
	return newTrace(known[2], hex.EncodeToString(span[:]), known[3], isSampled, state)
}

func begin(share float64) Trace {
	var random [24]byte
	_, _ = rand.Read(random[:])
	// by the trace id, so that every part that samples so agrees
	isSampled := float64(binary.BigEndian.Uint64(random[8:16])>>12) < share*(1<<52)
	return newTrace(hex.EncodeToString(random[:16]), hex.EncodeToString(random[16:]), "", isSampled, "")
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
