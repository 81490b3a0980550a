package jsonvalue

import (
	"log/slog"
	"strconv"
	"unicode/utf8"
)

// distinct returns attributes whose keys are different, valid, and not too long: attrs, if they are that already.
func distinct(attrs []slog.Attr) []slog.Attr {
	for i := range attrs {
		if k := attrs[i].Key; len(k) > maxKey || !utf8.ValidString(k) {
			return renamed(mended(attrs))
		}
	}
	if repeats(attrs) {
		return renamed(attrs)
	}
	return attrs
}

func repeats(attrs []slog.Attr) bool {
	const few = 16
	if len(attrs) > few {
		seen := make(map[string]bool, len(attrs))
		for i := range attrs {
			seen[attrs[i].Key] = true
		}
		return len(seen) < len(attrs)
	}
	for i := range attrs {
		for j := range i {
			if attrs[i].Key == attrs[j].Key {
				return true
			}
		}
	}
	return false
}

func mended(attrs []slog.Attr) []slog.Attr {
	all := make([]slog.Attr, len(attrs))
	for i, a := range attrs {
		all[i] = slog.Attr{Key: valid(shorten(a.Key, maxKey)), Value: a.Value}
	}
	return all
}

// renamed gives those that a later one replaces a key of their own.
func renamed(attrs []slog.Attr) []slog.Attr {
	last := make(map[string]int, len(attrs))
	for i, a := range attrs {
		last[a.Key] = i
	}
	all := make([]slog.Attr, len(attrs))
	next := map[string]int{}
	for i, a := range attrs {
		all[i] = a
		if last[a.Key] == i {
			continue
		}
		for taken := true; taken; {
			next[a.Key]++
			all[i].Key = a.Key + "#" + strconv.Itoa(next[a.Key])
			_, taken = last[all[i].Key]
		}
	}
	return all
}
