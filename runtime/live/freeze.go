package live

import (
	"encoding/json"
	"log/slog"
	"strings"

	"github.com/teleinstr/teleinstr/runtime/internal/jsonvalue"
)

// Bounds of what is kept of the attributes of a scope.
const (
	maxText  = 256
	maxKey   = 64
	maxAttrs = 16
)

// freeze returns a value in a form that is small and that its owner can no longer change.
func freeze(value slog.Value) slog.Value {
	value = value.Resolve()
	switch value.Kind() {
	case slog.KindString:
		return slog.StringValue(shorten(value.String(), maxText))
	case slog.KindAny, slog.KindGroup:
		return slog.StringValue(shorten(text(value), maxText))
	}
	return value
}

// text returns what package jsonvalue makes of a value; if that is a string, the string.
func text(value slog.Value) (s string) {
	b, _ := jsonvalue.Append(nil, value, maxText)
	if json.Unmarshal(b, &s) != nil {
		s = string(b)
	}
	return s
}

// settle returns attributes that their owner can no longer change, and how many more there are: attrs itself if they are like that already.
func settle(attrs []slog.Attr) (settled []slog.Attr, omitted int) {
	for i := range attrs {
		if len(attrs) > maxAttrs || !isSettled(&attrs[i]) {
			return keep(attrs)
		}
	}
	return attrs, 0
}

func isSettled(a *slog.Attr) bool {
	switch a.Value.Kind() {
	case slog.KindAny, slog.KindGroup, slog.KindLogValuer:
		return false
	case slog.KindString:
		return len(a.Key) <= maxKey && len(a.Value.String()) <= maxText
	}
	return len(a.Key) <= maxKey
}

// keep is settle for attributes that are kept for long: they share no memory with what may be part of something large.
func keep(attrs []slog.Attr) (kept []slog.Attr, omitted int) {
	omitted = max(0, len(attrs)-maxAttrs)
	kept = make([]slog.Attr, len(attrs)-omitted)
	for i := range kept {
		kept[i] = slog.Attr{Key: strings.Clone(shorten(attrs[i].Key, maxKey)), Value: freeze(attrs[i].Value)}
		if v := kept[i].Value; v.Kind() == slog.KindString {
			kept[i].Value = slog.StringValue(strings.Clone(v.String()))
		}
	}
	return kept, omitted
}

// shorten cuts s to limit bytes, and shows that with an ellipsis.
func shorten(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "") + "…"
}
