package server

import (
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"lambda.knative.io/runtime/internal/event"
	"lambda.knative.io/runtime/internal/reply"
)

// answer whose headers are set already.
type answer struct {
	status int
	body   []byte
}

// toAnswer leaves to net/http what it must know of: the rest goes behind the first line, see headConn. A header without
// values keeps net/http from writing one of its own.
func (f *Function) toAnswer(header http.Header, connection *headConn, replied *reply.Reply) answer {
	head := replied.AppendHead(connection.attributes[:0])
	if mediaType := replied.MediaType(); mediaType != "" {
		head = append(append(append(head, "Content-Type: "...), mediaType...), lineEnd...)
	}
	head = event.AppendHeader(append(head, "X-Correlation-Id: "...), replied.CorrelationID)
	head = f.clock.appendDate(append(append(head, lineEnd...), "Date: "...), time.Now())
	connection.attributes = append(head, lineEnd...)
	header["Content-Type"], header["Date"] = nil, nil
	return answer{replied.Status, replied.Body()}
}

func toBatchAnswer(header http.Header, replies []reply.Reply, correlation string) answer {
	status := http.StatusOK
	body := []byte{'['}
	for i := range replies {
		if i > 0 {
			body = append(body, ',')
		}
		if status == http.StatusOK {
			status = replies[i].Status
		}
		body = append(body, replies[i].JSON()...)
	}
	header["Content-Type"] = []string{"application/cloudevents-batch+json"}
	header["X-Correlation-Id"] = []string{event.EncodeHeader(correlation)}
	return answer{status, append(body, ']')}
}

// write ends the answer; a last one closes the connection.
func (f *Function) write(writer http.ResponseWriter, answered answer, isLast bool) {
	header := writer.Header()
	header["Content-Length"] = []string{strconv.Itoa(len(answered.body))}
	if isLast {
		header["Connection"] = []string{"close"}
	}
	writer.WriteHeader(answered.status)
	// a caller that is gone does not hear of it
	_, _ = writer.Write(answered.body)
}

// dateClock has the text of one second, because the library looks its layout over each time.
type dateClock struct{ last atomic.Pointer[dateText] }

type dateText struct {
	second int64
	text   string
}

// appendDate is http.TimeFormat.
func (c *dateClock) appendDate(head []byte, now time.Time) []byte {
	last := c.last.Load()
	if last == nil || last.second != now.Unix() {
		last = &dateText{now.Unix(), now.UTC().Format(http.TimeFormat)}
		c.last.Store(last)
	}
	return append(head, last.text...)
}
