package main

import (
	"context"
	"encoding/base64"
	"strings"
	"time"

	"lambda.knative.io/runtime/lambda"
)

// Text is no function.
var Text = "no function"

// Limit is no function either.
const Limit = 1

// Single takes the data only and returns it.
func Single(data any) any { return data }

// WithContext takes the context first, and finds what is of the invocation in it.
func WithContext(ctx context.Context, data map[string]any) (any, error) {
	derived, cancel := context.WithCancel(ctx)
	defer cancel()
	invocation, isInvocation := lambda.FromContext(derived)
	return []any{invocation.ID, isInvocation, data["a"]}, nil
}

// Order is data of a form of its own.
type Order struct {
	Total int `json:"total"`
}

// Typed takes data that is decoded into a type.
func Typed(order *Order) (int, error) { return order.Total, nil }

// Sized takes the bytes as they are.
func Sized(data []byte) int { return len(data) }

// Silent returns nothing.
func Silent(Order) {}

// Failing returns an error only.
func Failing(string) error { return nil }

// Rest has a form that is not allowed.
func Rest(data ...any) any { return data }

type act func(data map[string]any, ctx *lambda.Context) (any, error)

// Handler does what the type of the event or, in a plain POST, the member act names; else echo.
func Handler(data any, ctx *lambda.Context) (any, error) {
	object, _ := data.(map[string]any)
	named, isNamed := strings.CutPrefix(ctx.Type, "conformance.")
	if !isNamed {
		named, _ = object["act"].(string)
	}
	switch named {
	case "return":
		return data, nil
	case "async":
		time.Sleep(10 * time.Millisecond)
		return data, nil
	case "size":
		return len(data.([]byte)), nil
	}
	if known, isKnown := acts[named]; isKnown {
		return known(object, ctx)
	}
	return echo(data), nil
}

func echo(data any) any {
	if bytes, isBytes := data.([]byte); isBytes {
		data = base64.StdEncoding.EncodeToString(bytes)
		return map[string]any{"kind": "bytes", "value": data}
	}
	return map[string]any{"kind": kindOf(data), "value": data}
}

// kindOf is the name of the kind of data, the same in every language.
func kindOf(data any) string {
	switch data.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case float64:
		return "number"
	case string:
		return "string"
	case []any:
		return "array"
	default:
		return "object"
	}
}
