package live

import (
	"log/slog"
	"strings"

	"github.com/teleinstr/teleinstr/runtime/internal/kept"
)

// Bounds of what is kept of the attributes of a scope.
const (
	maxText  = 256
	maxKey   = 64
	maxAttrs = 16
)

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
func keep(attrs []slog.Attr) (all []slog.Attr, omitted int) {
	omitted = max(0, len(attrs)-maxAttrs)
	all = make([]slog.Attr, len(attrs)-omitted)
	for i := range all {
		all[i] = slog.Attr{Key: strings.Clone(kept.Text(attrs[i].Key, maxKey)), Value: kept.Value(attrs[i].Value, maxText)}
		if v := all[i].Value; v.Kind() == slog.KindString {
			all[i].Value = slog.StringValue(strings.Clone(v.String()))
		}
	}
	return all, omitted
}
