// Reads requests, one a line of JSON, and writes what the decoder of the wrapper makes of each.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"time"

	"lambda.knative.io/runtime/internal/event"
)

type request struct {
	Headers [][2]string
	Body    []byte
}

func main() {
	lines := bufio.NewReader(os.Stdin)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return
		}
		var read request
		if err := json.Unmarshal(line, &read); err != nil {
			panic(err)
		}
		text, err := json.Marshal(decode(read))
		if err != nil {
			panic(err)
		}
		fmt.Println(string(text))
	}
}

func decode(read request) any {
	header := http.Header{}
	for _, pair := range read.Headers {
		header.Add(pair[0], pair[1])
	}
	received, err := event.Parse(header, read.Body, time.Unix(0, 0))
	if err != nil {
		return map[string]any{"kind": "unreadable"}
	}
	kind := "ReceivedEvent"
	if received.IsBatch {
		kind = "ReceivedBatch"
	}
	events := make([]any, len(received.Events))
	for i, one := range received.Events {
		events[i] = map[string]any{"attributes": attributesOf(one), "data": dataOf(one.Data)}
	}
	return map[string]any{"kind": kind, "events": events}
}

func attributesOf(one event.Event) map[string]any {
	extensions := one.Extensions
	if extensions == nil {
		extensions = map[string]string{}
	}
	attributes := map[string]any{"extensions": extensions}
	for name, value := range map[string]string{
		"id": one.ID, "source": one.Source, "type": one.Type, "subject": one.Subject, "time": one.Time,
		"datacontenttype": one.DataContentType, "dataschema": one.DataSchema,
	} {
		if value != "" {
			attributes[name] = value
		}
	}
	return attributes
}

func dataOf(data event.Data) any {
	switch data.Form {
	case event.JSON:
		return json.RawMessage(data.Bytes)
	case event.Text:
		return string(data.Bytes)
	default:
		return map[string]any{"base64": data.Bytes}
	}
}
