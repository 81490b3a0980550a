package scopes_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/teleinstr/teleinstr/scopes"
)

// TestRules wants every rule that there is a constant of among Rules, once.
func TestRules(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "rule.go", nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	var want, got []string
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok && fmt.Sprint(spec.Type) == "Rule" {
			id, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			want = append(want, id)
		}
		return true
	})
	for _, info := range scopes.Rules {
		got = append(got, string(info.Rule))
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestSelect(t *testing.T) {
	const name, hint = scopes.RuleName, scopes.RuleNoContext
	tests := []struct {
		enable, disable []string
		name, hint      scopes.Level
	}{
		{nil, nil, scopes.Error, scopes.Hint},
		{nil, []string{"name"}, scopes.Off, scopes.Hint},
		{[]string{"no-context"}, nil, scopes.Error, scopes.Error},
		{[]string{"no-context"}, []string{"all"}, scopes.Off, scopes.Error},
		{[]string{"name"}, []string{"name"}, scopes.Error, scopes.Hint}, // what is enabled has the last word
		{[]string{"all"}, nil, scopes.Error, scopes.Error},
	}
	for _, tt := range tests {
		s, err := scopes.Select(tt.enable, tt.disable)
		if err != nil {
			t.Fatal(err)
		}
		if s.Level(name) != tt.name || s.Level(hint) != tt.hint {
			t.Errorf("enable %q, disable %q: %v and %v, want %v and %v", tt.enable, tt.disable, s.Level(name), s.Level(hint), tt.name, tt.hint)
		}
		if s.Level("") != scopes.Error {
			t.Error("a diagnostic without a rule is no error")
		}
	}
}
