package lambda

// Event is a CloudEvent that a handler returns as its reply. ID, Source and Time are filled in where they are empty;
// Type must be there.
type Event struct {
	ID, Source, Type                           string
	Subject, Time, DataContentType, DataSchema string
	// Extensions are texts, booleans or whole numbers.
	Extensions map[string]any
	// Data goes as it is where it is []byte; a string of a media type that is not JSON as text; nil not at all; all
	// else as JSON.
	Data any
}
