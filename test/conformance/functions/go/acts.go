package main

import (
	"encoding/base64"
	"fmt"
	"log/slog"
	"math"
	"os"
	"strings"
	"syscall"
	"time"

	"lambda.knative.io/runtime/lambda"
)

// acts has a name for each behaviour; test/conformance/functions/README.md says what each does.
var acts = map[string]act{
	"nothing": func(map[string]any, *lambda.Context) (any, error) { return nil, nil },
	"bytes": func(data map[string]any, _ *lambda.Context) (any, error) {
		return base64.StdEncoding.DecodeString(data["base64"].(string))
	},
	"repeat": func(data map[string]any, _ *lambda.Context) (any, error) {
		return strings.Repeat(data["text"].(string), int(data["times"].(float64))), nil
	},
	"context": describeContext,
	"environment": func(data map[string]any, _ *lambda.Context) (any, error) {
		return os.Getenv(data["name"].(string)), nil
	},
	"log":       writeLog,
	"print":     printText,
	"circular":  returnCircular,
	"nan":       func(map[string]any, *lambda.Context) (any, error) { return math.NaN(), nil },
	"infinity":  func(map[string]any, *lambda.Context) (any, error) { return []any{math.Inf(1)}, nil },
	"nestednan": returnNestedNaN,
	"generator": func(map[string]any, *lambda.Context) (any, error) { return make(chan int), nil },
	"function":  func(map[string]any, *lambda.Context) (any, error) { return printText, nil },
	"raise":     func(data map[string]any, _ *lambda.Context) (any, error) { return nil, errorOf(data) },
	"raiseasync": func(data map[string]any, _ *lambda.Context) (any, error) {
		time.Sleep(5 * time.Millisecond)
		return nil, errorOf(data)
	},
	"raisevalue": func(map[string]any, *lambda.Context) (any, error) { panic("out of stock") },
	"sleep": func(data map[string]any, _ *lambda.Context) (any, error) {
		wait(data)
		return "slept", nil
	},
	"sleepthenid": func(data map[string]any, ctx *lambda.Context) (any, error) {
		wait(data)
		return ctx.ID, nil
	},
	"hang":  hang,
	"stuck": hang,
	"lingers": func(data map[string]any, _ *lambda.Context) (any, error) {
		wait(data)
		return "late", nil
	},
	"untilsignal": func(_ map[string]any, ctx *lambda.Context) (any, error) {
		<-ctx.Done()
		ctx.Logger.Info("heard of the deadline")
		return nil, nil
	},
	"block": block,
	"exit": func(map[string]any, *lambda.Context) (any, error) {
		os.Exit(3)
		return nil, nil
	},
	"exitlater": func(map[string]any, *lambda.Context) (any, error) {
		time.Sleep(20 * time.Millisecond)
		os.Exit(3)
		return nil, nil
	},
	"kill": func(map[string]any, *lambda.Context) (any, error) {
		return nil, syscall.Kill(os.Getpid(), syscall.SIGKILL)
	},
	"throwlater": throwLater,
	"allocate":   allocate,
}

func wait(data map[string]any) { time.Sleep(milliseconds(data)) }

func milliseconds(data map[string]any) time.Duration {
	return time.Duration(data["ms"].(float64) * float64(time.Millisecond))
}

func describeContext(_ map[string]any, ctx *lambda.Context) (any, error) {
	deadline, _ := ctx.Deadline()
	fields := map[string]any{
		"id": ctx.ID, "source": ctx.Source, "type": ctx.Type, "specversion": ctx.SpecVersion,
		"extensions": ctx.Extensions, "correlationId": ctx.CorrelationID, "invocationId": ctx.InvocationID,
		"functionName": ctx.FunctionName, "functionNamespace": ctx.FunctionNamespace,
		"traceparent": ctx.Traceparent, "hopCount": ctx.HopCount,
		"deadline": deadline.UTC().Format(time.RFC3339Nano), "remainingMs": ctx.RemainingMs(),
	}
	for name, value := range map[string]string{
		"subject": ctx.Subject, "time": ctx.Time, "datacontenttype": ctx.DataContentType,
		"dataschema": ctx.DataSchema, "tracestate": ctx.Tracestate,
	} {
		if value != "" {
			fields[name] = value
		}
	}
	return map[string]any{"context": fields}, nil
}

func writeLog(data map[string]any, ctx *lambda.Context) (any, error) {
	var fields []any
	for name, value := range data["fields"].(map[string]any) {
		fields = append(fields, slog.Any(name, value))
	}
	var level slog.Level
	if err := level.UnmarshalText([]byte(data["level"].(string))); err != nil {
		return nil, err
	}
	ctx.Logger.Log(ctx, level, data["message"].(string), fields...)
	return nil, nil
}

func printText(data map[string]any, _ *lambda.Context) (any, error) {
	for range int(data["times"].(float64)) {
		fmt.Print(data["text"])
	}
	return nil, nil
}

func returnCircular(map[string]any, *lambda.Context) (any, error) {
	value := map[string]any{}
	value["self"] = value
	return value, nil
}

func returnNestedNaN(map[string]any, *lambda.Context) (any, error) {
	return map[string]any{"list": []any{map[string]any{"value": math.NaN()}}}, nil
}

func hang(map[string]any, *lambda.Context) (any, error) { select {} }

func block(data map[string]any, _ *lambda.Context) (any, error) {
	for end := time.Now().Add(milliseconds(data)); time.Now().Before(end); {
	}
	return nil, nil
}

func throwLater(data map[string]any, _ *lambda.Context) (any, error) {
	time.AfterFunc(milliseconds(data), func() { panic("thrown after the answer") })
	return nil, nil
}

func allocate(map[string]any, *lambda.Context) (any, error) {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return nil, err
	}
	var pages uint64
	if _, err := fmt.Sscan(string(text), &pages); err != nil {
		return nil, err
	}
	most := pages*uint64(os.Getpagesize()) + 1<<30
	if err := syscall.Setrlimit(syscall.RLIMIT_AS, &syscall.Rlimit{Cur: most, Max: most}); err != nil {
		return nil, err
	}
	var kept [][]byte
	for {
		kept = append(kept, make([]byte, 1<<20))
	}
}
