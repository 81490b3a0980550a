package scopelint_test

import (
	"path/filepath"
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/teleinstr/teleinstr/scopes/scopelint"
)

func TestAnalyzer(t *testing.T) {
	dir, err := filepath.Abs("../../testdata/lint")
	if err != nil {
		t.Fatal(err)
	}
	analysistest.RunWithSuggestedFixes(t, dir, scopelint.Analyzer, "directives", "calls")
}
