package server

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"lambda.knative.io/runtime/internal/handler"
	"lambda.knative.io/runtime/internal/invoke"
	"lambda.knative.io/runtime/internal/logging"
	"lambda.knative.io/runtime/internal/metrics"
	"lambda.knative.io/runtime/internal/settings"
	"lambda.knative.io/runtime/internal/trace"
	"lambda.knative.io/runtime/lambda"
)

// serve starts a function without a process.
func serve(t *testing.T, read settings.Settings, function any) (*Function, string) {
	t.Helper()
	called, err := handler.New(function)
	if err != nil {
		t.Fatal(err)
	}
	log := logging.New(read.Log, io.Discard)
	gauges := metrics.New(read.Name, read.Namespace)
	invoker := invoke.New(invoke.Parts{
		Settings: &read, Handler: called, Metrics: gauges, Log: log, Spans: trace.NewExporter(read.Spans, log),
	})
	served := New(Parts{Settings: &read, Invoker: invoker, Metrics: gauges, Log: log})
	listening := httptest.NewServer(served)
	t.Cleanup(listening.Close)
	return served, listening.URL
}

func readSettings(t *testing.T, variables map[string]string) settings.Settings {
	t.Helper()
	read, err := settings.Read(func(name string) string { return variables[name] })
	if err != nil {
		t.Fatal(err)
	}
	return read
}

// TestSlotsComeBackUnderLoad is for the detector of races: results, deadlines and refusals at the same moment.
func TestSlotsComeBackUnderLoad(t *testing.T) {
	read := readSettings(t, map[string]string{"MAX_CONCURRENCY": "8", "TIMEOUT_SECONDS": "0.005"})
	served, url := serve(t, read, func(milliseconds int, ctx *lambda.Context) string {
		time.Sleep(time.Duration(milliseconds) * time.Millisecond)
		ctx.Logger.Info("slept")
		return ctx.ID
	})
	var callers sync.WaitGroup
	for caller := range 16 {
		callers.Add(1)
		go func() {
			defer callers.Done()
			for i := range 40 {
				callOnce(t, url, fmt.Sprint((caller+i)%9))
			}
		}()
	}
	callers.Wait()
	for deadline := time.Now().Add(10 * time.Second); served.InFlight() > 0; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d slots are still taken", served.InFlight())
		}
	}
	if served.slots.AreStuck() {
		t.Error("slots are stuck though every handler has ended")
	}
}

func TestHandlerThatHearsOfItsDeadlineIsLate(t *testing.T) {
	_, url := serve(t, readSettings(t, map[string]string{"TIMEOUT_SECONDS": "0.001"}), func(_ any, ctx *lambda.Context) {
		<-ctx.Done()
	})
	for range 200 {
		response, err := http.Post(url, "application/json", nil)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != http.StatusGatewayTimeout {
			t.Fatalf("got %d, want 504", response.StatusCode)
		}
	}
}

func callOnce(t *testing.T, url, body string) {
	response, err := http.Post(url, "application/json", strings.NewReader(body))
	if err != nil {
		t.Error(err)
		return
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, response.Body)
	switch response.StatusCode {
	case http.StatusOK, http.StatusGatewayTimeout, http.StatusTooManyRequests:
	default:
		t.Errorf("got %d", response.StatusCode)
	}
}
