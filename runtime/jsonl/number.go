package jsonl

import (
	"log/slog"
	"math"
	"strconv"
)

// maxDigits is the number of digits that a uint64 holds, whatever they are.
const maxDigits = 19

// digits reads a whole number without a sign, and without zeros before it. Of more than maxDigits digits, n is of no use.
func (p *parser) digits() (n uint64, count int, ok bool) {
	text, start := p.text, p.at
	i := start
	for ; i < len(text) && isDigit(text[i]); i++ {
		n = n*10 + uint64(text[i]-'0')
	}
	p.at, count = i, i-start
	return n, count, count == 1 || count > 1 && text[start] != '0'
}

func isDigit(c byte) bool { return c-'0' <= 9 }

func (p *parser) minus() bool {
	if p.next() != '-' {
		return false
	}
	p.at++
	return true
}

// broken reports whether a number goes on after its whole part.
func (p *parser) broken() bool {
	c := p.next()
	return c == '.' || c == 'e' || c == 'E'
}

func (p *parser) uint64(to *uint64) bool {
	n, count, ok := p.digits()
	*to = n
	return ok && count <= maxDigits && !p.broken()
}

func (p *parser) int(to *int) bool {
	negative := p.minus()
	n, count, ok := p.digits()
	i := int64(n)
	if negative {
		i = -i
	}
	*to = int(i)
	return ok && count < maxDigits && int64(*to) == i && !p.broken()
}

// seconds reads a number of seconds. Digits that are less than a nanosecond do not count.
func (p *parser) seconds(to *seconds) bool {
	negative := p.minus()
	n, count, ok := p.digits()
	if !ok || count > 10 {
		return false
	}
	n *= 1e9
	if p.next() == '.' {
		p.at++
		fraction, ok := p.nanoseconds()
		if !ok {
			return false
		}
		n += fraction
	}
	*to = seconds(n)
	if negative {
		*to = -*to
	}
	return n <= math.MaxInt64 && !p.broken()
}

// nanoseconds reads what is behind a decimal point.
func (p *parser) nanoseconds() (n uint64, ok bool) {
	text, start := p.text, p.at
	i := start
	for unit := uint64(1e8); i < len(text) && isDigit(text[i]); i++ {
		n += uint64(text[i]-'0') * unit
		unit /= 10
	}
	p.at = i
	return n, i > start
}

// number reads a number of any kind.
func (p *parser) number() (v slog.Value, ok bool) {
	start := p.at
	negative := p.minus()
	n, count, ok := p.digits()
	switch {
	case !ok:
		return v, false
	case p.broken():
		return p.float(start)
	case count >= maxDigits || negative && n == 0:
		return number(string(p.text[start:p.at])), true
	case negative:
		return slog.Int64Value(-int64(n)), true
	}
	return slog.Int64Value(int64(n)), true
}

// float reads the rest of a number that began at start.
func (p *parser) float(start int) (v slog.Value, ok bool) {
	if p.next() == '.' {
		p.at++
		if !p.skipDigits() {
			return v, false
		}
	}
	if c := p.next(); c == 'e' || c == 'E' {
		p.at++
		if c := p.next(); c == '+' || c == '-' {
			p.at++
		}
		if !p.skipDigits() {
			return v, false
		}
	}
	text := p.text[start:p.at]
	f, err := strconv.ParseFloat(string(text), 64)
	if err != nil {
		return number(string(text)), true
	}
	return slog.Float64Value(f), true
}

// skipDigits moves past digits, of which there must be one at least.
func (p *parser) skipDigits() bool {
	start := p.at
	for isDigit(p.next()) {
		p.at++
	}
	return p.at > start
}
