package sample

import (
	"path"
	"strings"
)

// anything is the segment of a pattern that stands for any number of segments.
const anything = "**"

// A pattern is what paths are compared with, by segments.
type pattern []segment

// A segment of a pattern.
type segment struct {
	text    string
	literal bool // stands for itself
}

func parsePattern(text string) (pattern, error) {
	var p pattern
	for part := range strings.SplitSeq(text, ".") {
		s := segment{plain(part), !strings.ContainsAny(part, `*?[\`)}
		if _, err := path.Match(s.text, ""); err != nil {
			return nil, err
		}
		p = append(p, s)
	}
	return p, nil
}

func (s segment) match(text string) bool {
	switch {
	case s.text == "*":
		return true
	case s.literal:
		return s.text == plain(text)
	}
	ok, _ := path.Match(s.text, plain(text))
	return ok
}

// plain returns a segment without slashes, which path.Match would take for the ends of segments. Points are not in segments.
func plain(segment string) string { return strings.ReplaceAll(segment, "/", ".") }

// match reports whether a path is of the pattern.
//
// What follows the last ** that was passed is tried at one segment further each time it does not match, which is enough: an earlier
// ** could only bring the last one further back. So the time is bounded by the lengths of pattern and path, multiplied.
func (p pattern) match(scope string) bool {
	var (
		rest  = scope
		ended = false // rest is what follows the last segment
		i     = 0

		again     = -1 // index behind the last **
		againRest string
		againEnd  bool
	)
	for {
		switch {
		case i < len(p) && p[i].text == anything:
			i++
			again, againRest, againEnd = i, rest, ended
			continue
		case i == len(p) && ended:
			return true
		case i < len(p) && !ended:
			text, after, more := strings.Cut(rest, ".")
			if p[i].match(text) {
				i, rest, ended = i+1, after, !more
				continue
			}
		}
		if again < 0 || againEnd {
			return false
		}
		_, after, more := strings.Cut(againRest, ".")
		againRest, againEnd = after, !more
		i, rest, ended = again, againRest, againEnd
	}
}
