// Package trace goes on with the traces of callers as W3C writes them, and sends their spans.
package trace

import (
	"math/rand/v2"
	"net/http"
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
	known, isValid := parse(parent)
	if !isValid {
		return begin(share)
	}
	if len(state) > longestState {
		state = ""
	}
	return known.child(state)
}

// caller is what a traceparent says.
type caller struct {
	traceID, spanID string
	isSampled       bool
}

// Where the parts of a traceparent end; a later version may have more.
const (
	versionEnd = 2
	traceEnd   = versionEnd + 1 + 32
	spanEnd    = traceEnd + 1 + 16
	flagsEnd   = spanEnd + 1 + 2
)

var (
	noTrace = strings.Repeat("0", traceEnd-versionEnd-1)
	noSpan  = strings.Repeat("0", spanEnd-traceEnd-1)
)

func parse(text string) (caller, bool) {
	if len(text) < flagsEnd || (len(text) > flagsEnd && text[flagsEnd] != '-') {
		return caller{}, false
	}
	for at := range flagsEnd {
		isDash := at == versionEnd || at == traceEnd || at == spanEnd
		if isDash != (text[at] == '-') || (!isDash && strings.IndexByte(hexDigits, text[at]) < 0) {
			return caller{}, false
		}
	}
	read := caller{
		text[versionEnd+1 : traceEnd], text[traceEnd+1 : spanEnd], strings.IndexByte(hexDigits, text[flagsEnd-1])%2 == 1,
	}
	return read, text[:versionEnd] != "ff" && read.traceID != noTrace && read.spanID != noSpan
}

func (c caller) child(state string) Trace {
	text := append(append(make([]byte, 0, flagsEnd), "00-"...), c.traceID...)
	return newTrace(text, c.spanID, c.isSampled, state)
}

func begin(share float64) Trace {
	low := newID()
	// by the trace id, so that every part that samples so agrees
	isSampled := float64(low>>12) < share*(1<<52)
	text := appendHex(appendHex(append(make([]byte, 0, flagsEnd), "00-"...), newID()), low)
	return newTrace(text, "", isSampled, "")
}

// newID is not 0, which W3C takes for none.
func newID() uint64 {
	for {
		if id := rand.Uint64(); id != 0 {
			return id
		}
	}
}

const hexDigits = "0123456789abcdef"

func appendHex(text []byte, id uint64) []byte {
	for shift := 60; shift >= 0; shift -= 4 {
		text = append(text, hexDigits[id>>shift&15])
	}
	return text
}

// newTrace takes a traceparent until the id of its trace; both ids are parts of one text.
func newTrace(text []byte, parentID string, isSampled bool, state string) Trace {
	text = appendHex(append(text, '-'), newID())
	if isSampled {
		text = append(text, "-01"...)
	} else {
		text = append(text, "-00"...)
	}
	traceparent := string(text)
	return Trace{
		traceparent[versionEnd+1 : traceEnd], traceparent[traceEnd+1 : spanEnd], parentID, isSampled, traceparent, state,
	}
}

// single is empty where the header does not come once.
func single(values []string) string {
	if len(values) == 1 {
		return values[0]
	}
	return ""
}
