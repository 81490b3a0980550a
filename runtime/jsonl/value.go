package jsonl

import (
	"bytes"
	"log/slog"
)

// maxDepth is the number of groups and arrays inside one another that a parser follows. A Reporter nests groups less deeply.
const maxDepth = 64

func (p *parser) any(to *value) bool {
	v, ok := p.value(0)
	*to = value{v, true}
	return ok
}

// value reads what decode makes of the next value.
func (p *parser) value(depth int) (v slog.Value, ok bool) {
	if depth == maxDepth {
		return v, false
	}
	p.space()
	switch c := p.next(); {
	case c == '"':
		var s string
		ok = p.string(&s)
		return slog.StringValue(s), ok
	case c == '-' || isDigit(c):
		return p.number()
	case c == '{':
		return p.group(depth)
	case c == '[':
		return p.array(depth)
	}
	return p.literal()
}

func (p *parser) literal() (v slog.Value, ok bool) {
	rest := p.text[p.at:]
	switch {
	case bytes.HasPrefix(rest, []byte("true")):
		p.at += len("true")
		return slog.BoolValue(true), true
	case bytes.HasPrefix(rest, []byte("false")):
		p.at += len("false")
		return slog.BoolValue(false), true
	case bytes.HasPrefix(rest, []byte("null")):
		p.at += len("null")
		return slog.AnyValue(nil), true
	}
	return v, false
}

func (p *parser) group(depth int) (v slog.Value, ok bool) {
	start := len(p.attrs)
	p.at++
	if !p.take('}') && !p.members(depth) {
		return v, false
	}
	attrs := make([]slog.Attr, len(p.attrs)-start)
	copy(attrs, p.attrs[start:])
	clear(p.attrs[start:])
	p.attrs = p.attrs[:start]
	return slog.GroupValue(attrs...), true
}

// members appends the members of an object to p.attrs, and reads the bracket after them.
func (p *parser) members(depth int) bool {
	for {
		key, ok := p.key()
		if !ok {
			return false
		}
		a := slog.Attr{Key: p.strings.of(key)}
		if a.Value, ok = p.value(depth + 1); !ok {
			return false
		}
		p.attrs = append(p.attrs, a)
		if !p.take(',') {
			return p.take('}')
		}
	}
}

func (p *parser) array(depth int) (v slog.Value, ok bool) {
	all := []any{}
	p.at++
	if p.take(']') {
		return slog.AnyValue(all), true
	}
	for {
		v, ok := p.value(depth + 1)
		if !ok {
			return v, false
		}
		all = append(all, v.Any())
		if !p.take(',') {
			return slog.AnyValue(all), p.take(']')
		}
	}
}
