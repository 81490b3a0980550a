package rewrite

import (
	"bytes"
	"cmp"
	"go/token"
	"slices"

	"github.com/teleinstr/teleinstr/scopes"
)

// A LintResult is what Lint has found.
type LintResult struct {
	// Diagnostics are sorted.
	Diagnostics []scopes.Diagnostic
	// Changes are the files with all fixes made, by path.
	Changes []Change
}

// Lint finds what is wrong with the directives and the generated code of the packages that patterns name, as far as it can
// be told without types.
func Lint(dir string, patterns []string) (*LintResult, error) {
	sources, err := scopes.Scan(dir, patterns)
	if err != nil {
		return nil, err
	}
	r := new(LintResult)
	for _, s := range sources {
		found := scopes.Lint(token.NewFileSet(), s)
		if fixed := fix(s.Src, found); !bytes.Equal(fixed, s.Src) {
			r.Changes = append(r.Changes, Change{s.Path, s.Src, fixed})
		}
		_, edited := Strip(s.Path, s.Src)
		r.Diagnostics = append(r.Diagnostics, append(found, edited...)...)
	}
	r.Diagnostics = scopes.SortDiagnostics(r.Diagnostics)
	return r, nil
}

// fix makes the fixes of diagnostics. Of those that overlap, the first is made.
func fix(src []byte, diagnostics []scopes.Diagnostic) []byte {
	var splices []splice
	for _, d := range diagnostics {
		if d.Fix != nil {
			splices = append(splices, splice{d.Fix.Start, d.Fix.End, d.Fix.Text})
		}
	}
	slices.SortStableFunc(splices, func(a, b splice) int { return cmp.Compare(a.start, b.start) })
	end := 0
	splices = slices.DeleteFunc(splices, func(s splice) bool {
		overlaps := s.start < end
		if !overlaps {
			end = s.end
		}
		return overlaps
	})
	return apply(src, splices)
}
