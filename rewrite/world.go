package rewrite

import (
	"errors"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"

	"github.com/teleinstr/teleinstr/scopes"
)

// A world gives types to the packages of one load. Those of the main modules, and what depends on them, come
// from their source, of which a dependency needs no function bodies; all others come from the export
// data that the go command has or compiles. So nothing is compiled that instrumented code replaces.
type world struct {
	request request
	fset    *token.FileSet
	// runtime is the runtime package as the modules see it; nil, or without an export file, if they do not.
	runtime *packages.Package
	// notVendored says that the module is vendored, but its vendor directory lacks the runtime package.
	notVendored bool
	exports     map[string]*packages.Package // by path
	gc          types.Importer
	local       map[string]bool           // by ID: comes from its source
	typed       map[string]*types.Package // by ID
}

func newWorld(r request) *world {
	w := &world{
		request: r, fset: token.NewFileSet(), exports: map[string]*packages.Package{},
		local: map[string]bool{}, typed: map[string]*types.Package{},
	}
	w.gc = importer.ForCompiler(w.fset, "gc", w.lookup)
	return w
}

// prepare makes the exports ready that packages import.
func (w *world) prepare(pkgs []*loaded) error {
	wanted := map[string]bool{"context": true, RuntimePath: true}
	seen := map[string]bool{}
	var visit func(p *packages.Package)
	visit = func(p *packages.Package) {
		if seen[p.ID] {
			return
		}
		seen[p.ID] = true
		for path, dep := range p.Imports {
			switch {
			case w.isLocal(dep):
				visit(dep)
			case path != "unsafe" && path != "C":
				wanted[dep.PkgPath] = true
			}
		}
	}
	for _, l := range pkgs {
		visit(l.Package)
	}
	for path := range w.exports {
		delete(wanted, path)
	}
	if len(wanted) == 0 {
		return nil
	}
	mode := exportMode
	if slices.ContainsFunc(pkgs, (*loaded).mayBeBelowRuntime) {
		mode = runtimeMode
	}
	config := w.request.config(mode, false)
	found, err := packages.Load(config, slices.Sorted(maps.Keys(wanted))...)
	if err != nil {
		return err
	}
	for _, p := range found {
		w.exports[p.PkgPath] = p
	}
	if wanted[RuntimePath] {
		return w.findRuntime(config)
	}
	return nil
}

// findRuntime looks for the runtime package among the exports, and then past the vendor directory: nothing may
// import it yet, so that go mod vendor has left it out.
func (w *world) findRuntime(config *packages.Config) error {
	w.runtime = w.exports[RuntimePath]
	if w.runtime != nil && w.runtime.ExportFile != "" {
		return nil
	}
	if _, err := os.Stat(filepath.Join(w.request.dir, "vendor", "modules.txt")); err != nil {
		return nil
	}
	w.notVendored = true
	config.BuildFlags = append([]string{"-mod=readonly"}, config.BuildFlags...)
	found, err := packages.Load(config, RuntimePath)
	if err != nil {
		return err
	}
	for _, p := range found {
		w.runtime, w.exports[p.PkgPath] = p, p
	}
	return nil
}

// isLocal reports whether the types of a package come from its source.
func (w *world) isLocal(p *packages.Package) bool {
	local, known := w.local[p.ID]
	if known {
		return local
	}
	w.local[p.ID] = false // for import cycles, which are an error
	local = isMain(p)
	for _, dep := range p.Imports {
		local = local || w.isLocal(dep)
	}
	w.local[p.ID] = local
	return local
}

// isMain reports whether a package belongs to a main module, or is given as files.
func isMain(p *packages.Package) bool {
	return p.Module != nil && p.Module.Main || p.PkgPath == "command-line-arguments" || p.ForTest == "command-line-arguments"
}

// lookup opens the export data of a package for the importer.
func (w *world) lookup(path string) (io.ReadCloser, error) {
	p := w.exports[path]
	switch {
	case p == nil:
		return nil, errors.New("the go command does not know it")
	case p.ExportFile == "" && len(p.Errors) > 0:
		return nil, errors.New(onOneLine(p.Errors[0].Msg))
	case p.ExportFile == "":
		return nil, errors.New("it does not compile")
	}
	return os.Open(p.ExportFile)
}

// importer returns the importer for the files of p.
func (w *world) importer(p *packages.Package) types.Importer {
	return importerFunc(func(path string) (*types.Package, error) {
		dep := p.Imports[path]
		switch {
		case path == "unsafe":
			return types.Unsafe, nil
		case dep == nil: // an import of generated code
			return w.gc.Import(path)
		case w.isLocal(dep):
			return w.fromSource(dep)
		default:
			return w.gc.Import(dep.PkgPath)
		}
	})
}

type importerFunc func(path string) (*types.Package, error)

func (f importerFunc) Import(path string) (*types.Package, error) { return f(path) }

