package jsonl

import (
	"encoding/json"
	"errors"
	"log/slog"
)

// A parser reads lines. It has two ways to do so: a fast one for lines as Reporters write them, and for most others that are valid, and
// package encoding/json. The fast way never says that a line is wrong, only that it cannot read it; what is wrong, and
// what keys and values mean that are out of the ordinary, is decided by encoding/json alone.
type parser struct {
	text    []byte
	at      int
	strings interned
	scratch []byte      // the last string that had to be put together
	attrs   []slog.Attr // of the groups that are being read, inner ones last

	after [fieldCount]field // what field followed each, in a line that has been read

	// What pointers of an object refer to.
	scope    string
	duration seconds
}

// maxScratch and maxAttrs are the lengths of memory that is kept from one line to the next.
const (
	maxScratch = 64 << 10
	maxAttrs   = 1 << 10
)

// read sets *o to what a line holds, which has no white space around it. It is valid until the next call.
func (p *parser) read(text []byte, o *object) error {
	*o = object{}
	if p.line(text, o) {
		return nil
	}
	*o = object{}
	return explain(json.Unmarshal(text, o))
}

// explain tells a line that ends too early from one that is wrong.
func explain(err error) error {
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) && syntax.Error() == "unexpected end of JSON input" {
		return ErrTorn
	}
	return err
}

// line reads a line into o, which is zero, the fast way. If it returns false, o is undefined.
func (p *parser) line(text []byte, o *object) bool {
	p.text, p.at = text, 0
	clear(p.attrs)
	p.attrs = p.attrs[:0]
	if cap(p.scratch) > maxScratch {
		p.scratch = nil
	}
	if cap(p.attrs) > maxAttrs {
		p.attrs = nil
	}
	return p.take('{') && (p.take('}') || p.fields(o)) && p.at == len(text)
}

// fields reads the members of the object that is the line, and the bracket after them.
func (p *parser) fields(o *object) bool {
	f, seen := fieldUnknown, uint64(0)
	for ok := false; ; {
		if f, ok = p.field(f); !ok || seen>>f&1 != 0 {
			return false
		}
		if f != fieldUnknown {
			seen |= 1 << f
		}
		if !p.fieldValue(f, o) {
			return false
		}
		if !p.take(',') {
			return p.take('}')
		}
	}
}

// plainKey reports whether a key has nothing to it that would make it another one if case is ignored, as encoding/json does.
func plainKey(key []byte) bool {
	for _, c := range key {
		if c >= 'A' && c <= 'Z' || c >= 0x80 {
			return false
		}
	}
	return true
}

// key reads the key of a member, and the colon. It is valid until another string is read.
func (p *parser) key() (key []byte, ok bool) {
	if !p.take('"') {
		return nil, false
	}
	key, ok = p.quoted()
	return key, ok && p.take(':')
}

// take moves past c, and white space before it, if that is what follows.
func (p *parser) take(c byte) bool {
	if p.at < len(p.text) && p.text[p.at] == c {
		p.at++
		return true
	}
	return p.takeLater(c)
}

func (p *parser) takeLater(c byte) bool {
	p.space()
	if p.next() != c {
		return false
	}
	p.at++
	return true
}

// next returns the next byte, 0 at the end: JSON has none outside of strings.
func (p *parser) next() byte {
	if p.at < len(p.text) {
		return p.text[p.at]
	}
	return 0
}

// space moves past white space.
func (p *parser) space() {
	for p.at < len(p.text) && p.text[p.at] <= ' ' && isSpace(p.text[p.at]) {
		p.at++
	}
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }
