package rewrite

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/tools/go/packages"

	"github.com/teleinstr/teleinstr/scopes"
)

// AutoreportPath is the import path of the package that sets telemetry up from the environment.
const AutoreportPath = RuntimePath + "/autoreport"

// ReporterModules are the modules with reporters that the program is to have if a main module requires them. Each has a package
// auto, which makes them known to package autoreport.
var ReporterModules = []string{RuntimePath + "/otel", RuntimePath + "/prometheus", RuntimePath + "/dogstatsd"}

// reporterImports returns the imports of the reporters that the build asks for.
func (o *overlaying) reporterImports() string {
	imports := ""
	for _, module := range o.reporters {
		imports += "; import _ " + strconv.Quote(module+"/auto")
	}
	return imports
}

// report has the programs among the packages that were asked for set telemetry up when they start, and report
// when they end, if anything in them is instrumented.
func (o *overlaying) report() error {
	for _, l := range o.roots {
		switch {
		case l.Name != "main" || !o.isInstrumented(l.Package):
		case isTestMain(l.Package):
			if err := o.reportTests(l); err != nil {
				return err
			}
		case l.ForTest == "" && isMain(l.Package):
			// A program that handles signals must get to see them.
			onSignals := !reaches(l.Package, "os/signal", map[string]bool{})
			if _, err := o.reportFrom(l, l.Package, "main", "Start()", onSignals); err != nil {
				return err
			}
		}
	}
	return nil
}

// isInstrumented reports whether anything in a program is.
func (o *overlaying) isInstrumented(p *packages.Package) bool {
	found := false
	packages.Visit([]*packages.Package{p}, func(p *packages.Package) bool {
		found = found || slices.ContainsFunc(p.GoFiles, func(path string) bool {
			c := o.files[path]
			return c != nil && c.instrumented() > 0
		})
		return !found
	}, nil)
	return found
}

// A programFile is a file of a program as the overlay starts from it.
type programFile struct {
	*candidate
	syntax *ast.File // with objects, to tell imports from variables
	offset func(token.Pos) int
}

// reportFrom puts the set-up into the function called name of a package, and the report before the calls of
// os.Exit in its files. It reports false if there is no such function.
func (o *overlaying) reportFrom(l *loaded, p *packages.Package, name, start string, onSignals bool) (bool, error) {
	var files []programFile
	taken := map[string]bool{}
	found := false
	for _, path := range p.GoFiles {
		f, err := o.programFile(l, path)
		if err != nil {
			return false, err
		}
		if f.syntax == nil {
			return true, nil // it does not parse, which is for the go command to say
		}
		files = append(files, f)
		maps.Copy(taken, identifiers(f.syntax))
		if fn := f.function(name); fn != nil {
			found = true
			if name == "TestMain" && !runsTests(fn) {
				return true, nil // a test, next to which there can be no other
			}
		}
	}
	if !found {
		return false, nil
	}
	pkg := unused(taken, "autoreport", "teleAutoreport")
	for _, f := range files {
		if name == "TestMain" && !isTestFile(f.path) {
			continue
		}
		var extra []insertion
		if fn := f.function(name); fn != nil && fn.Body != nil {
			code := "defer " + pkg + "." + start + "(); "
			if onSignals {
				code += pkg + ".OnSignals(); "
			}
			extra = append(extra, insertion{f.offset(fn.Body.Lbrace) + 1, code})
		}
		handed, err := o.handedOn(l, p, f, pkg)
		if err != nil {
			return false, err
		}
		if extra = slices.Concat(extra, f.exits(pkg), handed); len(extra) > 0 {
			imports := insertion{f.offset(f.syntax.Name.End()), "; import " + pkg + " " + strconv.Quote(AutoreportPath) + o.reporterImports()}
			f.edit(o.fset).extra = append([]insertion{imports}, extra...)
		}
	}
	return true, nil
}

// programFile returns a file, whether it holds directives or not.
func (o *overlaying) programFile(l *loaded, path string) (programFile, error) {
	if o.files[path] == nil {
		src, err := l.world.read(path)
		if err != nil {
			return programFile{}, err
		}
		o.add(scopes.Source{Path: path, Src: src})
		o.files[path].found = &scopes.Result{}
	}
	fset := token.NewFileSet()
	f := programFile{candidate: o.files[path], offset: func(pos token.Pos) int { return fset.PositionFor(pos, false).Offset }}
	src := f.src
	if len(f.cuts) > 0 {
		src = f.old
	}
	if file, err := parser.ParseFile(fset, path, src, parser.ParseComments); err == nil {
		f.syntax = file
	}
	return f, nil
}

// edit returns the edits of the file, to add to.
func (f programFile) edit(fset *token.FileSet) *fileEdits {
	c := f.candidate
	edits, src := &c.edits, c.src
	if len(c.cuts) > 0 {
		edits, src = &c.onDisk, c.old
	}
	if *edits == nil {
		// It parses: the file was parsed before.
		syntax, _ := parser.ParseFile(fset, c.path, src, parser.ParseComments|parser.SkipObjectResolution)
		*edits = &fileEdits{fset: fset, src: src, syntax: syntax}
	}
	return *edits
}

// function returns the function, not method, with a name that the file declares; nil if it does not.
func (f programFile) function(name string) *ast.FuncDecl {
	for _, decl := range f.syntax.Decls {
		if fn, ok := decl.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == name {
			return fn
		}
	}
	return nil
}

