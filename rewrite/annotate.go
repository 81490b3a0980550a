package rewrite

import (
	"fmt"
	"go/ast"
	"go/token"
	"path/filepath"
	"slices"

	"github.com/teleinstr/teleinstr/scopes"
)

// AnnotateOptions say which functions are annotated. The zero value takes all that can be, outside of tests.
type AnnotateOptions struct {
	// Exported takes exported functions, and exported methods of exported types, only.
	Exported bool
	// HasContext takes functions only whose scope nests under another: List then does not say "none" of them. It
	// needs types.
	HasContext bool
	// Tests takes _test.go files as well.
	Tests bool
	// Match and Skip are patterns of path.Match for names such as F and T.F, in which * stands for a dot too. A
	// function must match one of Match, if there are any, and none of Skip.
	Match, Skip []string
	// MinStatements is how many statements a body must have, those in nested blocks and literals counted.
	MinStatements int
}

// An Annotation is what Annotate or RemoveAnnotations has worked out. Nothing is written yet: see [Write].
type Annotation struct {
	Result
	// Functions is the number of functions whose directive is new, or taken out.
	Functions int
	// Shared is how many of them have a scope of the same name as another function of their directory, such as Load
	// and load.
	Shared int
	// PassedOver counts the functions that are not annotated, by the first reason that holds.
	PassedOver []PassedOver
	// Unfit are the functions that the options take and that cannot be annotated all the same, sorted. They are
	// among those passed over, and do not keep others of their directory from being annotated.
	Unfit []scopes.Diagnostic
}

// A PassedOver counts functions that are not annotated.
type PassedOver struct {
	Reason string // as in "3 REASON"
	Count  int
}

// The reasons to pass a function over, in the order in which they are told.
const (
	inTest         = "in test files"
	inVendor       = "in vendored files"
	inGenerated    = "in generated files"
	hasDirective   = "with a directive"
	hasNoBody      = "without a body"
	hasPragma      = "under a pragma that forbids it"
	isBlank        = "without a name"
	isUnexported   = "not exported"
	isUnmatched    = "not matched"
	isSkipped      = "skipped by name"
	isShort        = "too short"
	hasNoTypes     = "without types"
	hasNoContext   = "without a context"
	isNotFirst     = "not first on their line"
	hasNoScopeName = "without a possible scope name"
)

var reasons = []string{
	inTest, inVendor, inGenerated, hasDirective, hasNoBody, hasPragma, isBlank, isUnexported, isUnmatched, isSkipped, isShort,
	hasNoTypes, hasNoContext, isNotFirst, hasNoScopeName,
}

// Annotate works out directives for the functions of the packages that patterns name (see [scopes.Scan]). A
// function with a scope of its own, or with //tele:ignore, gets none.
func Annotate(dir string, patterns []string, o AnnotateOptions) (*Annotation, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	scanned, err := scopes.Scan(dir, patterns, func([]byte) bool { return true })
	if err != nil {
		return nil, err
	}
	a := newAnnotator(o)
	for _, s := range scanned.Sources {
		a.file(s)
	}
	if o.HasContext {
		a.keepNesting()
	}
	return a.annotation(), nil
}

// An annotator is one run of Annotate over a set of files.
type annotator struct {
	*generation
	options  AnnotateOptions
	packages packageNames
	chosen   map[string][]*chosen // by path, in the order of the file
	passed   map[string]int       // by reason
	unloaded map[string]bool      // directories without types of which that is told
	unfit    []scopes.Diagnostic
}

func newAnnotator(o AnnotateOptions) *annotator {
	return &annotator{generation: emptyGeneration(), options: o, packages: packageNames{}, chosen: map[string][]*chosen{}, passed: map[string]int{}, unloaded: map[string]bool{}}
}

// A chosen is a function that is to be annotated.
type chosen struct {
	decl     int            // its index among the declarations of the file
	function string         // F or T.F
	scope    string         // its name
	position token.Position // of its name, in the file on disk
	splice   splice         // puts the directive into the file on disk
}

