package scopelint_test

import (
	"path/filepath"
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"

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
