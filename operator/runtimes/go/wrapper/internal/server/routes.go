package server

import (
	"fmt"
	"net/http"

	"lambda.knative.io/runtime/internal/failure"
	"lambda.knative.io/runtime/internal/identity"
	"lambda.knative.io/runtime/internal/jsontext"
)

var (
	jsonType    = []string{"application/json"}
	metricsType = []string{"text/plain; version=0.0.4; charset=utf-8"}
)

// routed is an answer with headers of its own.
type routed struct {
	answer
	header map[string][]string
}

// route answers all but invocations.
func (f *Function) route(request *http.Request) routed {
	switch request.URL.Path {
	case "/":
		return f.refuseRoute(request, http.StatusMethodNotAllowed, http.MethodPost)
	case "/health", "/healthz":
		if f.slots.AreStuck() {
			return f.state(request, http.StatusServiceUnavailable, "stuck")
		}
		return f.state(request, http.StatusOK, "healthy")
	case "/ready", "/readyz":
		if f.isDraining.Load() {
			return f.state(request, http.StatusServiceUnavailable, "draining")
		}
		return f.state(request, http.StatusOK, "ready")
	case "/metrics":
		if f.settings.MetricsPort == f.settings.Port {
			return f.renderMetrics(request)
		}
	}
	return f.refuseRoute(request, http.StatusNotFound, "")
}

// Metrics is what METRICS_PORT serves, where it is another port.
func (f *Function) Metrics() http.Handler {
	return http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		answered := f.refuseRoute(request, http.StatusNotFound, "")
		if request.URL.Path == "/metrics" {
			answered = f.renderMetrics(request)
		}
		passOver(writer, request)
		f.writeRouted(writer, answered, false)
	})
}

func (f *Function) renderMetrics(request *http.Request) routed {
	return f.read(request, answer{http.StatusOK, f.metrics.Render()}, metricsType)
}

func (f *Function) state(request *http.Request, status int, word string) routed {
	invocations, errors := f.metrics.Totals()
	body := jsontext.AppendString([]byte(`{"status":`), word)
	body = jsontext.AppendString(append(body, `,"function":`...), f.settings.Name)
	body = jsontext.AppendString(append(body, `,"namespace":`...), f.settings.Namespace)
	body = fmt.Appendf(body, `,"invocations":%d,"errors":%d}`, invocations, errors)
	return f.read(request, answer{status, body}, jsonType)
}

func (f *Function) read(request *http.Request, answered answer, contentType []string) routed {
	if request.Method != http.MethodGet && request.Method != http.MethodHead {
		return f.refuseRoute(request, http.StatusMethodNotAllowed, "GET, HEAD")
	}
	return routed{answered, map[string][]string{"Content-Type": contentType}}
}

// refuseRoute names the methods that there are, or else the routes.
func (f *Function) refuseRoute(request *http.Request, status int, allow string) routed {
	header := map[string][]string{"Content-Type": jsonType}
	code, allowed := "NotFound", "POST /, GET /healthz, /readyz, /metrics"
	if allow != "" {
		code, allowed = "MethodNotAllowed", allow
		header["Allow"] = []string{allow}
	}
	refusal := failure.Refusal(code, fmt.Sprintf("%s %s: allowed %s", request.Method, request.URL.Path, allowed))
	of := identity.Of(request.Header.Get("X-Correlation-Id"), "", nil)
	return routed{answer{status, f.invoker.Replies.Refusal(of, &refusal)}, header}
}

func (f *Function) writeRouted(writer http.ResponseWriter, answered routed, isLast bool) {
	header := writer.Header()
	for name, values := range answered.header {
		header[name] = values
	}
	f.write(writer, answered.answer, isLast)
}
