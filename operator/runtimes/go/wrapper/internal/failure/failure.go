// Package failure says what an error of the handler is to a broker, a log and a metric.
package failure

import (
	"errors"
	"fmt"
	"reflect"
	"runtime/debug"
	"strings"

	"lambda.knative.io/runtime/internal/jsontext"
)

const (
	longestCode    = 100
	longestMessage = 1024
)

// Failure of an invocation.
type Failure struct {
	// Code is the name of the error.
	Code, Message string
	// IsRetryable says whether a later try may succeed.
	IsRetryable bool
	// Type is what the metric calls it.
	Type string
	// Stack is empty where there is none; it is logged, and never sent.
	Stack string
}

// Refusal is for an event that no handler got.
func Refusal(code, message string) Failure {
	return Failure{Code: code, Message: message, Type: "request"}
}

// NotSerializable is for a result that JSON cannot say.
func NotSerializable(message string) Failure {
	return Failure{Code: "ResultNotSerializable", Message: message, Type: "handler"}
}

// InvalidReply is for a returned CloudEvent that is none.
func InvalidReply(message string) Failure {
	return Failure{Code: "InvalidReply", Message: message, Type: "handler"}
}

// Mismatch is for data that does not fit the parameter of the handler.
func Mismatch(message string) Failure {
	return Failure{Code: "TypeError", Message: message, Type: "validation"}
}

// GoroutineExit is for a handler that ended its goroutine, as runtime.Goexit does.
func GoroutineExit() Failure {
	return Failure{Code: "ProcessExit", Message: "the handler ended its goroutine", IsRetryable: true, Type: "runtime"}
}

// OfError is from whatever error a handler returned, and does not panic whatever its methods do.
func OfError(err error) (failed Failure) {
	code := nameOf(err)
	failed = Failure{Code: code, IsRetryable: true, Type: typeOf(code)}
	// what was found before a method of the error panicked is kept
	defer func() { _ = recover() }()
	failed.IsRetryable = isRetryable(err, code)
	failed.Message = jsontext.Truncate(err.Error(), longestMessage)
	return failed
}

// OfPanic is from what a handler panicked with; to be called while it panics.
func OfPanic(cause any) (failed Failure) {
	failed = Failure{Code: "panic", IsRetryable: true, Type: "handler", Stack: string(debug.Stack())}
	// what the text of the cause panicked with is not worth more
	defer func() { _ = recover() }()
	if err, isError := cause.(error); isError {
		failed.IsRetryable = isRetryable(err, "panic")
	}
	failed.Message = jsontext.Truncate(fmt.Sprint(cause), longestMessage)
	return failed
}

// nameOf is the type without package and pointer.
func nameOf(err error) string {
	kind := reflect.TypeOf(err)
	for kind.Kind() == reflect.Pointer {
		kind = kind.Elem()
	}
	switch {
	case kind.PkgPath() == "errors", kind.PkgPath() == "fmt", kind.Name() == "":
		return "HandlerError"
	default:
		return jsontext.Truncate(kind.Name(), longestCode)
	}
}

func isRetryable(err error, code string) bool {
	var said interface{ Retryable() bool }
	if errors.As(err, &said) {
		return said.Retryable()
	}
	switch code {
	case "TypeError", "ValueError", "ImportError":
		return false
	default:
		return true
	}
}

// types has what the name of an error contains and what the metric calls it; the first that fits.
var types = [...][2]string{
	{"timeout", "timeout"},
	{"memory", "memory"},
	{"import", "import"},
	{"module", "import"},
	{"permission", "permission"},
	{"access", "permission"},
	{"connection", "network"},
	{"network", "network"},
	{"socket", "network"},
	{"validation", "validation"},
	{"valueerror", "validation"},
	{"typeerror", "validation"},
}

func typeOf(code string) string {
	name := strings.ToLower(code)
	for _, row := range types {
		if strings.Contains(name, row[0]) {
			return row[1]
		}
	}
	return "handler"
}
