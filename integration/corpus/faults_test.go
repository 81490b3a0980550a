package corpus

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// faultyTool is the environment variable that makes the test binary a teleinstr with faults. It holds the
// path of the real one.
const faultyTool = "CORPUS_FAULTY_TOOL"

func TestMain(m *testing.M) {
	if tool := os.Getenv(faultyTool); tool != "" && len(os.Args) > 1 && !strings.HasPrefix(os.Args[1], "-") {
		os.Exit(runFaulty(tool, os.Args[1:]))
	}
	os.Exit(m.Run())
}

const calculator = `
-- go.mod --
module example.com/calculator

go 1.18
-- add.go --
package calculator

import "fmt"

func Add(a, b int) int {
	return a + b
}

func Print(n int) string {
	return fmt.Sprintf("%d", n)
}
-- add_test.go --
package calculator

import "testing"

func TestAdd(t *testing.T) {
	if n := Add(2, 2); n != 4 {
		t.Error(n)
	}
}

func TestBroken(t *testing.T) {
	t.Run("deep", func(t *testing.T) { t.Error("broken") })
}

func TestPrint(t *testing.T) {}
`

// runFaulty runs the real teleinstr, and spoils what it has done.
func runFaulty(tool string, args []string) int {
	dir, err := os.Getwd()
	if err != nil {
		panic(err)
	}
	e := execute(context.Background(), dir, nil, tool, args...)
	switch args[0] {
	case "list": // keeps a site to itself
		first := strings.Index(e.stdout, "  {")
		e.stdout = e.stdout[:first] + e.stdout[strings.Index(e.stdout, "},")+len("},"):]
	case "generate": // changes what the code does, how it looks, and each time
		src, err := os.ReadFile("add.go")
		if err != nil {
			panic(err)
		}
		src = bytes.Replace(src, []byte("return a + b"), []byte("return a - b"), 1)
		src = bytes.Replace(src, []byte(`"%d", n`), []byte(`"%s", n`), 1)
		if err := os.WriteFile("add.go", append(src, '\n'), 0); err != nil {
			panic(err)
		}
	}
	os.Stdout.WriteString(e.stdout)
	os.Stderr.WriteString(e.stderr)
	if e.status != nil {
		return 1
	}
	return 0
}

// TestFaults makes sure that the runner sees what is wrong with a teleinstr that has faults, and nothing
// else.
func TestFaults(t *testing.T) {
	dir := t.TempDir()
	if err := extract(dir, calculator); err != nil {
		t.Fatal(err)
	}
	t.Setenv(faultyTool, buildTool(t))
	tool, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	report, err := Run(t.Context(), Options{Tool: tool, Module: dir, Scratch: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"list has 4 sites for 5 directives",
		"the second generate has changed files",
		"add.go: gofmt would change it, and would not have before",
		"after strip, git diff is not empty",
		`go vet: add.go: fmt.Sprintf format %s has arg n of wrong type int`,
		"test with telemetry off: example.com/calculator TestAdd",
		"test with telemetry on: example.com/calculator TestAdd",
	}
	for i, failure := range report.Failures {
		if i >= len(want) || !strings.HasPrefix(failure, want[i]) {
			t.Errorf("failure %d was not to be expected: %s", i, failure)
		}
	}
	if len(report.Failures) < len(want) {
		t.Errorf("not found: %q", want[len(report.Failures):])
	}
	if known := strings.Join(report.Known, " "); known != "example.com/calculator TestBroken/deep" {
		t.Errorf("known failures: %q", known)
	}
	if report.Instrumented != 5 || report.Recorded != 4 || report.Names != 5 || report.Passed != 1 {
		t.Errorf("report: %+v", report)
	}
}

func extract(dir, archive string) error {
	for _, file := range txtar.Parse([]byte(archive)).Files {
		if err := os.WriteFile(filepath.Join(dir, file.Name), file.Data, 0o666); err != nil {
			return err
		}
	}
	return nil
}
