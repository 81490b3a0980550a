package scopes

import (
	"bytes"
	"cmp"
	"fmt"
	"go/scanner"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// A Diagnostic is one thing that is wrong with the source, as the user is told of it.
type Diagnostic struct {
	// Position is where it is wrong. It never follows //line directives: what is to be mended is the
	// file that holds the directive.
	Position token.Position
	// Subject is what is wrong: the directive as written, or the function.
	Subject string
	// Message is "reason; remedy", without a capital and without a full stop.
	Message string
	// Rule is what the diagnostic is about.
	Rule Rule
	// Fix mends it; nil if that takes a person.
	Fix *Fix
}

// String gives the diagnostic as one line, "file:line:col: subject: reason; remedy", which is [Printable].
func (d Diagnostic) String() string {
	if d.Subject == "" {
		return Printable(fmt.Sprintf("%s: %s", d.Position, d.Message))
	}
	return Printable(fmt.Sprintf("%s: %s: %s", d.Position, d.Subject, d.Message))
}

// Printable returns text with what cannot be seen as escapes of Go's, save tabs and line ends: a terminal may take it for a command, or show
// what is around it in another order. Source, and what is said of it, may hold any character.
func Printable(text string) string {
	if !strings.ContainsFunc(text, isHidden) {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if !isHidden(r) {
			b.WriteRune(r)
			continue
		}
		escape := strconv.QuoteRuneToASCII(r)
		b.WriteString(escape[1 : len(escape)-1])
	}
	return b.String()
}

func isHidden(r rune) bool { return !unicode.IsPrint(r) && r != '\n' && r != '\t' }

// Error makes a diagnostic usable as an error.
func (d Diagnostic) Error() string { return d.String() }

// SortDiagnostics sorts by file, line and column and drops what is said twice.
func SortDiagnostics(diagnostics []Diagnostic) []Diagnostic {
	slices.SortStableFunc(diagnostics, func(a, b Diagnostic) int {
		return cmp.Or(
			comparePositions(a.Position, b.Position),
			cmp.Compare(a.Subject, b.Subject),
			cmp.Compare(a.Message, b.Message),
		)
	})
	return slices.CompactFunc(diagnostics, func(a, b Diagnostic) bool { return a.String() == b.String() })
}

// SyntaxDiagnostics turns an error of go/parser, met in a file, into diagnostics. Their positions do not follow
// //line directives, which those of the error do.
func SyntaxDiagnostics(filename string, src []byte, err error) []Diagnostic {
	list, ok := err.(scanner.ErrorList)
	if !ok {
		return []Diagnostic{{Position: token.Position{Filename: filename, Line: 1, Column: 1}, Message: err.Error(), Rule: RuleSyntax}}
	}
	var out []Diagnostic
	for _, e := range list {
		before := src[:min(e.Pos.Offset, len(src))]
		at := token.Position{
			Filename: filename,
			Offset:   len(before),
			Line:     bytes.Count(before, []byte("\n")) + 1,
			Column:   len(before) - bytes.LastIndexByte(before, '\n'),
		}
		out = append(out, Diagnostic{Position: at, Message: "file does not parse: " + e.Msg + "; mend the syntax", Rule: RuleSyntax})
	}
	return out
}
