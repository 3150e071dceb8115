// Command sdk is net/http with the CloudEvents SDK: it answers an event with an event of the same data.
package main

import (
	"log"
	"net/http"
	"os"

	"github.com/cloudevents/sdk-go/v2/binding"
	"github.com/cloudevents/sdk-go/v2/event"
	cehttp "github.com/cloudevents/sdk-go/v2/protocol/http"
	"github.com/google/uuid"
)

func echo(writer http.ResponseWriter, request *http.Request) {
	received, err := cehttp.NewEventFromHTTPRequest(request)
	if err != nil {
		http.Error(writer, err.Error(), http.StatusBadRequest)
		return
	}
	var data any
	if err := received.DataAs(&data); err != nil {
		http.Error(writer, err.Error(), http.StatusBadRequest)
		return
	}
	reply := event.New()
	reply.SetID(uuid.NewString())
	reply.SetType("reply")
	reply.SetSource("/bench")
	if err := reply.SetData(event.ApplicationJSON, data); err != nil {
		http.Error(writer, err.Error(), http.StatusInternalServerError)
		return
	}
	_ = cehttp.WriteResponseWriter(request.Context(), binding.ToMessage(&reply), http.StatusOK, writer)
}

func main() { log.Fatal(http.ListenAndServe(":"+os.Getenv("PORT"), http.HandlerFunc(echo))) }
