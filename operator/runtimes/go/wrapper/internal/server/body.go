package server

import (
	"errors"
	"io"
	"net/http"
	"os"
	"time"
)

var (
	errTooLarge = errors.New("body too large")
	errSlow     = errors.New("body too slow")
	// errAborted is for a caller that went away, or whose body is no HTTP.
	errAborted = errors.New("body aborted")
)

// onItsWay is how long the rest of a body that nobody needs may take.
const onItsWay = 100 * time.Millisecond

// linger is how long a body that was refused may still come, so that its sender reads the answer.
const linger = 2 * time.Second

// mostAtOnce is how much memory a caller gets for the promise of a body.
const mostAtOnce = 1 << 20

// readBody fails with one of the errors above. That a body is slow is for the server to see, see ReadTimeout.
func readBody(request *http.Request, most int64) ([]byte, error) {
	if request.ContentLength > most {
		return nil, errTooLarge
	}
	if request.ContentLength == 0 {
		return nil, nil
	}
	body, err := readAll(request, most)
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, errSlow
	case err != nil:
		return nil, errAborted
	case int64(len(body)) > most:
		return nil, errTooLarge
	}
	return body, nil
}

// readAll reads one byte more than the most where there is one.
func readAll(request *http.Request, most int64) ([]byte, error) {
	if request.ContentLength < 0 || request.ContentLength > mostAtOnce {
		return io.ReadAll(io.LimitReader(request.Body, most+1))
	}
	body := make([]byte, request.ContentLength)
	_, err := io.ReadFull(request.Body, body)
	return body, err
}

// passOver is for an answer that does not wait for the body: net/http reads what has come of it before it writes the
// answer, and closes the connection where that is not all. (To write first, in full duplex, breaks its connections.)
func passOver(writer http.ResponseWriter, request *http.Request) {
	if request.ContentLength == 0 {
		return
	}
	// where there is no deadline to set the connection is gone
	_ = http.NewResponseController(writer).SetReadDeadline(time.Now().Add(onItsWay))
}

// drain reads on after an answer: closing with bytes unread would reset the connection, and take the answer from a
// caller that still sends.
func drain(writer http.ResponseWriter, request *http.Request) {
	controller := http.NewResponseController(writer)
	if controller.Flush() != nil || controller.SetReadDeadline(time.Now().Add(linger)) != nil {
		return
	}
	_, _ = io.Copy(io.Discard, request.Body)
}
