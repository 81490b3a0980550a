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

func TestAnalyzer(t *testing.T) {
	dir, err := filepath.Abs("../../testdata/lint")
	if err != nil {
		t.Fatal(err)
	}
	analysistest.RunWithSuggestedFixes(t, dir, scopelint.Analyzer, "directives", "calls")
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
