package ci

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/rhysd/actionlint"
	"github.com/rogpeppe/go-internal/testscript"
	"go.yaml.in/yaml/v3"
)

// A workflow is what we look at of one of GitHub's.
type workflow struct {
	Jobs map[string]struct {
		Steps []struct {
			Name, Run string
		}
	}
}

// TestWorkflows has actionlint judge the workflows of docs and our own: their syntax, the expressions in them, and what they hand to actions.
func TestWorkflows(t *testing.T) {
	recipes, err := filepath.Glob(checkout + "/docs/ci/github*.yml")
	if err != nil || len(recipes) != 2 {
		t.Fatalf("workflows %q, want 2: %v", recipes, err)
	}
	ours, err := filepath.Glob(checkout + "/.github/workflows/*.yml")
	if err != nil || len(ours) == 0 {
		t.Fatalf("workflows of ours %q: %v", ours, err)
	}
	var out bytes.Buffer
	linter, err := actionlint.NewLinter(&out, &actionlint.LinterOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range slices.Concat(recipes, ours) {
		contents, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		findings, err := linter.Lint(path, contents, nil)
		if err != nil {
			t.Error(err)
		}
		for _, finding := range findings {
			t.Error(finding)
		}
	}
}

// step runs a step of a workflow.
func step(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: step CODE FILE NAME")
	}
	contents, err := os.ReadFile(ts.MkAbs(args[1]))
	ts.Check(err)
	var w workflow
	ts.Check(yaml.Unmarshal(contents, &w))
	for _, job := range w.Jobs {
		for _, s := range job.Steps {
			if s.Name == args[2] && s.Run != "" {
				script := filepath.Join(ts.Getenv("HOME"), "step.sh")
				ts.Check(os.WriteFile(script, []byte(s.Run), 0o666))
				status(ts, false, []string{args[0], "bash", "-e", script})
				return
			}
		}
	}
	ts.Fatalf("%s has no step %q that runs something", args[1], args[2])
}
