package live

import (
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/teleinstr/teleinstr/runtime/internal/kept"
)

// maxShown is the length in bytes of what is shown of a name; what is kept of values is not longer.
const maxShown = 256

// visible returns text with what cannot be seen as an escape of Go's, which includes what changes the direction of what is around it.
func visible(text string) string {
	text = kept.Text(text, maxShown+len("…"))
	if !strings.ContainsFunc(text, invisible) {
		return strings.ToValidUTF8(text, "\uFFFD")
	}
	var b strings.Builder
	for _, r := range text {
		if !invisible(r) {
			b.WriteRune(r)
			continue
		}
		escape := strconv.QuoteRuneToASCII(r)
		b.WriteString(escape[1 : len(escape)-1])
	}
	return b.String()
}

func invisible(r rune) bool {
	return !unicode.IsPrint(r)
}

// readable formats seconds with three or four significant digits, so that a column can be compared.
func readable(seconds float64) string {
	d := time.Duration(seconds * float64(time.Second))
	if d >= time.Minute {
		return d.Round(time.Second).String()
	}
	for _, unit := range []time.Duration{time.Second, time.Millisecond, time.Microsecond} {
		if d >= unit {
			return d.Round(unit / 100).String()
		}
	}
	return d.String()
}

// rounded formats a number per second with three significant digits, and all before the point.
func rounded(n float64) string {
	if n == 0 {
		return "0"
	}
	digits := 2 - int(math.Floor(math.Log10(math.Abs(n))))
	return strconv.FormatFloat(n, 'f', max(0, min(digits, 4)), 64)
}
