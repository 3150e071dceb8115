// Package handler calls the author's function, whatever its parameters.
package handler

import (
	"context"
	"fmt"
	"reflect"

	"lambda.knative.io/runtime/internal/event"
	"lambda.knative.io/runtime/internal/failure"
	"lambda.knative.io/runtime/internal/result"
	"lambda.knative.io/runtime/lambda"
)

// Handler is a function of one of the forms that the contract lists.
type Handler struct {
	function reflect.Value
	data     reflect.Type
	// isContextFirst and isLambdaSecond say what it takes beside the data; at most one is true.
	isContextFirst, isLambdaSecond bool
	returnsValue, returnsError     bool
}

const forms = "func(T) (R, error), func(T, *lambda.Context) (R, error), func(context.Context, T) (R, error); " +
	"R, error or both may be left out"

var (
	contextType = reflect.TypeFor[context.Context]()
	lambdaType  = reflect.TypeFor[*lambda.Context]()
	errorType   = reflect.TypeFor[error]()
)

// New fails on what is no function of an allowed form.
func New(value any) (*Handler, error) {
	function := reflect.ValueOf(value)
	if function.Kind() != reflect.Func || function.IsNil() {
		return nil, fmt.Errorf("got %T that is no function, allowed %s", value, forms)
	}
	kind := function.Type()
	h := &Handler{function: function}
	if kind.IsVariadic() || !h.takeParameters(kind) || !h.takeResults(kind) {
		return nil, fmt.Errorf("got %s, allowed %s", kind, forms)
	}
	return h, nil
}

func (h *Handler) takeParameters(kind reflect.Type) bool {
	switch {
	case kind.NumIn() == 1 && kind.In(0) != lambdaType && kind.In(0) != contextType:
		h.data = kind.In(0)
	case kind.NumIn() == 2 && kind.In(1) == lambdaType:
		h.data, h.isLambdaSecond = kind.In(0), true
	case kind.NumIn() == 2 && kind.In(0) == contextType:
		h.data, h.isContextFirst = kind.In(1), true
	default:
		return false
	}
	return true
}

func (h *Handler) takeResults(kind reflect.Type) bool {
	count := kind.NumOut()
	h.returnsError = count > 0 && kind.Out(count-1) == errorType
	h.returnsValue = count > 0 && kind.Out(0) != errorType
	if h.returnsValue && h.returnsError {
		return count == 2
	}
	return count <= 1
}

// TakesContext says whether the handler takes more than the data.
func (h *Handler) TakesContext() bool { return h.isContextFirst || h.isLambdaSecond }

// Outcome is a result or a failure; one of them is not nil.
type Outcome struct {
	Result  *result.Result
	Failure *failure.Failure
}

func failed(f failure.Failure) Outcome { return Outcome{Failure: &f} }

// Call runs the handler in this goroutine, and says what came of it; also when the handler ends the goroutine, which it
// then says too. The context may be nil for a handler that takes none.
func (h *Handler) Call(ctx *lambda.Context, data event.Data, done func(outcome Outcome, isExit bool)) {
	outcome, isExit := failed(failure.GoroutineExit()), true
	defer func() {
		if cause := recover(); cause != nil {
			outcome, isExit = failed(failure.OfPanic(cause)), false
		}
		done(outcome, isExit)
	}()
	outcome = h.run(ctx, data)
	isExit = false
}

func (h *Handler) run(ctx *lambda.Context, data event.Data) Outcome {
	value, err := fit(data, h.data)
	if err != nil {
		return failed(failure.Mismatch(err.Error()))
	}
	returned, err := h.call(ctx, value)
	if err != nil {
		return failed(failure.OfError(err))
	}
	converted, problem := result.Of(returned)
	if problem != nil {
		return Outcome{Failure: problem}
	}
	return Outcome{Result: &converted}
}

func (h *Handler) call(ctx *lambda.Context, data reflect.Value) (any, error) {
	var values []reflect.Value
	switch {
	case h.isContextFirst:
		values = h.function.Call([]reflect.Value{reflect.ValueOf(ctx), data})
	case h.isLambdaSecond:
		values = h.function.Call([]reflect.Value{data, reflect.ValueOf(ctx)})
	default:
		values = h.function.Call([]reflect.Value{data})
	}
	var err error
	if h.returnsError {
		err, _ = values[len(values)-1].Interface().(error)
	}
	if h.returnsValue {
		return values[0].Interface(), err
	}
	return nil, err
}
