package docs

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/modfile"
	"golang.org/x/tools/go/packages"

	"github.com/teleinstr/teleinstr/rewrite"
	"github.com/teleinstr/teleinstr/scopes"

	// What the articles are about and has a module of its own, so that go mod tidy keeps it.
	_ "github.com/teleinstr/teleinstr/runtime/aggregate"
	_ "github.com/teleinstr/teleinstr/runtime/dogstatsd"
	_ "github.com/teleinstr/teleinstr/runtime/otel"
	_ "github.com/teleinstr/teleinstr/runtime/prometheus"
	_ "go.opentelemetry.io/otel"
)

// imports are the packages that blocks may name without importing them.
var imports = map[string]string{
	"autoreport":  rootModule + "/runtime/autoreport",
	"async":       rootModule + "/runtime/async",
	"bytes":       "bytes",
	"context":     "context",
	"errors":      "errors",
	"exectrace":   rootModule + "/runtime/exectrace",
	"expvar":      "expvar",
	"fmt":         "fmt",
	"http":        "net/http",
	"jsonl":       rootModule + "/runtime/jsonl",
	"live":        rootModule + "/runtime/live",
	"log":         "log",
	"logs":        rootModule + "/runtime/logs",
	"os":          "os",
	"otel":        "go.opentelemetry.io/otel",
	"pproflabels": rootModule + "/runtime/pproflabels",
	"propagation": "go.opentelemetry.io/otel/propagation",
	"runtimetest": rootModule + "/runtime/runtimetest",
	"sample":      rootModule + "/runtime/sample",
	"simple":      rootModule + "/runtime/simple",
	"slog":        "log/slog",
	"sync":        "sync",
	"tele":        rootModule + "/runtime",
	"teleotel":    rootModule + "/runtime/otel",
	"teleprom":    rootModule + "/runtime/prometheus",
	"telestatsd":  rootModule + "/runtime/dogstatsd",
	"testing":     "testing",
	"time":        "time",
}

// TestFragments type-checks the Go in all pages, and lints its directives. Each block becomes a file in which it stands on the
// lines that it has in its page.
func TestFragments(t *testing.T) {
	dir := t.TempDir()
	if err := writeModule(dir); err != nil {
		t.Fatal(err)
	}
	fragments := map[string]*step{} // by directory
	for _, p := range articles(t) {
		preamble, _, err := readWorld(p)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range p.steps {
			if s.kind != fragment {
				continue
			}
			name := fmt.Sprintf("%s_%d", strings.TrimSuffix(filepath.Base(p.name), ".md"), s.line)
			if err := writeFragment(filepath.Join(dir, name), s, preamble); err != nil {
				t.Errorf("%s: %v", s.position(), err)
				continue
			}
			fragments[filepath.Join(dir, name)] = s
		}
	}
	if len(fragments) < 15 {
		t.Errorf("%d blocks are too few to be all", len(fragments))
	}
	typeCheck(t, dir, fragments)
	lint(t, dir, fragments)
}

// writeModule makes dir a module that has what this one has.
func writeModule(dir string) error {
	contents, err := os.ReadFile("go.mod")
	if err != nil {
		return err
	}
	mod, err := modfile.Parse("go.mod", contents, nil)
	if err != nil {
		return err
	}
	for _, r := range slices.Clone(mod.Replace) {
		to, err := filepath.Abs(r.New.Path)
		if err != nil {
			return err
		}
		if err := mod.AddReplace(r.Old.Path, r.Old.Version, to, ""); err != nil {
			return err
		}
	}
	if err := mod.AddModuleStmt("example.com/docs"); err != nil {
		return err
	}
	if contents, err = mod.Format(); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), contents, 0o666); err != nil {
		return err
	}
	sums, err := os.ReadFile("go.sum")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "go.sum"), sums, 0o666)
}

func writeFragment(dir string, s *step, preamble string) error {
	source, err := complete(s.text, s.line)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "fragment.go"), source, 0o666); err != nil {
		return err
	}
	if strings.HasPrefix(s.text, "package ") || preamble == "" {
		return nil
	}
	declared, err := complete(preamble, 3)
	if err != nil {
		return fmt.Errorf("preamble.go in %s: %w", s.page.world(), err)
	}
	return os.WriteFile(filepath.Join(dir, "preamble.go"), declared, 0o666)
}

