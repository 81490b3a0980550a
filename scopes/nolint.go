package scopes

import (
	"go/ast"
	"go/token"
	"slices"
	"strings"
)

// linterName is what //nolint comments call the rules of this package.
const linterName = "teleinstr"

// A Suppression is which lines of a file //nolint comments speak for.
type Suppression struct{ ranges []lineRange }

type lineRange struct {
	from, to int
	column   int // of the comment
}

// Suppressed returns the lines that comments such as
//
//	//nolint:teleinstr // the reason
//
// speak for, as golangci-lint takes them: those of the group of comments that it stands in, which may be at the end of a line,
// and if that group stands right above a declaration or statement, in its column, all lines of that. See
// https://golangci-lint.run/docs/linters/false-positives/.
func Suppressed(fset *token.FileSet, file *ast.File) Suppression {
	var s Suppression
	line := func(pos token.Pos) int { return fset.PositionFor(pos, false).Line }
	for _, group := range file.Comments {
		if slices.ContainsFunc(group.List, suppresses) {
			s.ranges = append(s.ranges, lineRange{line(group.Pos()), line(group.End()), fset.PositionFor(group.Pos(), false).Column})
		}
	}
	own := s.ranges
	ast.Inspect(file, func(n ast.Node) bool {
		if n == nil {
			return true
		}
		at := fset.PositionFor(n.Pos(), false)
		for _, r := range own {
			if r.to == at.Line-1 && r.column == at.Column {
				s.ranges = append(s.ranges, lineRange{from: r.from, to: line(n.End())})
			}
		}
		return true
	})
	return s
}

// SuppressedDirectives returns the lines of directives that end in such a comment, as in
//
//	//tele:scope Old.Name //nolint:teleinstr // the dashboards know it
//
// To golangci-lint that is no comment of its own.
func SuppressedDirectives(fset *token.FileSet, file *ast.File) Suppression {
	var s Suppression
	for _, group := range file.Comments {
		for _, c := range group.List {
			i := strings.LastIndex(c.Text, "//nolint")
			if strings.HasPrefix(c.Text, "//tele:") && i > 0 && suppresses(&ast.Comment{Text: c.Text[i:]}) {
				line := fset.PositionFor(c.Pos(), false).Line
				s.ranges = append(s.ranges, lineRange{from: line, to: line})
			}
		}
	}
	return s
}

// suppresses reports whether a comment speaks for teleinstr.
func suppresses(c *ast.Comment) bool {
	rest, found := strings.CutPrefix(strings.TrimLeft(c.Text, "/ "), "nolint")
	if !found || rest == "" || rest[0] == ' ' {
		return found
	}
	list, named := strings.CutPrefix(rest, ":")
	list, _, _ = strings.Cut(list, "//") // the reason
	return named && slices.ContainsFunc(strings.Split(list, ","), func(name string) bool {
		name = strings.ToLower(strings.TrimSpace(name))
		return name == linterName || name == allRules
	})
}

// Keep returns those of the diagnostics, all of the same file, that no comment speaks for.
func (s Suppression) Keep(diagnostics []Diagnostic) []Diagnostic {
	return slices.DeleteFunc(diagnostics, func(d Diagnostic) bool {
		return slices.ContainsFunc(s.ranges, func(r lineRange) bool { return r.from <= d.Position.Line && d.Position.Line <= r.to })
	})
}
