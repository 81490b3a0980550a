package summary

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"

	"github.com/teleinstr/teleinstr/runtime/jsonl"
)

const (
	maxKeys  = 50      // attributes of a scope, and of a path
	maxText  = 200     // bytes of a value that is counted, and of a key
	maxValue = 1 << 10 // bytes of a value of a single scope, about
)

// errorKey is the attribute of functions that returned an error.
const errorKey = "error"

// ErrorOf returns the text of the error of a timing.
func ErrorOf(e *jsonl.Event) (message string, failed bool) {
	for _, a := range e.Attrs {
		if a.Key == errorKey {
			return text(a.Value), true
		}
	}
	return "", false
}

// Shorten returns attributes that take little memory, as many scopes may be kept: at most 50, and of values of more than a KiB
// the beginning of their text. It does not change attrs.
func Shorten(attrs []slog.Attr) []slog.Attr {
	fits := len(attrs) <= maxKeys
	for _, a := range attrs {
		fits = fits && len(a.Key) <= maxText && size(a.Value) <= maxValue
	}
	if fits {
		return attrs
	}
	short := make([]slog.Attr, 0, min(len(attrs), maxKeys))
	for _, a := range attrs[:min(len(attrs), maxKeys)] {
		short = append(short, slog.Attr{Key: cut(a.Key, maxText), Value: shorten(a.Value)})
	}
	return short
}

func shorten(v slog.Value) slog.Value {
	if size(v) <= maxValue {
		return v
	}
	return slog.StringValue(cut(fullText(v), maxValue))
}

// size returns about how many bytes there are to a value.
func size(v any) int {
	switch v := v.(type) {
	case slog.Value:
		if v.Kind() == slog.KindString {
			return len(v.String())
		}
		if v.Kind() == slog.KindGroup || v.Kind() == slog.KindAny {
			return size(v.Any())
		}
	case string:
		return len(v)
	case []any:
		sum := 0
		for _, element := range v {
			sum += 8 + size(element)
		}
		return sum
	case []slog.Attr:
		sum := 0
		for _, a := range v {
			sum += 8 + len(a.Key) + size(a.Value)
		}
		return sum
	}
	return 8
}

// text returns a value as text of bounded length.
func text(v slog.Value) string { return cut(fullText(v), maxText) }

func cut(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	return strings.ToValidUTF8(text[:limit], "") + "…"
}

func fullText(v slog.Value) string {
	if v.Kind() != slog.KindGroup && v.Kind() != slog.KindAny {
		return v.String()
	}
	encoded, err := json.Marshal(plain(v))
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(encoded)
}

// Numeric returns a value as a number, if it is one.
func Numeric(v slog.Value) (float64, bool) {
	switch v.Kind() {
	case slog.KindInt64:
		return float64(v.Int64()), true
	case slog.KindUint64:
		return float64(v.Uint64()), true
	case slog.KindFloat64:
		return v.Float64(), true
	}
	return 0, false
}

// plain returns a value as package encoding/json has it.
func plain(v any) any {
	switch v := v.(type) {
	case slog.Value:
		return plain(v.Any())
	case []slog.Attr:
		return Object(v)
	case []any:
		all := make([]any, len(v))
		for i, element := range v {
			all[i] = plain(element)
		}
		return all
	}
	return v
}

// An Object is a group that keeps the order of its attributes in JSON.
type Object []slog.Attr

// MarshalJSON implements [json.Marshaler].
func (o Object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, a := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		key, err := json.Marshal(a.Key)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(plain(a.Value))
		if err != nil {
			return nil, err
		}
		b.Write(key)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}
