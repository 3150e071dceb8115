// Package metrics is what the function says of itself, in the text format 0.0.4 of Prometheus.
package metrics

import (
	"bytes"
	"fmt"
	"io"
	"sort"
	"strings"
	"sync"
)

// Status of an invocation.
type Status string

// The statuses that there are.
const (
	Success Status = "success"
	Error   Status = "error"
	Timeout Status = "timeout"
)

const prefix = "knative_lambda_function_"

// Metrics of one function.
type Metrics struct {
	labels string

	mutex       sync.Mutex
	invocations map[Status]int64
	errors      map[string]int64
	coldStarts  int64
	durations   histogram
	firstBytes  histogram
}

// New has every status from the start, as 0.
func New(name, namespace string) *Metrics {
	return &Metrics{
		labels:      fmt.Sprintf(`function="%s",function_namespace="%s"`, escape(name), escape(namespace)),
		invocations: map[Status]int64{Success: 0, Error: 0, Timeout: 0},
		errors:      map[string]int64{},
		durations:   newHistogram(0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
		firstBytes:  newHistogram(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
	}
}

func escape(label string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(label)
}

// CountSuccess counts an invocation that returned.
func (m *Metrics) CountSuccess() {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.invocations[Success]++
}

// CountFailure counts one that did not; the type is from the closed list of the contract.
func (m *Metrics) CountFailure(status Status, errorType string) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.invocations[status]++
	m.errors[errorType]++
}

// ObserveDuration observes a call of the handler.
func (m *Metrics) ObserveDuration(seconds float64, isColdStart bool) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.durations.observe(seconds)
	if isColdStart {
		m.coldStarts++
	}
}

// ObserveColdStart observes the time from the start of the process to its first answer.
func (m *Metrics) ObserveColdStart(seconds float64) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.firstBytes.observe(seconds)
}

// Totals are the invocations so far, and those that failed.
func (m *Metrics) Totals() (invocations, errors int64) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	errors = m.invocations[Error] + m.invocations[Timeout]
	return m.invocations[Success] + errors, errors
}

// Render is what /metrics answers.
func (m *Metrics) Render() []byte {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	var text bytes.Buffer
	head(&text, "invocations_total", "counter", "Invocations of a function; status is success, error or timeout.")
	for _, status := range []Status{Success, Error, Timeout} {
		fmt.Fprintf(&text, "%sinvocations_total{%s,status=%q} %d\n", prefix, m.labels, status, m.invocations[status])
	}
	head(&text, "duration_seconds", "histogram", "Duration of an invocation, the start of the process not included.")
	m.durations.write(&text, prefix+"duration_seconds", m.labels)
	head(&text, "errors_total", "counter", "Failed invocations by kind of error, from a closed list.")
	for _, errorType := range sortedKeys(m.errors) {
		fmt.Fprintf(&text, "%serrors_total{%s,error_type=%q} %d\n", prefix, m.labels, errorType, m.errors[errorType])
	}
	head(&text, "cold_starts_total", "counter", "Invocations that were the first of their process.")
	fmt.Fprintf(&text, "%scold_starts_total{%s} %d\n", prefix, m.labels, m.coldStarts)
	head(
		&text, "cold_start_seconds", "histogram",
		"Time from the start of the process to its first answer, without the wait for a request.",
	)
	m.firstBytes.write(&text, prefix+"cold_start_seconds", m.labels)
	return text.Bytes()
}

func head(writer io.Writer, name, kind, help string) {
	fmt.Fprintf(writer, "# HELP %s%s %s\n# TYPE %s%s %s\n", prefix, name, help, prefix, name, kind)
}

func sortedKeys(counts map[string]int64) []string {
	keys := make([]string, 0, len(counts))
	for key := range counts {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}
