package rewrite

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/teleinstr/teleinstr/scopes"
)

var (
	ruleHeading = regexp.MustCompile(`(?m)^## (.*)$`)
	goBlock     = regexp.MustCompile("(?s)```go\n(.*?)```")
)

// TestLintDoc wants docs/lint.md to describe each rule, in order, with code that breaks that rule alone, and code that breaks none.
func TestLintDoc(t *testing.T) {
	src, err := os.ReadFile("../docs/lint.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(src), "\n# Rules\n")
	headings := ruleHeading.FindAllStringSubmatchIndex(text, -1)
	if len(headings) != len(scopes.Rules) {
		t.Fatalf("%d rules are described, of %d", len(headings), len(scopes.Rules))
	}
	all, err := scopes.Select([]string{"all"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	m := newModule(t)
	for i, info := range scopes.Rules {
		heading, end := headings[i], len(text)
		if i+1 < len(headings) {
			end = headings[i+1][0]
		}
		section := text[heading[1]:end]
		t.Run(string(info.Rule), func(t *testing.T) {
			if name := text[heading[2]:heading[3]]; name != string(info.Rule) {
				t.Fatalf("its section is that of %s", name)
			}
			if hint := strings.HasPrefix(strings.TrimSpace(section), "*A hint.*"); hint != info.Hint {
				t.Errorf("described as a hint: %v", hint)
			}
			examples := goBlock.FindAllStringSubmatch(section, -1)
			if len(examples) != 2 {
				t.Fatalf("%d examples", len(examples))
			}
			for j, want := range [][]scopes.Rule{{info.Rule}, nil} {
				dir := fmt.Sprintf("%s%d", info.Rule, j)
				m.write(t, filepath.Join(dir, "orders.go"), []byte(completed(examples[j][1])))
				result, err := Lint(filepath.Join(m.dir, dir), nil, all)
				if err != nil {
					t.Fatal(err)
				}
				var got []scopes.Rule
				for _, d := range result.Diagnostics {
					got = append(got, d.Rule)
				}
				if got = slices.Compact(got); !slices.Equal(got, want) || len(result.Untyped) > 0 {
					t.Errorf("example %d breaks %q, want %q: %v %v", j+1, got, want, result.Diagnostics, result.Untyped)
				}
			}
		})
	}
}

// completed returns an example as a file of its own.
func completed(example string) string {
	if strings.Contains(example, "package ") {
		return example
	}
	imports := ""
	for name, spec := range map[string]string{"context.": `"context"`, "errors.": `"errors"`, "tele.": `tele "` + RuntimePath + `"`} {
		if strings.Contains(example, name) {
			imports += "import " + spec + "\n"
		}
	}
	return "package orders\n\n" + imports + "\n" + example
}
