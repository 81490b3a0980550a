// Package scopename holds the strict form of scope names and metadata keys, which the linter, the
// rewriter and the runtime share so that they cannot disagree.
//
// A scope name is one or more segments joined by dots. A segment starts with a lower-case letter from
// a to z and goes on with such letters, digits and underscores:
//
//	^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$
//
// A metadata key is a single segment that is none of the [Reserved] keys.
package scopename

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// An Error says why a name is not of the strict form.
type Error struct {
	Name string
	// Offset is the byte offset in Name of the first character that breaks the form; len(Name) where
	// the name ends too early.
	Offset int
	// Reason says what stands at Offset, as in "upper-case P at 1". Positions in it count from 1.
	Reason string
	// Suggestion is a valid name close to Name, or empty if there is none.
	Suggestion string
	key        bool
}

// Error says what is wrong, and what to write instead.
func (e *Error) Error() string {
	what := "scope name"
	if e.key {
		what = "metadata key"
	}
	msg := strconv.Quote(e.Name) + " is no " + what + ": " + e.Reason
	if e.Suggestion != "" {
		msg += "; did you mean " + strconv.Quote(e.Suggestion) + "?"
	} else {
		msg += "; write lower-case letters, digits and underscores, a letter first"
	}
	return msg
}

// Check returns nil if name is a valid scope name, and else an *[Error].
func Check(name string) error {
	if Valid(name) {
		return nil
	}
	offset, reason := flaw(name, true)
	return &Error{Name: name, Offset: offset, Reason: reason, Suggestion: Suggest(name)}
}

// Valid reports whether name is a valid scope name. It does not allocate.
func Valid(name string) bool {
	start := true
	for i := range len(name) {
		switch c := name[i]; {
		case 'a' <= c && c <= 'z':
			start = false
		case start:
			return false
		case c == '.':
			start = true
		case '0' <= c && c <= '9' || c == '_':
		default:
			return false
		}
	}
	return !start
}

// CheckKey returns nil if key is a valid metadata key, and else an *[Error].
func CheckKey(key string) error {
	e := &Error{Name: key, key: true}
	switch {
	case Reserved(key):
		e.Reason = "reserved for built-in metadata"
		e.Suggestion = "user_" + key
		return e
	case Valid(key) && !strings.Contains(key, "."):
		return nil
	}
	e.Offset, e.Reason = flaw(key, false)
	e.Suggestion = strings.ReplaceAll(Suggest(key), ".", "_")
	if Reserved(e.Suggestion) {
		e.Suggestion = "user_" + e.Suggestion
	}
	return e
}

var reserved = []string{
	"call_count", "depth", "end_monotonic_s", "end_wall_time_s", "metric_type", "parent_scope",
	"start_monotonic_s", "start_wall_time_s",
}

// Reserved reports whether key names built-in metadata, which events carry by themselves.
func Reserved(key string) bool {
	return slices.Contains(reserved, key)
}

// flaw finds the first character of an invalid name that breaks the form.
func flaw(name string, dots bool) (offset int, reason string) {
	if name == "" {
		return 0, "it is empty"
	}
	start := true
	column := 0
	for i, r := range name {
		column++
		lower := 'a' <= r && r <= 'z'
		inner := '0' <= r && r <= '9' || r == '_'
		switch {
		case lower || inner && !start:
			start = false
		case r == '.' && dots && !start:
			start = true
		case r == '.' && dots:
			return i, fmt.Sprintf("empty segment at %d", column)
		case inner:
			return i, fmt.Sprintf("segment starts with %c at %d", r, column)
		default:
			return i, fmt.Sprintf("%s at %d", describe(r, name[i:]), column)
		}
	}
	return len(name), "it ends with a dot"
}

func describe(r rune, rest string) string {
	switch {
	case r == utf8.RuneError && !strings.HasPrefix(rest, string(utf8.RuneError)):
		return fmt.Sprintf("invalid UTF-8 byte %#02x", rest[0])
	case r == ' ':
		return "space"
	case 'A' <= r && r <= 'Z':
		return fmt.Sprintf("upper-case %c", r)
	case unicode.IsGraphic(r):
		return fmt.Sprintf("character %q", r)
	default:
		return fmt.Sprintf("character %U", r)
	}
}

// Suggest returns a valid scope name close to name: camel case becomes snake case, any other character
// an underscore. A valid name is returned as it is; the result is empty if nothing of name can be kept.
func Suggest(name string) string {
	if Valid(name) {
		return name
	}
	var segments []string
	for _, segment := range strings.Split(name, ".") {
		if s := suggestSegment(segment); s != "" {
			segments = append(segments, s)
		}
	}
	return strings.Join(segments, ".")
}

func suggestSegment(segment string) string {
	runes := []rune(segment)
	var b strings.Builder
	for i, r := range runes {
		switch {
		case 'A' <= r && r <= 'Z':
			if i > 0 && startsWord(runes, i) {
				b.WriteByte('_')
			}
			b.WriteRune(r - 'A' + 'a')
		case 'a' <= r && r <= 'z', '0' <= r && r <= '9', r == '_':
			b.WriteRune(r)
		default:
			b.WriteByte('_')
		}
	}
	s := b.String()
	if strings.Contains(s, "__") && !strings.Contains(segment, "__") {
		s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == '_' }), "_")
	}
	s = strings.TrimLeft(s, "_")
	if trimmed := strings.TrimRight(s, "_"); !strings.HasSuffix(segment, "_") {
		s = trimmed
	}
	if s != "" && '0' <= s[0] && s[0] <= '9' {
		s = "n" + s
	}
	return s
}

// startsWord reports whether the upper-case letter at i starts a word: after a lower-case letter or a
// digit, or as the last letter of a run of capitals, as the S of HTTPServer.
func startsWord(runes []rune, i int) bool {
	before := runes[i-1]
	if 'a' <= before && before <= 'z' || '0' <= before && before <= '9' {
		return true
	}
	return 'A' <= before && before <= 'Z' && i+1 < len(runes) && 'a' <= runes[i+1] && runes[i+1] <= 'z'
}
