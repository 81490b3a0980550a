package rewrite

import (
	"bytes"
	"fmt"
	"go/ast"
	"strings"

	"github.com/teleinstr/teleinstr/scopes"
)

// RemoveAnnotations works out the packages that patterns name without the directives that Annotate has made. One that
// a person has changed stays, and is reported; so does one that is at another place by now.
func RemoveAnnotations(dir string, patterns []string) (*Annotation, error) {
	scanned, err := scopes.Scan(dir, patterns, func(src []byte) bool { return bytes.Contains(src, []byte(annotateMark)) })
	if err != nil {
		return nil, err
	}
	r := newRemover()
	for _, s := range scanned.Sources {
		if !isVendored(s.Path) {
			r.file(s)
		}
	}
	return r.annotation(), nil
}

// A remover is one run of RemoveAnnotations over a set of files.
type remover struct {
	*generation
	packages packageNames
	removed  map[string]int // directives, by path
	kept     []scopes.Diagnostic
}

func newRemover() *remover {
	return &remover{generation: emptyGeneration(), packages: packageNames{}, removed: map[string]int{}}
}

func (r *remover) annotation() *Annotation {
	out := &Annotation{Result: *r.result()}
	out.Diagnostics = scopes.SortDiagnostics(append(out.Diagnostics, r.kept...))
	for _, c := range out.Changes {
		out.Functions += r.removed[c.Path]
	}
	return out
}

// file takes the directives out of a file, and nothing else: generated code stays.
func (r *remover) file(source scopes.Source) {
	c := &candidate{path: source.Path, old: source.Src, new: source.Src}
	r.files[c.path] = c
	syntax, diagnostics := scopes.Parse(r.fset, c.path, c.old)
	if diagnostics != nil {
		r.fail(c.path, diagnostics...)
		return
	}
	documented := map[*ast.CommentGroup]*ast.FuncDecl{}
	for _, decl := range syntax.Decls {
		if fn, ok := decl.(*ast.FuncDecl); ok && fn.Doc != nil {
			documented[fn.Doc] = fn
		}
	}
	var splices []splice
	for _, group := range syntax.Comments {
		for i, comment := range group.List {
			if !isAnnotateMade(comment) {
				continue
			}
			s, why := r.directive(c, syntax, group, i, documented[group])
			if why != "" {
				r.keep(comment, why)
				continue
			}
			splices = append(splices, s)
		}
	}
	c.new = apply(c.old, splices)
	r.removed[c.path] = len(splices)
}

// directive returns what takes a directive out, or why it stays.
func (r *remover) directive(c *candidate, file *ast.File, group *ast.CommentGroup, i int, fn *ast.FuncDecl) (s splice, why string) {
	if fn == nil {
		return s, "stands above no function"
	}
	scope, err := scopeName(r.packages.of(c.path, file), fn)
	if err != nil {
		return s, err.Error()
	}
	if want := annotateDirective(scope); strings.TrimSuffix(trimBlanks(group.List[i].Text), withLineAbove) != want {
		return s, fmt.Sprintf("annotate writes %s here, so that this was edited, or the function renamed", strings.TrimSuffix(want, " "+annotateMark))
	}
	s, alone := unplace(r.fset, c.old, group, i)
	if !alone {
		return s, "shares its line with another comment"
	}
	return s, ""
}

// keep reports a directive that stays.
func (r *remover) keep(c *ast.Comment, why string) {
	word, _, _ := strings.Cut(strings.TrimPrefix(c.Text, "//"), " ")
	r.kept = append(r.kept, scopes.Diagnostic{
		Position: r.fset.PositionFor(c.Pos(), false), Subject: word, Rule: scopes.RulePlacement,
		Message: why + "; delete it by hand, or its " + annotateMark + " to keep it",
	})
}
