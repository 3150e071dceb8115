// Command framework is functions-framework as it comes: it answers a JSON POST with the same JSON.
package main

import (
	"encoding/json"
	"log"
	"net/http"
	"os"

	"github.com/GoogleCloudPlatform/functions-framework-go/funcframework"
	"github.com/GoogleCloudPlatform/functions-framework-go/functions"
)

func echo(writer http.ResponseWriter, request *http.Request) {
	var data any
	if err := json.NewDecoder(request.Body).Decode(&data); err != nil {
		http.Error(writer, err.Error(), http.StatusBadRequest)
		return
	}
	writer.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(writer).Encode(data)
}

func main() {
	functions.HTTP("echo", echo)
	if err := os.Setenv("FUNCTION_TARGET", "echo"); err != nil {
		log.Fatal(err)
	}
	log.Fatal(funcframework.Start(os.Getenv("PORT")))
}
