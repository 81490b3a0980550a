// Package kept has values and texts in a form that reporters may keep in memory: small, and no longer their owner's to change.
package kept

import (
	"encoding/json"
	"log/slog"
	"strings"

	"github.com/teleinstr/teleinstr/runtime/internal/jsonvalue"
)

// Value returns a value of which strings are cut to limit bytes. What may change, and groups, become a text: what package jsonvalue
// makes of them, without quotes around a string.
func Value(value slog.Value, limit int) slog.Value {
	value = value.Resolve()
	switch value.Kind() {
	case slog.KindString:
		return slog.StringValue(Text(value.String(), limit))
	case slog.KindAny, slog.KindGroup:
		b, _ := jsonvalue.Append(nil, value, limit)
		text := string(b)
		if b[0] == '"' {
			json.Unmarshal(b, &text)
		}
		return slog.StringValue(Text(text, limit))
	}
	return value
}

// Text cuts a text to limit bytes, and shows that with an ellipsis.
func Text(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	return strings.ToValidUTF8(text[:limit], "") + "…"
}

// Number returns a number for a value that is one, and the seconds of a duration.
func Number(value slog.Value) (number float64, ok bool) {
	switch value.Kind() {
	case slog.KindInt64:
		return float64(value.Int64()), true
	case slog.KindUint64:
		return float64(value.Uint64()), true
	case slog.KindFloat64:
		return value.Float64(), true
	case slog.KindDuration:
		return value.Duration().Seconds(), true
	}
	return 0, false
}
