package teleotel

import (
	"encoding"
	"encoding/json"
	"fmt"
	"log/slog"
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"go.opentelemetry.io/otel/attribute"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"

	"github.com/teleinstr/teleinstr/scopes/scopename"
)

const (
	scopeKey     = attribute.Key("tele.scope")
	overflowKey  = attribute.Key("otel.metric.overflow")
	errorTypeKey = semconv.ErrorTypeKey
)

// withSpanAttributes returns a copy of some attributes with those of the user's. An error is none: see failure.
func withSpanAttributes(some []attribute.KeyValue, attrs []slog.Attr) []attribute.KeyValue {
	all := append(make([]attribute.KeyValue, 0, len(some)+len(attrs)), some...)
	return appendAttributes(all, "", attrs, func(string) bool { return true })
}

// appendAttributes appends those of the attributes whose keys are wanted. prefix is that of the group they are in.
func appendAttributes(to []attribute.KeyValue, prefix string, attrs []slog.Attr, wanted func(key string) bool) []attribute.KeyValue {
	for _, a := range attrs {
		to = appendAttribute(to, prefix, a, wanted)
	}
	return to
}

func appendAttribute(to []attribute.KeyValue, prefix string, a slog.Attr, wanted func(key string) bool) []attribute.KeyValue {
	value := a.Value.Resolve()
	key := prefix + a.Key
	if value.Kind() == slog.KindGroup {
		if a.Key != "" {
			prefix = key + "."
		}
		return appendAttributes(to, prefix, value.Group(), wanted)
	}
	if _, isError := value.Any().(error); isError && key == "error" {
		return to
	}
	if key == "" || key == string(scopeKey) || scopename.Reserved(key) || !wanted(key) {
		return to
	}
	return append(to, attribute.KeyValue{Key: attribute.Key(validText(key)), Value: attributeValue(value)})
}

func attributeValue(v slog.Value) attribute.Value {
	switch v.Kind() {
	case slog.KindBool:
		return attribute.BoolValue(v.Bool())
	case slog.KindInt64:
		return attribute.Int64Value(v.Int64())
	case slog.KindUint64:
		if u := v.Uint64(); u <= math.MaxInt64 {
			return attribute.Int64Value(int64(u))
		}
		return attribute.StringValue(v.String())
	case slog.KindFloat64:
		return attribute.Float64Value(v.Float64())
	case slog.KindDuration:
		return attribute.Float64Value(v.Duration().Seconds())
	case slog.KindTime:
		return attribute.StringValue(v.Time().Format(time.RFC3339Nano))
	case slog.KindString:
		return attribute.StringValue(validText(v.String()))
	case slog.KindAny, slog.KindGroup, slog.KindLogValuer:
		return anyValue(v.Any())
	default:
		panic(fmt.Sprintf("value of kind %v", v.Kind()))
	}
}

// anyValue returns what stands for a value of any type.
func anyValue(value any) attribute.Value {
	switch v := value.(type) {
	case []string:
		valid := make([]string, len(v))
		for i := range v {
			valid[i] = validText(v[i])
		}
		return attribute.StringSliceValue(valid)
	case []int:
		return attribute.IntSliceValue(v)
	case []int64:
		return attribute.Int64SliceValue(v)
	case []float64:
		return attribute.Float64SliceValue(v)
	case []bool:
		return attribute.BoolSliceValue(v)
	}
	s, _ := contained(func() string { return text(value) })
	return attribute.StringValue(validText(s))
}

func text(value any) string {
	switch v := value.(type) {
	case nil:
		return "<nil>"
	case error:
		return v.Error()
	case fmt.Stringer:
		return v.String()
	case encoding.TextMarshaler:
		if b, err := v.MarshalText(); err == nil {
			return string(b)
		}
	}
	// Package fmt would not come to an end with a value that contains itself.
	b, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprintf("!ERROR: %T: %v", value, err)
	}
	return string(b)
}

// contained returns what f returns. Should that panic, the result says so as slog's handlers do, and is not ok.
func contained(f func() string) (s string, ok bool) {
	defer func() {
		if v := recover(); v != nil {
			s, ok = fmt.Sprintf("!PANIC: %v", v), false
		}
	}()
	return f(), true
}

// validText returns s with what is not UTF-8 replaced: the protocol has no other text.
func validText(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}
