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
