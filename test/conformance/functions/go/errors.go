package main

type message struct{ text string }

func (m message) Error() string { return m.text }

// said is an error that says itself whether a later try may succeed.
type said struct {
	message
	isRetryable bool
}

func (s said) Retryable() bool { return s.isRetryable }

// The errors of the suite.
type (
	OrderError      struct{ message }
	TypeError       struct{ message }
	ValueError      struct{ message }
	ImportError     struct{ message }
	ValidationError struct{ message }
	TimeoutError    struct{ message }
	ConnectionError struct{ message }
	PermissionError struct{ message }
	MemoryError     struct{ message }
)

// errorOf is the error whose type has the name.
func errorOf(data map[string]any) error {
	text := message{data["message"].(string)}
	if isRetryable, isSaid := data["retryable"].(bool); isSaid {
		return saidBy(data["name"].(string), said{text, isRetryable})
	}
	switch data["name"] {
	case "TypeError":
		return TypeError{text}
	case "ValueError":
		return &ValueError{text}
	case "ImportError":
		return ImportError{text}
	case "ValidationError":
		return ValidationError{text}
	case "TimeoutError":
		return TimeoutError{text}
	case "ConnectionError":
		return ConnectionError{text}
	case "PermissionError":
		return PermissionError{text}
	case "MemoryError":
		return MemoryError{text}
	default:
		return OrderError{text}
	}
}

// saidBy has types of the same names.
func saidBy(name string, error said) error {
	type ValueError struct{ said }
	type OrderError struct{ said }
	if name == "ValueError" {
		return ValueError{error}
	}
	return OrderError{error}
}
