package scopes

import (
	"cmp"
	"fmt"
	"go/scanner"
	"go/token"
	"slices"
)

// A Diagnostic is one thing that is wrong with the source, as the user is told of it.
type Diagnostic struct {
	// Position is where it is wrong. It never follows //line directives: what is to be mended is the
	// file that holds the directive.
	Position token.Position
	// Pos is Position in the file set that Find was given; token.NoPos for what did not come from Find.
	Pos token.Pos
	// Subject is what is wrong: the directive as written, or the function.
	Subject string
	// Message is "reason; remedy", without a capital and without a full stop.
	Message string
}

// String gives the diagnostic as one line, "file:line:col: subject: reason; remedy".
func (d Diagnostic) String() string {
	if d.Subject == "" {
		return fmt.Sprintf("%s: %s", d.Position, d.Message)
	}
	return fmt.Sprintf("%s: %s: %s", d.Position, d.Subject, d.Message)
}

// Error makes a diagnostic usable as an error.
func (d Diagnostic) Error() string { return d.String() }

// SortDiagnostics sorts by file, line and column and drops what is said twice.
func SortDiagnostics(diagnostics []Diagnostic) []Diagnostic {
	slices.SortStableFunc(diagnostics, func(a, b Diagnostic) int {
		return cmp.Or(
			cmp.Compare(a.Position.Filename, b.Position.Filename),
			cmp.Compare(a.Position.Line, b.Position.Line),
			cmp.Compare(a.Position.Column, b.Position.Column),
			cmp.Compare(a.Subject, b.Subject),
			cmp.Compare(a.Message, b.Message),
		)
	})
	return slices.CompactFunc(diagnostics, func(a, b Diagnostic) bool { return a.String() == b.String() })
}

// SyntaxDiagnostics turns an error of go/parser into diagnostics.
func SyntaxDiagnostics(err error) []Diagnostic {
	list, ok := err.(scanner.ErrorList)
	if !ok {
		return []Diagnostic{{Message: err.Error()}}
	}
	var out []Diagnostic
	for _, e := range list {
		out = append(out, Diagnostic{Position: e.Pos, Message: "file does not parse: " + e.Msg})
	}
	return out
}
