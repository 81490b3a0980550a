package rewrite

import (
	"cmp"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/token"
	"go/types"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"

	"github.com/teleinstr/teleinstr/scopes"
)

// A loaded package is one as the go command describes it, with what it takes to type-check it.
type loaded struct {
	*packages.Package
	runtime *packages.Package
	imports types.Importer // see importer
	// notVendored says that the module is vendored, but its vendor directory lacks the runtime package.
	notVendored bool
}

const loadMode = packages.NeedName | packages.NeedFiles | packages.NeedImports | packages.NeedDeps |
	packages.NeedExportFile | packages.NeedModule | packages.NeedForTest | packages.NeedTypesSizes

// A request asks for packages by way of the module in the directory root.
type request struct {
	root     string
	patterns []string
	tests    bool
	configuration
	// overlay is what the go command is to see in files instead of what is on disk.
	overlay map[string][]byte
}

// load asks the go command for packages.
func load(r request) ([]*loaded, error) {
	root := r.root
	config := &packages.Config{
		Mode: loadMode, Dir: root, Tests: r.tests, Overlay: r.overlay,
		Env: append(os.Environ(), r.environment()...), BuildFlags: r.flags(),
	}
	pkgs, err := packages.Load(config, r.patterns...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", root, err)
	}
	if len(pkgs) == 0 {
		return nil, goList(root)
	}
	runtime, notVendored, err := loadRuntime(config)
	if err != nil {
		return nil, err
	}
	var out []*loaded
	for _, p := range pkgs {
		out = append(out, &loaded{Package: p, runtime: runtime, notVendored: notVendored})
	}
	slices.SortFunc(out, func(a, b *loaded) int { return cmp.Compare(a.ID, b.ID) })
	return out, nil
}

// loadRuntime asks for the runtime package as the module of a load sees it; nil if it does not. It also
// reports whether the package had to be found past the vendor directory: nothing may import it yet, so that
// go mod vendor has left it out.
func loadRuntime(config *packages.Config) (runtime *packages.Package, notVendored bool, err error) {
	c := *config
	c.Tests = false
	for {
		pkgs, err := packages.Load(&c, RuntimePath)
		if err != nil {
			return nil, false, fmt.Errorf("%s: %w", c.Dir, err)
		}
		if len(pkgs) > 0 {
			runtime = pkgs[0]
		}
		_, err = os.Stat(filepath.Join(c.Dir, "vendor", "modules.txt"))
		if notVendored || err != nil || runtime != nil && runtime.ExportFile != "" {
			return runtime, notVendored, nil
		}
		notVendored = true
		c.BuildFlags = append([]string{"-mod=readonly"}, c.BuildFlags...)
	}
}

// goList returns what the go command says against the module in root, where go/packages gets no package
// and no error: a go.mod that is not up to date, for example.
func goList(root string) error {
	cmd := exec.Command("go", "list", ".", RuntimePath)
	cmd.Dir = root
	out, err := cmd.CombinedOutput()
	if err == nil {
		return fmt.Errorf("%s: the go command lists no packages", root)
	}
	return fmt.Errorf("%s: %s", root, onOneLine(string(out)))
}

// moduleRoot returns the directory of the go.mod file that governs dir.
func moduleRoot(dir string) (string, error) {
	for d := dir; ; d = filepath.Dir(d) {
		if info, err := os.Stat(filepath.Join(d, "go.mod")); err == nil && !info.IsDir() {
			return d, nil
		}
		if d == filepath.Dir(d) {
			return "", fmt.Errorf("%s: no go.mod here or above; run go mod init", dir)
		}
	}
}

// requiresRuntime says what to do if the package cannot import the runtime package.
func (l *loaded) requiresRuntime() error {
	if l.runtime != nil && l.runtime.ExportFile != "" {
		return nil
	}
	if l.runtime != nil && len(l.runtime.Errors) > 0 && !strings.HasPrefix(l.runtime.Errors[0].Msg, "no required module provides") {
		return fmt.Errorf("%s: generated code imports %s, which is not to be had: %s", l.Dir, RuntimePath, onOneLine(l.runtime.Errors[0].Msg))
	}
	module := "the module"
	if l.Module != nil {
		module = "module " + l.Module.Path
	}
	return fmt.Errorf("%s: generated code imports %s, which %s does not require; run go get %s", l.Dir, RuntimePath, module, RuntimePath)
}

