package jsonl

import (
	"encoding/binary"
	"math/bits"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// string reads a string.
func (p *parser) string(to *string) bool {
	if p.next() != '"' {
		return false
	}
	p.at++
	text, ok := p.quoted()
	*to = p.strings.of(text)
	return ok
}

// quoted reads the rest of a string, from behind the first quotation mark. It is valid until another one is read.
func (p *parser) quoted() (text []byte, ok bool) {
	all, start := p.text, p.at
	i := start
	for ; i+8 <= len(all); i += 8 {
		if marks := special(binary.LittleEndian.Uint64(all[i:])); marks != 0 {
			i += bits.TrailingZeros64(marks) / 8
			break
		}
	}
	for ; i < len(all); i++ {
		switch c := all[i]; {
		case c == '"':
			p.at = i + 1
			return all[start:i], true
		case c == '\\' || c < ' ' || c >= utf8.RuneSelf:
			return p.unquoted(start, i)
		}
	}
	return nil, false
}

// special returns the highest bit of each of eight bytes that is neither printable ASCII nor part of a string. Bytes after the first one of
// these may be wrong.
func special(eight uint64) (marks uint64) {
	const ones, highest = 0x0101010101010101, 0x8080808080808080
	quote, backslash := eight^ones*'"', eight^ones*'\\'
	return ((eight-ones*' ')&^eight | (quote-ones)&^quote | (backslash-ones)&^backslash | eight) & highest
}

// unquoted puts the text of a string together that has been read from start to i.
func (p *parser) unquoted(start, i int) (text []byte, ok bool) {
	p.scratch = append(p.scratch[:0], p.text[start:i]...)
	for p.at = i; p.at < len(p.text); {
		c := p.text[p.at]
		p.at++
		switch {
		case c == '"':
			return p.scratch, utf8.Valid(p.scratch)
		case c < ' ' || c == '\\' && !p.escape():
			return nil, false
		case c != '\\':
			p.scratch = append(p.scratch, c)
		}
	}
	return nil, false
}

// escape appends what is written after a backslash.
func (p *parser) escape() bool {
	c := p.next()
	p.at++
	switch c {
	case '"', '\\', '/':
	case 'b':
		c = '\b'
	case 'f':
		c = '\f'
	case 'n':
		c = '\n'
	case 'r':
		c = '\r'
	case 't':
		c = '\t'
	case 'u':
		return p.escapedRune()
	default:
		return false
	}
	p.scratch = append(p.scratch, c)
	return true
}

// escapedRune appends a character of which the number follows, or those of two surrogates.
func (p *parser) escapedRune() bool {
	r, ok := p.hex()
	if ok && utf16.IsSurrogate(r) {
		low := rune(-1)
		if p.at+2 <= len(p.text) && string(p.text[p.at:p.at+2]) == `\u` {
			p.at += 2
			low, ok = p.hex()
		}
		r = utf16.DecodeRune(r, low)
		ok = ok && r != utf8.RuneError
	}
	p.scratch = utf8.AppendRune(p.scratch, r)
	return ok
}

// hex reads four digits.
func (p *parser) hex() (r rune, ok bool) {
	if p.at+4 > len(p.text) {
		return 0, false
	}
	n, err := strconv.ParseUint(string(p.text[p.at:p.at+4]), 16, 16)
	p.at += 4
	return rune(n), err == nil
}