// runsTests reports whether a function called TestMain is what the go command takes for one, and no test: see isTestFunc in
// cmd/go/internal/load.
func runsTests(fn *ast.FuncDecl) bool {
	params := fn.Type.Params.List
	if len(params) != 1 || len(params[0].Names) > 1 {
		return false
	}
	pointer, ok := params[0].Type.(*ast.StarExpr)
	if !ok {
		return false
	}
	switch t := pointer.X.(type) {
	case *ast.Ident:
		return t.Name == "M"
	case *ast.SelectorExpr:
		return t.Sel.Name == "M"
	default:
		return false
	}
}

// exits puts the status of os.Exit through the package that reports, so that in os.Exit(run()) the program
// runs first.
func (f programFile) exits(pkg string) []insertion {
	var out []insertion
	later := map[*ast.CallExpr]bool{}
	ast.Inspect(f.syntax, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.DeferStmt: // its argument is evaluated long before
			later[n.Call] = true
		case *ast.GoStmt:
			later[n.Call] = true
		}
		if call, ok := n.(*ast.CallExpr); ok && len(call.Args) == 1 && !later[call] && f.isExit(call.Fun) {
			arg := call.Args[0]
			out = append(out, insertion{f.offset(arg.Pos()), pkg + ".Exit("}, insertion{f.offset(arg.End()), ")"})
		}
		return true
	})
	return out
}

// handedOn wraps the *testing.M that a TestMain hands to a function which takes any value that runs tests: it may end
// the process itself, as goleak.VerifyTestMain does.
func (o *overlaying) handedOn(l *loaded, p *packages.Package, f programFile, pkg string) ([]insertion, error) {
	var args []ast.Expr
	if fn := f.function("TestMain"); fn != nil && fn.Body != nil && len(fn.Type.Params.List) == 1 && len(fn.Type.Params.List[0].Names) == 1 {
		args = argumentsNamed(fn.Body, fn.Type.Params.List[0].Names[0].Name)
	}
	if len(args) == 0 {
		return nil, nil
	}
	tests := &loaded{Package: p, world: l.world}
	if err := l.world.prepare([]*loaded{tests}); err != nil {
		return nil, err
	}
	typed, diagnostics := o.check(tests)
	if len(diagnostics) > 0 {
		return nil, nil // for the go command to say
	}
	var out []insertion
	for _, arg := range args {
		start, end := f.offset(arg.Pos()), f.offset(arg.End())
		if typed.takesRunner(f.path, start) {
			out = append(out, insertion{start, pkg + ".Tests("}, insertion{end, ")"})
		}
	}
	return out, nil
}

// argumentsNamed returns the arguments of calls that are the variable with a name.
func argumentsNamed(body *ast.BlockStmt, name string) []ast.Expr {
	var args []ast.Expr
	ast.Inspect(body, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			for _, arg := range call.Args {
				if id, ok := arg.(*ast.Ident); ok && id.Name == name {
					args = append(args, arg)
				}
			}
		}
		return true
	})
	return args
}

// takesRunner reports whether the argument of a call at an offset of a file is of type *testing.M, and the parameter an
// interface with the method Run() int alone.
func (p *typedPackage) takesRunner(path string, offset int) bool {
	found := false
	for _, file := range p.Syntax {
		if p.Fset.PositionFor(file.Package, false).Filename != path {
			continue
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			for i, arg := range call.Args {
				sig, ok := p.Info.TypeOf(call.Fun).(*types.Signature)
				if ok && p.Fset.PositionFor(arg.Pos(), false).Offset == offset && i < sig.Params().Len() {
					found = found || isRunner(sig.Params().At(i).Type()) && types.TypeString(p.Info.TypeOf(arg), nil) == "*testing.M"
				}
			}
			return true
		})
	}
	return found
}

func isRunner(t types.Type) bool {
	i, ok := t.Underlying().(*types.Interface)
	return ok && i.NumMethods() == 1 && i.Method(0).Name() == "Run" && i.IsMethodSet()
}

// isExit reports whether a function is os.Exit.
func (f programFile) isExit(fun ast.Expr) bool {
	selector, ok := fun.(*ast.SelectorExpr)
	if !ok || selector.Sel.Name != "Exit" {
		return false
	}
	x, ok := selector.X.(*ast.Ident)
	return ok && x.Obj == nil && slices.ContainsFunc(f.syntax.Imports, func(spec *ast.ImportSpec) bool {
		return spec.Path.Value == `"os"` && (spec.Name == nil && x.Name == "os" || spec.Name != nil && x.Name == spec.Name.Name)
	})
}

// reportTests does for the tests of a package what report does for programs: in its TestMain, or in one that is put behind the
// last line of one of its files.
func (o *overlaying) reportTests(l *loaded) error {
	var home programFile
	path := ""
	for _, id := range slices.Sorted(maps.Keys(l.Imports)) {
		p := l.Imports[id]
		i := slices.IndexFunc(p.GoFiles, isTestFile)
		if p.ForTest == "" || i < 0 {
			continue
		}
		if found, err := o.reportFrom(l, p, "TestMain", "StartTests("+strconv.Quote(p.ForTest)+")", false); err != nil || found {
			return err
		}
		if home.candidate == nil {
			f, err := o.programFile(l, p.GoFiles[i])
			if err != nil {
				return err
			}
			home, path = f, p.ForTest
		}
	}
	if home.candidate == nil {
		return nil
	}
	home.edit(o.fset).extra = []insertion{
		{home.offset(home.syntax.Name.End()), "; import teleOS \"os\"; import teleTesting \"testing\"; import teleAutoreport " + strconv.Quote(AutoreportPath) + o.reporterImports()},
		{len(home.edit(o.fset).src), "\nfunc TestMain(m *teleTesting.M) { stop := teleAutoreport.StartTests(" + strconv.Quote(path) + "); code := m.Run(); stop(); teleOS.Exit(code) }\n"},
	}
	return nil
}

func isTestFile(path string) bool { return strings.HasSuffix(path, "_test.go") }
