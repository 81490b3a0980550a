package corpus

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// flags are the options that the command line sets.
var flags Options

func init() {
	fields := func(list *[]string) func(string) error {
		return func(s string) error {
			*list = strings.Fields(s)
			return nil
		}
	}
	flag.StringVar(&flags.Module, "module", "", "run the module in `DIR` instead of our dependencies, with the options that follow")
	flag.Func("packages", "instrument `DIRS` and DIR/... instead of ./...", fields(&flags.Packages))
	flag.Func("run-tests", "`ARGS` of go test: flags as -flag=value, and packages if not all are to be tested", fields(&flags.TestArgs))
	flag.BoolVar(&flags.CRLF, "crlf", false, "convert the Go files to CRLF first")
	flag.IntVar(&flags.Every, "every", 1, "annotate one site in `N`")
	flag.BoolVar(&flags.Blocks, "blocks", false, "annotate the blocks in functions too")
	flag.BoolVar(&flags.Keys, "keys", false, "record receivers, parameters and results as metadata")
	flag.BoolVar(&flags.Overlay, "by-overlay", false, "run the go command over an overlay, instead of generating")
	flag.BoolVar(&flags.LeaveTests, "leave-tests", false, "do not annotate _test.go files")
}

// dependencies are modules that we require, and how much of each to run.
var dependencies = []struct {
	name, path string
	options    Options
}{
	{"go-cmp", "github.com/google/go-cmp", Options{}},
	{"go-cmp_blocks", "github.com/google/go-cmp", Options{Blocks: true, Keys: true, CRLF: true}},
	{"go-cmp_overlay", "github.com/google/go-cmp", Options{Overlay: true}},
	{"cobra_overlay", "github.com/spf13/cobra", Options{
		Overlay: true, Blocks: true,
		TestArgs:   []string{"-skip=^TestFailGenFishCompletionFile$"},
		LeaveTests: true,
	}},
	{"cobra", "github.com/spf13/cobra", Options{
		TestArgs:   []string{"-skip=^TestFailGenFishCompletionFile$"}, // wants a file that it may not write; root may
		LeaveTests: true,
	}},
	{"go-internal", "github.com/rogpeppe/go-internal", Options{
		// What is skipped closes a terminal without waiting for what is still to be read from it. The
		// packages left out run the go command for a long time, and little of their own code.
		TestArgs: strings.Fields("-skip=^TestScripts$/^pty$ ./cmd/... ./diff ./fmtsort ./imports ./lockedfile/... ./par ./testscript/... ./txtar"),
	}},
	{"tools", "golang.org/x/tools", Options{
		Packages: strings.Fields("./container/... ./go/ast/... ./go/cfg ./internal/diff/... ./internal/typeparams ./txtar"),
	}},
}

// TestCorpus runs our dependencies, or the module that -module names.
func TestCorpus(t *testing.T) {
	tool := buildTool(t)
	var reports []*Report
	run := func(t *testing.T, o Options) {
		o.Tool, o.Scratch = tool, t.TempDir()
		report, err := Run(t.Context(), o)
		if errors.Is(err, ErrUnavailable) && os.Getenv("CI") != "true" {
			t.Skip(err)
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, failure := range report.Failures {
			t.Error(failure)
		}
		reports = append(reports, report)
	}
	if flags.Module != "" {
		run(t, flags)
	}
	for i, d := range dependencies {
		if flags.Module != "" || testing.Short() && i > 0 {
			continue
		}
		t.Run(d.name, func(t *testing.T) {
			d.options.Module = moduleDir(t, d.path)
			run(t, d.options)
		})
	}
	var table strings.Builder
	if err := WriteTable(&table, reports); err != nil {
		t.Fatal(err)
	}
	t.Logf("\n%s", &table)
}

// moduleDir returns the directory of a dependency in the module cache.
func moduleDir(t *testing.T, path string) string {
	list := execute(t.Context(), "", nil, "go", "list", "-m", "-f", "{{.Dir}}", path)
	if err := list.err(); err != nil {
		t.Fatal(err)
	}
	dir := strings.TrimSpace(list.stdout)
	if dir == "" {
		t.Fatalf("%s is not in the module cache; run go mod download %s", path, path)
	}
	return dir
}

// buildTool builds the teleinstr command. It looks at the directories that its source is in, so that go test
// has no cached result for a command that has changed.
func buildTool(t *testing.T) string {
	const command = "github.com/teleinstr/teleinstr/cmd/teleinstr"
	list := execute(t.Context(), "", nil, "go", "list", "-deps", "-f", "{{with .Module}}{{if .Main}}{{$.Dir}}{{end}}{{end}}", command)
	if err := list.err(); err != nil {
		t.Fatal(err)
	}
	for dir := range strings.Lines(list.stdout) {
		if _, err := os.ReadDir(strings.TrimSpace(dir)); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(t.TempDir(), "teleinstr")
	if err := execute(t.Context(), "", nil, "go", "build", "-o", path, command).err(); err != nil {
		t.Fatal(err)
	}
	return path
}
