// Package jsonvalue writes attributes of package log/slog as JSON, whatever they hold: reporters cannot choose what they are given.
//
//   - Numbers, strings and bools are themselves; a duration is a number of seconds, a time a string of RFC 3339, a group an object.
//   - A [slog.LogValuer] is written as what it resolves to, an error by its text, any other value as package
//     encoding/json has it.
//   - NaN, +Inf and -Inf, which JSON does not have, are strings.
//   - A value that cannot be written is a string that says why, from "!ERROR: " on, or from "!PANIC: " on if a method of it
//     panicked.
//   - A string longer than [MaxText] is cut, and ends with an ellipsis.
//   - Keys of an object are different. A value that a later one of the same key replaces is kept under the key and a number: k#1 is
//     the first of several k, and k the last.
package jsonvalue

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"math"
	"reflect"
	"strconv"
	"time"
)

// Bounds of what is written of a single value.
const (
	MaxText  = 64 << 10 // the length in bytes of a string, and of the JSON of a value
	maxKey   = 8 << 10  // the length in bytes of a key
	maxDepth = 32       // the number of groups inside one another
)

// Append appends a value. It is cut where b has reached the limit: then omitted is the number of attributes in groups that are left
// out, and the text is valid nevertheless.
func Append(b []byte, value slog.Value, limit int) (text []byte, omitted int) {
	w := writer{limit: limit}
	b = w.value(b, value, 0)
	return b, w.omitted
}

// AppendObject appends an object of the attributes. It is cut as by Append.
func AppendObject(b []byte, attrs []slog.Attr, limit int) (text []byte, omitted int) {
	w := writer{limit: limit}
	b = w.object(b, attrs, 0)
	return b, w.omitted
}

type writer struct {
	limit   int
	omitted int
}

func (w *writer) object(b []byte, attrs []slog.Attr, depth int) []byte {
	b = append(b, '{')
	first := true
	for _, a := range distinct(attrs) {
		if len(b) >= w.limit {
			w.omitted++
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = AppendString(b, a.Key)
		b = w.value(append(b, ':'), a.Value, depth)
	}
	return append(b, '}')
}

func (w *writer) value(b []byte, v slog.Value, depth int) []byte {
	switch v.Kind() {
	case slog.KindString:
		return AppendString(b, shorten(v.String(), MaxText))
	case slog.KindInt64:
		return strconv.AppendInt(b, v.Int64(), 10)
	case slog.KindUint64:
		return strconv.AppendUint(b, v.Uint64(), 10)
	case slog.KindFloat64:
		return AppendFloat(b, v.Float64())
	case slog.KindBool:
		return strconv.AppendBool(b, v.Bool())
	case slog.KindDuration:
		return AppendSeconds(b, int64(v.Duration()))
	case slog.KindTime:
		return append(v.Time().AppendFormat(append(b, '"'), time.RFC3339Nano), '"')
	case slog.KindGroup:
		if depth == maxDepth {
			return AppendString(b, "!ERROR: groups are nested too deeply")
		}
		return w.object(b, v.Group(), depth+1)
	case slog.KindLogValuer:
		return w.value(b, v.Resolve(), depth)
	case slog.KindAny:
		return w.any(b, v.Any(), depth)
	}
	panic(fmt.Sprintf("jsonvalue: kind %v", v.Kind()))
}

func (w *writer) any(b []byte, v any, depth int) []byte {
	switch v := v.(type) {
	case nil:
		return append(b, "null"...)
	case slog.Attr:
		return w.value(b, slog.GroupValue(v), depth)
	case json.Marshaler:
	case error:
		return AppendString(b, shorten(errorText(v), MaxText))
	}
	text, failure := marshal(v)
	switch {
	case failure != "":
		return AppendString(b, shorten(failure, MaxText))
	case len(text) > MaxText:
		return AppendString(b, fmt.Sprintf("!ERROR: %d bytes of JSON, more than %d", len(text), MaxText))
	}
	return append(b, text...)
}

func marshal(v any) (text []byte, failure string) {
	defer func() {
		if p := recover(); p != nil {
			failure = "!PANIC: " + panicText(p)
		}
	}()
	text, err := json.Marshal(v)
	if err != nil {
		return nil, "!ERROR: " + errorText(err)
	}
	return text, ""
}

// errorText returns the text of an error, <nil> for a nil pointer.
func errorText(err error) (text string) {
	defer func() {
		if p := recover(); p != nil {
			text = "!PANIC: " + panicText(p)
			if v := reflect.ValueOf(err); v.Kind() == reflect.Pointer && v.IsNil() {
				text = "<nil>"
			}
		}
	}()
	return err.Error()
}

// panicText names what a method panicked with. It calls nothing that might panic again, or never return.
func panicText(p any) string {
	switch p := p.(type) {
	case string:
		return p
	case interface {
		error
		RuntimeError()
	}:
		return p.Error()
	}
	return fmt.Sprintf("%T", p)
}

// AppendFloat appends a number as package encoding/json does, or a string if JSON does not have it.
func AppendFloat(b []byte, f float64) []byte {
	switch {
	case math.IsNaN(f):
		return append(b, `"NaN"`...)
	case math.IsInf(f, 1):
		return append(b, `"+Inf"`...)
	case math.IsInf(f, -1):
		return append(b, `"-Inf"`...)
	}
	format := byte('f')
	if abs := math.Abs(f); abs != 0 && (abs < 1e-6 || abs >= 1e21) {
		format = 'e'
	}
	return strconv.AppendFloat(b, f, format, -1, 64)
}

// AppendSeconds appends nanoseconds as a decimal number of seconds, to the last digit.
func AppendSeconds(b []byte, nanoseconds int64) []byte {
	n := uint64(nanoseconds)
	if nanoseconds < 0 {
		b = append(b, '-')
		n = -n
	}
	b = strconv.AppendUint(b, n/1e9, 10)
	fraction := n % 1e9
	if fraction == 0 {
		return b
	}
	var digits [10]byte
	digits[0] = '.'
	for i := 9; i > 0; i-- {
		digits[i] = byte('0' + fraction%10)
		fraction /= 10
	}
	end := len(digits)
	for digits[end-1] == '0' {
		end--
	}
	return append(b, digits[:end]...)
}