// fromSource returns the types of what a package declares.
func (w *world) fromSource(p *packages.Package) (*types.Package, error) {
	if pkg := w.typed[p.ID]; pkg != nil {
		return pkg, nil
	}
	if len(p.Errors) > 0 {
		return nil, errors.New(onOneLine(p.Errors[0].Msg))
	}
	if len(p.GoFiles) == 0 {
		return nil, errors.New("build constraints exclude all its files")
	}
	var files []*ast.File
	for _, path := range p.GoFiles {
		file, diagnostics := parse(w.fset, path, w.read)
		if diagnostics != nil {
			return nil, errors.New(diagnostics[0].Message)
		}
		files = append(files, file)
	}
	config := w.config(p)
	config.IgnoreFuncBodies = true
	config.Error = func(error) {} // the package's own check reports it
	w.typed[p.ID], _ = config.Check(p.PkgPath, w.fset, files, nil)
	return w.typed[p.ID], nil
}

func (w *world) config(p *packages.Package) *types.Config {
	config := &types.Config{Importer: w.importer(p), FakeImportC: true, Sizes: w.request.sizes()}
	if p.Module != nil && p.Module.GoVersion != "" {
		config.GoVersion = "go" + p.Module.GoVersion
	}
	return config
}

// read returns a file as the go command has seen it.
func (w *world) read(path string) ([]byte, error) {
	if src, ok := w.request.overlay[path]; ok {
		return src, nil
	}
	if w.request.read != nil {
		return w.request.read(path)
	}
	return os.ReadFile(path)
}

// parse parses a file for its types: without comments. Generated code is left out where it can be told.
func parse(fset *token.FileSet, path string, read func(string) ([]byte, error)) (*ast.File, []scopes.Diagnostic) {
	src, err := read(path)
	if err != nil {
		return nil, scopes.SyntaxDiagnostics(path, nil, err)
	}
	if stripped, _, diagnostics := strip(path, src); diagnostics == nil {
		src = stripped
	}
	file, err := parser.ParseFile(fset, path, src, parser.SkipObjectResolution)
	if err != nil {
		return nil, scopes.SyntaxDiagnostics(path, src, err)
	}
	return file, nil
}

// belowRuntime reports whether the runtime package is the package itself, or imports it, so that generated
// code cannot import the runtime package.
func (l *loaded) belowRuntime() bool {
	return l.PkgPath == RuntimePath || l.world.runtime != nil && reaches(l.world.runtime, l.PkgPath, map[string]bool{})
}

// mayBeBelowRuntime reports whether the package belongs to the standard library or to the module of the runtime package.
func (l *loaded) mayBeBelowRuntime() bool {
	return l.Module == nil || slices.Contains([]string{"std", "cmd", RuntimeModule}, l.Module.Path)
}

// anyErrors reports whether the go command finds anything wrong with the package, or with one of the main modules that it imports.
func (l *loaded) anyErrors() bool {
	found := false
	packages.Visit([]*packages.Package{l.Package}, func(p *packages.Package) bool {
		found = found || isMain(p) && len(p.Errors) > 0
		return !found
	}, nil)
	return found
}

// reaches reports whether p imports the package with the given path, directly or not.
func reaches(p *packages.Package, path string, seen map[string]bool) bool {
	for _, dep := range p.Imports {
		if seen[dep.ID] {
			continue
		}
		seen[dep.ID] = true
		if dep.PkgPath == path || reaches(dep, path, seen) {
			return true
		}
	}
	return false
}

func newInfo() *types.Info {
	return &types.Info{
		Types:     map[ast.Expr]types.TypeAndValue{},
		Defs:      map[*ast.Ident]types.Object{},
		Uses:      map[*ast.Ident]types.Object{},
		Implicits: map[ast.Node]types.Object{},
		Scopes:    map[ast.Node]*types.Scope{},
	}
}

// check type-checks the files of the package, function bodies included. With imports that are not used it puts up if asked to.
func (l *loaded) check(fset *token.FileSet, files []*ast.File, unusedImports bool) (*typedPackage, []scopes.Diagnostic) {
	info := newInfo()
	var diagnostics []scopes.Diagnostic
	config := l.world.config(l.Package)
	config.DisableUnusedImportCheck = unusedImports
	config.Error = func(err error) {
		var typeErr types.Error
		if errors.As(err, &typeErr) && !strings.HasPrefix(typeErr.Msg, "\t") { // a tab continues the error before
			diagnostics = append(diagnostics, scopes.Diagnostic{
				Position: fset.PositionFor(typeErr.Pos, false),
				Message:  typeErr.Msg + "; a package must compile before it is instrumented",
			})
		}
	}
	pkg, _ := config.Check(l.PkgPath, fset, files, info)
	p := &typedPackage{Fset: fset, Types: pkg, Info: info, Syntax: files}
	// The runtime package imports context, so that it is there whatever the package itself imports.
	if context, err := l.world.gc.Import("context"); err != nil {
		diagnostics = append(diagnostics, scopes.Diagnostic{Position: token.Position{Filename: l.Dir, Line: 1, Column: 1}, Message: err.Error()})
	} else {
		p.Context = context.Scope().Lookup("Context").Type().Underlying().(*types.Interface)
	}
	return p, diagnostics
}