func (c *chosen) diagnostic(rule scopes.Rule, format string, args ...any) scopes.Diagnostic {
	return scopes.Diagnostic{Position: c.position, Subject: c.function, Message: fmt.Sprintf(format, args...), Rule: rule}
}

// file chooses the functions of a file.
func (a *annotator) file(source scopes.Source) {
	if reason := a.options.leavesOut(source.Path); reason != "" {
		if syntax, diagnostics := scopes.Parse(token.NewFileSet(), source.Path, source.Src); diagnostics == nil {
			a.passed[reason] += len(functions(syntax))
		}
		return
	}
	a.add(source)
	c := a.files[source.Path]
	if c.src == nil {
		return
	}
	syntax, diagnostics := scopes.Parse(a.fset, c.path, c.src)
	if diagnostics != nil {
		a.fail(c.path, c.restore(diagnostics)...)
		return
	}
	if ast.IsGenerated(syntax) {
		a.passed[inGenerated] += len(functions(syntax))
		return
	}
	found := scopes.Find(a.fset, syntax, c.src)
	for i, decl := range syntax.Decls {
		if fn, ok := decl.(*ast.FuncDecl); ok {
			a.function(c, syntax, found, i, fn)
		}
	}
}

func functions(file *ast.File) []ast.Decl {
	return slices.DeleteFunc(slices.Clone(file.Decls), func(d ast.Decl) bool {
		_, isFunction := d.(*ast.FuncDecl)
		return !isFunction
	})
}

// function chooses a function, or passes it over.
func (a *annotator) function(c *candidate, syntax *ast.File, found *scopes.Result, decl int, fn *ast.FuncDecl) {
	if reason := a.options.passesOver(syntax, found, fn); reason != "" {
		a.passed[reason]++
		return
	}
	f := &chosen{decl: decl, function: matchedName(fn), position: c.restorePosition(a.fset.PositionFor(fn.Name.Pos(), false))}
	at := place(a.fset, c.src, fn)
	if at == nil {
		a.passed[isNotFirst]++
		a.unfit = append(a.unfit, f.diagnostic(scopes.RulePlacement, "func is not first on its line, so that a directive has no place above it; put it on a line of its own"))
		return
	}
	scope, err := scopeName(a.packages.of(c.path, syntax), fn)
	if err != nil {
		a.passed[hasNoScopeName]++
		a.unfit = append(a.unfit, f.diagnostic(scopes.RuleName, "%v; write //tele:scope NAME above it", err))
		return
	}
	offset := c.restoreOffset(at.offset)
	f.scope, f.splice = scope, splice{offset, offset, at.text(annotateDirective(scope))}
	a.chosen[c.path] = append(a.chosen[c.path], f)
}

// splices returns what puts the directives into a file on disk.
func (a *annotator) splices(path string) []splice {
	var out []splice
	for _, f := range a.chosen[path] {
		out = append(out, f.splice)
	}
	return out
}

func (a *annotator) annotation() *Annotation {
	out := &Annotation{Unfit: scopes.SortDiagnostics(a.unfit)}
	for _, path := range a.paths() {
		c := a.files[path]
		c.new = apply(c.old, a.splices(path))
	}
	out.Result = *a.result()
	for _, c := range out.Changes {
		out.Functions += len(a.chosen[c.Path])
	}
	out.Shared = a.shared(out.Changes)
	for _, reason := range reasons {
		if n := a.passed[reason]; n > 0 {
			out.PassedOver = append(out.PassedOver, PassedOver{reason, n})
		}
	}
	return out
}

// shared counts the functions in changed files whose scope has the name of another function's in the directory. The
// same function for another build configuration is no other.
func (a *annotator) shared(changes []Change) int {
	type scopeIn struct{ dir, scope string }
	functions := map[scopeIn]map[string]int{}
	for _, c := range changes {
		for _, f := range a.chosen[c.Path] {
			key := scopeIn{filepath.Dir(c.Path), f.scope}
			if functions[key] == nil {
				functions[key] = map[string]int{}
			}
			functions[key][f.function]++
		}
	}
	shared := 0
	for _, counts := range functions {
		if len(counts) < 2 {
			continue
		}
		for _, n := range counts {
			shared += n
		}
	}
	return shared
}
