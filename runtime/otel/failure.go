package teleotel

import (
	"log/slog"
	"time"

	"go.opentelemetry.io/otel/codes"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	tele "github.com/teleinstr/teleinstr/runtime"
)

// A failure is how a scope went wrong. The zero failure is that of one which did not.
type failure struct {
	kind string // error.type
	text string
	err  error // nil if it is none, or if its text cannot be had or sent
}

func failureOf(metadata tele.Metadata) failure {
	if panicked(metadata.Attrs()) {
		return failure{kind: "panic", text: "panic"}
	}
	err := metadata.Err()
	if err == nil {
		return failure{}
	}
	f := failure{err: err}
	f.kind, _ = contained(func() string { return semconv.ErrorType(err).Value.AsString() })
	f.kind = validText(f.kind)
	text, ok := contained(err.Error)
	f.text = validText(text)
	if !ok || f.text != text {
		f.err = nil
	}
	return f
}

// panicked reports whether a scope with the attributes came to its end by a panic. Telemetry says so last.
func panicked(attrs []slog.Attr) bool {
	if len(attrs) == 0 {
		return false
	}
	last := attrs[len(attrs)-1]
	return last.Key == "outcome" && last.Value.Kind() == slog.KindString && last.Value.String() == "panic"
}

// writeTo writes the failure to a span that ends at the given time.
func (f failure) writeTo(span trace.Span, at time.Time) {
	switch {
	case f.kind == "":
		return
	case f.err != nil:
		span.RecordError(f.err, trace.WithTimestamp(at))
	default:
		span.AddEvent(semconv.ExceptionEventName, trace.WithTimestamp(at),
			trace.WithAttributes(semconv.ExceptionType(f.kind), semconv.ExceptionMessage(f.text)))
	}
	span.SetAttributes(errorTypeKey.String(f.kind))
	span.SetStatus(codes.Error, f.text)
}
