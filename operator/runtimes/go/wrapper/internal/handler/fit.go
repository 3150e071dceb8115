package handler

import (
	"encoding/json"
	"fmt"
	"reflect"

	"lambda.knative.io/runtime/internal/event"
)

var bytesType = reflect.TypeFor[[]byte]()

// fit decodes data into the parameter of the handler.
func fit(data event.Data, target reflect.Type) (reflect.Value, error) {
	if target == bytesType {
		return reflect.ValueOf(data.Bytes), nil
	}
	value := reflect.New(target)
	switch data.Form {
	case event.JSON:
		if err := json.Unmarshal(data.Bytes, value.Interface()); err != nil {
			return value, fmt.Errorf("data: %w", err)
		}
		return value.Elem(), nil
	case event.Text:
		return fitText(string(data.Bytes), value.Elem())
	default:
		return fitValue(reflect.ValueOf(data.Bytes), value.Elem(), "bytes")
	}
}

func fitText(text string, target reflect.Value) (reflect.Value, error) {
	if target.Kind() == reflect.String {
		target.SetString(text)
		return target, nil
	}
	return fitValue(reflect.ValueOf(text), target, "a text")
}

func fitValue(value, target reflect.Value, got string) (reflect.Value, error) {
	if !value.Type().AssignableTo(target.Type()) {
		return target, fmt.Errorf("data: got %s, allowed what fits %s", got, target.Type())
	}
	target.Set(value)
	return target, nil
}
