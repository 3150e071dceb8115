package server

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
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
	served := newFunction(t, read, function)
	listening := httptest.NewUnstartedServer(served)
	listening.Listener, listening.Config.ConnContext = NewListener(listening.Listener), Context
	listening.Start()
	t.Cleanup(listening.Close)
	return served, listening.URL
}

func newFunction(t testing.TB, read settings.Settings, function any) *Function {
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
	return New(Parts{Settings: &read, Invoker: invoker, Metrics: gauges, Log: log})
}

func readSettings(t testing.TB, variables map[string]string) settings.Settings {
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
	awaitFreeSlots(t, served)
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

func awaitFreeSlots(t *testing.T, served *Function) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); served.InFlight() > 0; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d slots are still taken", served.InFlight())
		}
	}
}

// apart is an answer whose connection is closed after it.
func apart(t *testing.T, url string, status int, part string) {
	t.Helper()
	response, err := http.Post(url, "application/json", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != status || !response.Close || !strings.Contains(string(body), part) {
		t.Errorf("got %d, close %t, %s, %v; want %d, true, %s", response.StatusCode, response.Close, body, err, status, part)
	}
}

func TestHandlerThatHangsIsAnsweredBesideIt(t *testing.T) {
	read := readSettings(t, map[string]string{"MAX_CONCURRENCY": "1", "TIMEOUT_SECONDS": "0.05"})
	goOn := make(chan struct{})
	served, url := serve(t, read, func(any) { <-goOn })
	apart(t, url, http.StatusGatewayTimeout, `"code":"TimeoutError"`)
	served.Wait()
	if !served.slots.AreStuck() {
		t.Error("the slot of the handler that hangs is free")
	}
	close(goOn)
	awaitFreeSlots(t, served)
}

func TestHandlerThatEndsItsGoroutineIsAnswered(t *testing.T) {
	served, url := serve(t, readSettings(t, nil), func(any) { runtime.Goexit() })
	apart(t, url, http.StatusInternalServerError, `"code":"ProcessExit"`)
	awaitFreeSlots(t, served)
}

func TestAnswerHasTheAttributesOfItsOwnEvent(t *testing.T) {
	_, url := serve(t, readSettings(t, nil), func(data any) any { return data })
	for _, id := range []string{"1", strings.Repeat("2", 9000), "3"} {
		request, err := http.NewRequest(http.MethodPost, url, strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		for name, value := range map[string]string{"Id": id, "Source": "/test", "Type": "test", "Specversion": "1.0"} {
			request.Header.Set("Ce-"+name, value)
		}
		if got := headerOf(t, request)["Ce-Causationid"]; len(got) != 1 || got[0] != id {
			t.Errorf("got %.20s, want %.20s once", got, id)
		}
		health, err := http.NewRequest(http.MethodGet, url+"/healthz", nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := headerOf(t, health); got["Ce-Id"] != nil {
			t.Errorf("got %v, want no event", got)
		}
	}
}

func TestAnswerSaysOnceWhatItIsAndWhen(t *testing.T) {
	_, url := serve(t, readSettings(t, map[string]string{"TIMEOUT_SECONDS": "0.05"}), func(seconds float64) {
		time.Sleep(time.Duration(seconds * float64(time.Second)))
	})
	for _, seconds := range []string{"0", "0.2", "null", "0"} {
		before := time.Now().Truncate(time.Second)
		request, err := http.NewRequest(http.MethodPost, url, strings.NewReader(seconds))
		if err != nil {
			t.Fatal(err)
		}
		header := headerOf(t, request)
		for _, name := range []string{"Date", "Content-Type", "X-Correlation-Id"} {
			if got := header[name]; len(got) != 1 {
				t.Errorf("after %s s: got %s %v, want one", seconds, name, got)
			}
		}
		at, err := http.ParseTime(header.Get("Date"))
		if err != nil || at.Before(before) || at.After(time.Now()) {
			t.Errorf("after %s s: got %s, %v, want a time from %s on", seconds, header.Get("Date"), err, before)
		}
	}
}

// headerOf reads the answer to its end, so that the next request goes over the same connection.
func headerOf(t *testing.T, request *http.Request) http.Header {
	t.Helper()
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, response.Body)
	return response.Header
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
