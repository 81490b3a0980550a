package golangci

import (
	"strings"
	"testing"

	"github.com/golangci/plugin-module-register/register"
	"golang.org/x/tools/go/analysis"
)

// TestSettings decodes settings as golangci-lint hands them over; none at all are nil.
func TestSettings(t *testing.T) {
	newPlugin, err := register.GetPlugin("teleinstr")
	if err != nil {
		t.Fatal(err)
	}
	for _, conf := range []any{nil, map[string]any{}, map[string]any{"enable": []string{"no-context"}, "disable": []string{"all"}}} {
		p, err := newPlugin(conf)
		if err != nil {
			t.Fatal(err)
		}
		if mode := p.GetLoadMode(); mode != register.LoadModeTypesInfo {
			t.Errorf("load mode %q", mode)
		}
		analyzers, err := p.BuildAnalyzers()
		if err != nil {
			t.Fatal(err)
		}
		if err := analysis.Validate(analyzers); err != nil {
			t.Error(err)
		}
	}
	for _, conf := range []any{map[string]any{"rulse": []string{"name"}}, map[string]any{"disable": []string{"nmae"}}, "name", []any{1}} {
		if _, err := newPlugin(conf); err == nil || !strings.HasPrefix(err.Error(), "teleinstr: ") {
			t.Errorf("settings %v: error %v", conf, err)
		}
	}
}

// TestWithRules holds that a finding names its rule, and that the analyzer itself stays as it is.
func TestWithRules(t *testing.T) {
	original := &analysis.Analyzer{Run: func(pass *analysis.Pass) (any, error) {
		pass.Report(analysis.Diagnostic{Category: "name", Message: "bad"})
		pass.Report(analysis.Diagnostic{Message: "bad"})
		return nil, nil
	}}
	messages := func(a *analysis.Analyzer) string {
		var got []string
		pass := &analysis.Pass{Report: func(d analysis.Diagnostic) { got = append(got, d.Message) }}
		if _, err := a.Run(pass); err != nil {
			t.Fatal(err)
		}
		return strings.Join(got, "; ")
	}
	if got := messages(withRules(original)); got != "name: bad; bad" {
		t.Errorf("with rules: %s", got)
	}
	if got := messages(original); got != "bad; bad" {
		t.Errorf("the original: %s", got)
	}
}