// onOneLine returns the start of a message of the go command, which may have very many lines, on one: a line
// that names the package, as the compiler's messages have, is left out.
func onOneLine(s string) string {
	lines := slices.DeleteFunc(strings.Split(s, "\n"), func(line string) bool {
		return strings.TrimSpace(line) == "" || strings.HasPrefix(line, "# ")
	})
	return strings.Join(strings.Fields(strings.Join(lines[:min(len(lines), 2)], " ")), " ")
}

// belowRuntime reports whether the runtime package is the package itself, or imports it, so that generated
// code cannot import the runtime package.
func (l *loaded) belowRuntime() bool {
	if l.PkgPath == RuntimePath {
		return true
	}
	_, below := dependencies(l.runtime)[l.PkgPath]
	return below
}

// dependencies returns the packages that p imports, directly or not, by path.
func dependencies(p *packages.Package) map[string]*packages.Package {
	all := map[string]*packages.Package{}
	var visit func(p *packages.Package)
	visit = func(p *packages.Package) {
		for _, dep := range p.Imports {
			if _, seen := all[dep.PkgPath]; !seen {
				all[dep.PkgPath] = dep
				visit(dep)
			}
		}
	}
	if p != nil {
		visit(p)
	}
	return all
}

// check type-checks the files of the package. Dependencies are read from export data.
func (l *loaded) check(fset *token.FileSet, files []*ast.File) (*typedPackage, []scopes.Diagnostic) {
	imports := l.importer(fset)
	info := &types.Info{
		Types:     map[ast.Expr]types.TypeAndValue{},
		Defs:      map[*ast.Ident]types.Object{},
		Uses:      map[*ast.Ident]types.Object{},
		Implicits: map[ast.Node]types.Object{},
		Scopes:    map[ast.Node]*types.Scope{},
	}
	var diagnostics []scopes.Diagnostic
	config := types.Config{
		Importer:    imports,
		FakeImportC: true,
		Sizes:       l.TypesSizes,
		Error: func(err error) {
			var typeErr types.Error
			if errors.As(err, &typeErr) && !strings.HasPrefix(typeErr.Msg, "\t") { // a tab continues the error before
				diagnostics = append(diagnostics, scopes.Diagnostic{
					Position: fset.PositionFor(typeErr.Pos, false),
					Message:  typeErr.Msg + "; a package must compile before it is instrumented",
				})
			}
		},
	}
	if l.Module != nil && l.Module.GoVersion != "" {
		config.GoVersion = "go" + l.Module.GoVersion
	}
	pkg, _ := config.Check(l.PkgPath, fset, files, info)
	p := &typedPackage{Fset: fset, Types: pkg, Info: info, Syntax: files}
	// The runtime package imports context, so that it is there whatever the package itself imports.
	if context, err := imports.Import("context"); err != nil {
		diagnostics = append(diagnostics, scopes.Diagnostic{Position: token.Position{Filename: l.Dir, Line: 1, Column: 1}, Message: err.Error()})
	} else {
		p.Context = context.Scope().Lookup("Context").Type().Underlying().(*types.Interface)
	}
	return p, diagnostics
}

// importer returns an importer that knows the dependencies of the package, and the runtime package. It is
// made once: what is imported in two checks is read once.
func (l *loaded) importer(fset *token.FileSet) types.Importer {
	if l.imports != nil {
		return l.imports
	}
	known := dependencies(l.runtime)
	maps.Copy(known, dependencies(l.Package))
	if l.runtime != nil && known[RuntimePath] == nil {
		known[RuntimePath] = l.runtime
	}
	gc := importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) {
		p := known[path]
		switch {
		case p == nil:
			return nil, errors.New("the go command does not know it")
		case p.ExportFile == "" && len(p.Errors) > 0:
			return nil, errors.New(onOneLine(p.Errors[0].Msg))
		case p.ExportFile == "":
			return nil, errors.New("it does not compile")
		}
		return os.Open(p.ExportFile)
	})
	l.imports = importerFunc(func(path string) (*types.Package, error) {
		if dep := l.Imports[path]; dep != nil {
			path = dep.PkgPath
		}
		return gc.Import(path)
	})
	return l.imports
}

type importerFunc func(path string) (*types.Package, error)

func (f importerFunc) Import(path string) (*types.Package, error) { return f(path) }
