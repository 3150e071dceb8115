package handler

import (
	"context"
	"errors"
	"testing"

	"lambda.knative.io/runtime/internal/event"
	"lambda.knative.io/runtime/lambda"
)

func TestNewTakesEveryFormOfTheContract(t *testing.T) {
	for name, function := range map[string]any{
		"data":              func(any) (any, error) { return nil, nil },
		"data and context":  func(string, *lambda.Context) (int, error) { return 0, nil },
		"context and data":  func(context.Context, []byte) ([]byte, error) { return nil, nil },
		"a result only":     func(any) string { return "" },
		"an error only":     func(any) error { return nil },
		"no result":         func(any) {},
		"context as a data": func(context.Context, map[string]any) {},
	} {
		if _, err := New(function); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestNewFailsOnOtherForms(t *testing.T) {
	var missing func(any) error
	for name, function := range map[string]any{
		"nothing":            nil,
		"a text":             "text",
		"a nil function":     missing,
		"no parameter":       func() error { return nil },
		"the context only":   func(*lambda.Context) error { return nil },
		"three parameters":   func(any, any, any) error { return nil },
		"a variadic":         func(...any) error { return nil },
		"two results":        func(any) (any, any) { return nil, nil },
		"two errors":         func(any) (error, error) { return nil, nil },
		"an error first":     func(any) (error, any) { return nil, nil },
		"another second one": func(any, string) error { return nil },
	} {
		if _, err := New(function); err == nil {
			t.Errorf("%s: got a handler, want an error", name)
		}
	}
}

// unspeakable panics when it is looked at.
type unspeakable struct{}

func (unspeakable) Error() string { panic("no text") }

func TestCallAnswersWhateverTheHandlerDoes(t *testing.T) {
	for name, one := range map[string]struct {
		function any
		code     string
	}{
		"returns an error":         {func(any) error { return errors.New("no stock") }, "HandlerError"},
		"panics":                   {func(any) { panic("no stock") }, "panic"},
		"panics with an error":     {func(any) { panic(errors.New("no stock")) }, "panic"},
		"dereferences nil":         {func(data *struct{ Text string }) string { return data.Text }, "panic"},
		"has an error that panics": {func(any) error { return unspeakable{} }, "unspeakable"},
		"panics with what panics":  {func(any) { panic(unspeakable{}) }, "panic"},
		"returns a channel":        {func(any) any { return make(chan int) }, "ResultNotSerializable"},
		"gets what does not fit":   {func(int) {}, "TypeError"},
	} {
		called, err := New(one.function)
		if err != nil {
			t.Fatal(err)
		}
		got := call(called, `null`)
		if name == "gets what does not fit" {
			got = call(called, `"text"`)
		}
		if got.Failure == nil || got.Failure.Code != one.code {
			t.Errorf("%s: got %+v, want %s", name, got.Failure, one.code)
		}
	}
}

func call(called *Handler, data string) Outcome {
	outcomes := make(chan Outcome, 1)
	ctx := &lambda.Context{Context: context.Background()}
	go called.Call(ctx, event.Data{Form: event.JSON, Bytes: []byte(data)}, func(outcome Outcome, _ bool) { outcomes <- outcome })
	return <-outcomes
}
