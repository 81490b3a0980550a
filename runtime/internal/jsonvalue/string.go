package jsonvalue

import (
	"strings"
	"unicode/utf8"
)

const hex = "0123456789abcdef"

// AppendString appends text as a JSON string, all of it. What is not UTF-8 becomes U+FFFD, byte by byte, as in package encoding/json.
func AppendString(b []byte, text string) []byte {
	b = append(b, '"')
	done := 0
	for i := 0; i < len(text); {
		c := text[i]
		if c >= ' ' && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		r, size := rune(c), 1
		if c >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(text[i:])
		}
		if r >= utf8.RuneSelf && r != '\u2028' && r != '\u2029' && !(r == utf8.RuneError && size == 1) {
			i += size
			continue
		}
		b = appendEscaped(append(b, text[done:i]...), r)
		i += size
		done = i
	}
	return append(append(b, text[done:]...), '"')
}

func appendEscaped(b []byte, r rune) []byte {
	switch r {
	case '"', '\\':
		return append(b, '\\', byte(r))
	case '\n':
		return append(b, `\n`...)
	case '\r':
		return append(b, `\r`...)
	case '\t':
		return append(b, `\t`...)
	case utf8.RuneError:
		return append(b, "\ufffd"...)
	}
	return append(b, '\\', 'u', hex[r>>12&15], hex[r>>8&15], hex[r>>4&15], hex[r&15])
}

// shorten cuts text to limit bytes, and shows that with an ellipsis.
func shorten(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	cut := limit
	for back := 1; back < utf8.UTFMax && back <= cut; back++ { // not within a character
		if utf8.RuneStart(text[cut-back]) {
			if !utf8.FullRuneInString(text[cut-back : cut]) {
				cut -= back
			}
			break
		}
	}
	return text[:cut] + "…"
}

// valid returns text with what is not UTF-8 replaced, as AppendString writes it.
func valid(text string) string {
	if utf8.ValidString(text) {
		return text
	}
	var b strings.Builder
	for _, r := range text { // RuneError for each byte
		b.WriteRune(r)
	}
	return b.String()
}