// complete makes a file of a block, in which the block begins on a line.
func complete(text string, line int) ([]byte, error) {
	text = withoutEllipses(text)
	if strings.HasPrefix(text, "package ") {
		return []byte(strings.Repeat("\n", line-1) + text), nil
	}
	above := strings.Repeat("\n", line-2) // the fence is there
	forms := []struct{ before, after string }{
		{"package p; %s\n", ""},
		{"package p; %s; func _(ctx context.Context) error { _ = ctx; {\n", "}; return nil }\n"},
	}
	var first error
	for _, form := range forms {
		bare := fmt.Sprintf(form.before, "import ()") + text + form.after
		f, err := parser.ParseFile(token.NewFileSet(), "", above+bare, parser.SkipObjectResolution)
		if err == nil {
			return []byte(above + fmt.Sprintf(form.before, importsOf(f)) + text + form.after), nil
		}
		if first == nil {
			first = err
		}
	}
	return nil, fmt.Errorf("neither declarations nor statements: %w", first)
}

var (
	emptied = regexp.MustCompile(`(?m)\{[ \t]*\n?[ \t]*…[ \t]*(\n?[ \t]*\})|^[ \t]*…[ \t]*(\n\})`)
	left    = regexp.MustCompile(`(?m)^[ \t]*…[ \t]*$`)
)

// withoutEllipses takes out what stands for something that is left out: at the end of a function, what stands for its results, too.
func withoutEllipses(text string) string {
	text = emptied.ReplaceAllStringFunc(text, func(s string) string { return strings.Replace(s, "…", `panic("")`, 1) })
	return left.ReplaceAllString(text, "")
}

// importsOf returns the imports, on one line, of the packages that a file names.
func importsOf(f *ast.File) string {
	used := map[string]bool{}
	ast.Inspect(f, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := s.X.(*ast.Ident); ok && imports[x.Name] != "" {
				used[x.Name] = true
			}
		}
		return true
	})
	for _, i := range f.Imports {
		delete(used, strings.Trim(i.Path.Value, `"`))
	}
	specs := ""
	for _, name := range slices.Sorted(maps.Keys(used)) {
		specs += fmt.Sprintf("%s %q; ", name, imports[name])
	}
	return "import (" + specs + ")"
}

func typeCheck(t *testing.T, dir string, fragments map[string]*step) {
	t.Helper()
	loaded, err := packages.Load(&packages.Config{
		Dir:  dir,
		Env:  append(os.Environ(), "GOWORK=off"),
		Mode: packages.NeedName | packages.NeedFiles | packages.NeedImports | packages.NeedTypes | packages.NeedTypesInfo | packages.NeedSyntax,
	}, "./...")
	if err != nil {
		t.Fatal(err)
	}
	if len(loaded) != len(fragments) {
		t.Errorf("%d packages of %d blocks", len(loaded), len(fragments))
	}
	for _, p := range loaded {
		s := fragments[filepath.Join(dir, filepath.Base(p.PkgPath))]
		if s == nil {
			t.Errorf("%s: %v", p.PkgPath, p.Errors)
			continue
		}
		for _, e := range p.Errors {
			if e.Kind != packages.TypeError && !strings.HasPrefix(e.Msg, "# ") { // type errors again, of the compiler
				t.Errorf("%s: %s", s.position(), e.Msg)
			}
		}
		for _, e := range p.TypeErrors {
			if unlessElided(s, e) {
				where := e.Fset.Position(e.Pos)
				t.Errorf("%s: %s; mend it, or declare it in preamble.go of %s", named(s, where), e.Msg, s.page.world())
			}
		}
	}
}

// unlessElided reports whether an error is one: a variable may be used, and an import, in what a page leaves out. The preamble
// declares more than each block needs.
func unlessElided(s *step, e types.Error) bool {
	return !e.Soft || !strings.Contains(s.text, "…") && filepath.Base(e.Fset.Position(e.Pos).Filename) == "fragment.go"
}

// named returns a position as it is in the page.
func named(s *step, where token.Position) string {
	if filepath.Base(where.Filename) == "fragment.go" {
		return fmt.Sprintf("%s:%d:%d", s.page.name, where.Line, where.Column)
	}
	return fmt.Sprintf("%s: %s:%d", s.position(), filepath.Base(where.Filename), where.Line)
}

func lint(t *testing.T, dir string, fragments map[string]*step) {
	t.Helper()
	all, err := scopes.Select(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	result, err := rewrite.Lint(dir, []string{"./..."}, all)
	if err != nil {
		t.Fatal(err)
	}
	for _, why := range result.Untyped {
		path, _, _ := strings.Cut(why, ":")
		if s := fragments[filepath.Dir(path)]; s == nil || strings.Contains(s.text, "//tele:") {
			t.Errorf("directives that could not be checked: %s", why)
		}
	}
	for _, d := range result.Diagnostics {
		if all.Level(d.Rule) == scopes.Error {
			t.Errorf("%s: %s: %s", named(fragments[filepath.Dir(d.Position.Filename)], d.Position), d.Subject, d.Message)
		}
	}
}
