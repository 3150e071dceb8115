package server

import (
	"bytes"
	"io"
	"net/http"
	"time"

	"lambda.knative.io/runtime/internal/reply"
)

// takeOver answers while the goroutine of net/http is still in the handler, or ends there. The connection is closed: its
// goroutine may never come back to it.
func (f *Function) takeOver(one *exchange, replied *reply.Reply) {
	f.apart.Add(1)
	defer f.apart.Done()
	connection, _, err := http.NewResponseController(one.writer).Hijack()
	if err != nil {
		// net/http would answer 200 in its place
		panic(err)
	}
	defer connection.Close()
	header := http.Header{}
	answered := f.toAnswer(header, connOf(one.request), replied)
	response := http.Response{
		StatusCode: answered.status, ProtoMajor: 1, ProtoMinor: 1, Close: true, Header: header,
		ContentLength: int64(len(answered.body)), Body: io.NopCloser(bytes.NewReader(answered.body)),
	}
	_ = connection.SetWriteDeadline(time.Now().Add(linger))
	// a caller that is gone does not hear of it
	_ = response.Write(connection)
	one.slot.Answered()
	if f.invoker.IsFirstAnswer() {
		f.invoker.ReportFirstByte(f.load, time.Since(one.receivedAt))
	}
}

// Wait is until every answer apart has been written; those of the servers are waited for by them.
func (f *Function) Wait() { f.apart.Wait() }
