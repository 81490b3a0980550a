package rewrite

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"path/filepath"
	"slices"

	"golang.org/x/tools/go/packages"

	"github.com/teleinstr/teleinstr/scopes"
)

// A Package is a package that others have parsed, with comments, and type-checked.
type Package struct {
	Fset  *token.FileSet
	Files []*ast.File
	Types *types.Package
	Info  *types.Info // with types, definitions, uses, implicits and scopes
	Sizes types.Sizes
	// ReadFile reads a file as it was parsed.
	ReadFile func(path string) ([]byte, error)
}

// LintPackage finds what [Lint] finds in a single package and build configuration. Comments that speak for a finding are
// left to the caller, who may have a way of its own with them, unless suppress is set.
func LintPackage(p Package, rules scopes.Selection, suppress bool) ([]scopes.Diagnostic, error) {
	l := newLinting(rules)
	l.suppresses = suppress
	l.fset = p.Fset
	pkg := &loaded{Package: &packages.Package{PkgPath: p.Types.Path()}}
	files := map[*ast.File]*candidate{}
	generated := false
	for _, file := range p.Files {
		path := p.Fset.File(file.FileStart).Name()
		src, err := p.ReadFile(path)
		if err != nil {
			return nil, err
		}
		pkg.Dir = filepath.Dir(path)
		pkg.GoFiles = append(pkg.GoFiles, path)
		if !ofLintInterest(src) && !imports(p.Types, RuntimePath) {
			continue
		}
		l.calling[pkg.Dir] = imports(p.Types, RuntimePath)
		l.add(scopes.Source{Path: path, Src: src})
		c := l.files[path]
		files[file] = c
		pkg.candidates = append(pkg.candidates, c)
		generated = generated || len(c.cuts) > 0
	}
	if len(pkg.candidates) == 0 || pkg.PkgPath == RuntimePath {
		return nil, nil
	}
	typed := &typedPackage{Fset: p.Fset, Types: p.Types, Info: p.Info, Syntax: p.Files, Context: contextInterface(p.Types)}
	if generated {
		var err error
		if typed, err = l.withoutGenerated(p, files); err != nil {
			return nil, err
		}
		typed.OtherNames = otherNames(pkg.Package)
	}
	for i, file := range p.Files {
		if c := files[file]; c != nil && c.src != nil {
			c.syntax = typed.Syntax[i]
			c.found = scopes.Find(l.fset, c.syntax, c.src)
			if diagnostics := c.found.Diagnostics(); len(diagnostics) > 0 {
				l.fail(c.path, c.restore(diagnostics)...)
			}
		}
	}
	l.edit(typed, slices.DeleteFunc(slices.Clone(pkg.candidates), func(c *candidate) bool { return c.found == nil }))
	if err := l.inspect(pkg, typed); err != nil {
		return nil, err
	}
	return l.finished().Diagnostics, nil
}

// withoutGenerated type-checks a package again, without the code that was generated into its files.
func (l *linting) withoutGenerated(p Package, files map[*ast.File]*candidate) (*typedPackage, error) {
	l.fset = token.NewFileSet()
	var syntax []*ast.File
	for _, file := range p.Files {
		path := p.Fset.File(file.FileStart).Name()
		var stripped *ast.File
		var diagnostics []scopes.Diagnostic
		if c := files[file]; c != nil && c.src != nil {
			stripped, diagnostics = scopes.Parse(l.fset, path, c.src)
		} else {
			stripped, diagnostics = parse(l.fset, path, p.ReadFile)
		}
		if diagnostics != nil {
			return nil, diagnostics[0]
		}
		syntax = append(syntax, stripped)
	}
	info := newInfo()
	config := types.Config{Importer: importedBy(p.Types), FakeImportC: true, Sizes: p.Sizes, GoVersion: p.Types.GoVersion()}
	pkg, err := config.Check(p.Types.Path(), l.fset, syntax, info)
	if err != nil {
		return nil, fmt.Errorf("without generated code, the package does not compile: %w", err)
	}
	return &typedPackage{Fset: l.fset, Types: pkg, Info: info, Syntax: syntax, Context: contextInterface(p.Types)}, nil
}

// imports reports whether a package imports another.
func imports(p *types.Package, path string) bool {
	return slices.ContainsFunc(p.Imports(), func(imported *types.Package) bool { return imported.Path() == path })
}

// importedBy imports what a package imports already.
func importedBy(p *types.Package) types.Importer {
	return importerFunc(func(path string) (*types.Package, error) {
		if path == "unsafe" {
			return types.Unsafe, nil
		}
		for _, imported := range p.Imports() {
			if imported.Path() == path {
				return imported, nil
			}
		}
		return nil, fmt.Errorf("package %s is not imported", path)
	})
}

// contextInterface returns the type context.Context as a package knows it, by way of others perhaps; nil if it cannot know it.
func contextInterface(p *types.Package) *types.Interface {
	seen := map[*types.Package]bool{}
	var find func(p *types.Package) *types.Interface
	find = func(p *types.Package) *types.Interface {
		if seen[p] {
			return nil
		}
		seen[p] = true
		if p.Path() == "context" {
			if t := p.Scope().Lookup("Context"); t != nil {
				return t.Type().Underlying().(*types.Interface)
			}
		}
		for _, imported := range p.Imports() {
			if found := find(imported); found != nil {
				return found
			}
		}
		return nil
	}
	return find(p)
}
