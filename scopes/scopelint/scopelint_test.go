package scopelint_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/teleinstr/teleinstr/scopes"
	"github.com/teleinstr/teleinstr/scopes/scopelint"
)

func testdata(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../../testdata/lint")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestAnalyzer(t *testing.T) {
	analysistest.RunWithSuggestedFixes(t, testdata(t), scopelint.Analyzer, "directives", "calls", "sites", "generated", "renamed")
}

func TestHints(t *testing.T) {
	a, err := scopelint.New(scopelint.Rules([]string{"no-context", "context-kept", "context-fresh", "cardinality"}, []string{"all"}))
	if err != nil {
		t.Fatal(err)
	}
	analysistest.Run(t, testdata(t), a, "hints")
}

func TestUnknownRule(t *testing.T) {
	if _, err := scopelint.New(scopelint.Rules(nil, []string{"nmae"})); err == nil {
		t.Error("no error for a rule that there is not")
	}
	for _, flag := range []string{"enable", "disable"} {
		if err := scopelint.Analyzer.Flags.Lookup(flag).Value.Set("nmae"); err == nil {
			t.Errorf("-%s: no error for a rule that there is not", flag)
		}
	}
}

// TestWithoutReadFile runs the analyzer as drivers do that do not know of Pass.ReadFile, such as older versions of nogo.
func TestWithoutReadFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.go")
	if err := os.WriteFile(path, []byte("package a\n\n//tele:scope Bad\nfunc A() {}\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, path, nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	pass := &analysis.Pass{
		Analyzer: scopelint.Analyzer, Fset: fset, Files: []*ast.File{file}, Pkg: types.NewPackage("a", "a"), TypesInfo: &types.Info{},
		Report: func(d analysis.Diagnostic) { found = append(found, d.Category) },
	}
	if _, err := scopelint.Analyzer.Run(pass); err != nil {
		t.Fatal(err)
	}
	if len(found) != 1 || found[0] != string(scopes.RuleName) {
		t.Errorf("found %q, want a name", found)
	}
}
