package rewrite

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"slices"

	"github.com/teleinstr/teleinstr/scopes"
)

// A Change is what is to become of one file.
type Change struct {
	Path     string // absolute
	Old, New []byte
}

// A Result is what Generate or StripAll has worked out. Nothing is written yet: see [Write].
type Result struct {
	// Changes are the files whose contents change, by path. A directory with a refused site has none.
	Changes []Change
	// Diagnostics are the reasons of what is refused, sorted.
	Diagnostics []scopes.Diagnostic
	// Notices are what the user still has to do, beside writing the changes.
	Notices []string

	footprint Footprint
}

// Generate works out the generated code of the packages that patterns name (see [scopes.Scan]).
func Generate(dir string, patterns []string) (*Result, error) {
	g, err := newGeneration(dir, patterns)
	if err != nil {
		return nil, err
	}
	if err := g.instrument(); err != nil {
		return nil, err
	}
	return g.result(), nil
}

// StripAll works out the packages that patterns name without generated code. It needs no types and no
// module.
func StripAll(dir string, patterns []string) (*Result, error) {
	g, err := newGeneration(dir, patterns)
	if err != nil {
		return nil, err
	}
	return g.result(), nil
}

// inPlace returns a generation that puts code on lines of its own, and makes sure that it compiles.
func inPlace() *generation {
	g := emptyGeneration()
	g.ready = func(l *loaded) error {
		if l.world.notVendored {
			g.notices["vendor does not hold "+RuntimePath+" yet; run go mod vendor"] = true
		}
		return l.requiresRuntime()
	}
	g.print = func(c *candidate, edits *fileEdits) { c.new = apply(c.src, printInPlace(edits)) }
	g.finish = g.verify
	return g
}

// verify type-checks what was generated, unless it is there already. An error here is a defect of this package; it must not
// reach the user's files.
func (g *generation) verify(l *loaded, _ *typedPackage) error {
	if !slices.ContainsFunc(l.candidates, func(c *candidate) bool { return !bytes.Equal(c.new, c.old) }) {
		return nil
	}
	fset := token.NewFileSet()
	var files []*ast.File
	for _, path := range l.GoFiles {
		src, err := g.contents(path)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(fset, path, src, parser.SkipObjectResolution)
		if err != nil {
			return fmt.Errorf("generated code does not parse, nothing was written; this is a defect of teleinstr: %w", err)
		}
		files = append(files, file)
	}
	if _, diagnostics := l.check(fset, files, false); len(diagnostics) > 0 {
		return fmt.Errorf("generated code does not compile, nothing was written; this is a defect of teleinstr: %s: %s",
			diagnostics[0].Position, reason(diagnostics[0]))
	}
	return nil
}

// contents returns what is to stand in a file.
func (g *generation) contents(path string) ([]byte, error) {
	if c := g.files[path]; c != nil {
		return c.new, nil
	}
	return os.ReadFile(path)
}

func newGeneration(dir string, patterns []string) (*generation, error) {
	g := inPlace()
	return g, g.scan(dir, patterns, scopes.MayHold)
}
