package corpus

import (
	"errors"
	"flag"
	"os"
	"path"
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
	flag.StringVar(&flags.Module, "module", "", "run the module in `DIR` instead of our dependencies")
	flag.Func("packages", "with -module: instrument `DIRS` and DIR/... instead of ./...", fields(&flags.Packages))
	flag.Func("run-tests", "with -module: `ARGS` of go test, flags as -flag=value, and packages if not all are to be tested", fields(&flags.TestArgs))
	flag.BoolVar(&flags.CRLF, "crlf", false, "convert the Go files to CRLF first")
	flag.IntVar(&flags.Every, "every", 1, "annotate one site in `N`")
	flag.BoolVar(&flags.Blocks, "blocks", false, "annotate the blocks in functions too")
	flag.BoolVar(&flags.Keys, "keys", false, "record receivers, parameters and results as metadata")
	flag.BoolVar(&flags.LeaveTests, "leave-tests", false, "do not annotate _test.go files")
}

// A dependency is a module that we require, and how much of it to run.
type dependency struct {
	path       string
	packages   string
	testArgs   string
	leaveTests bool
	short      bool // part of go test -short
}

var dependencies = []dependency{
	{path: "github.com/google/go-cmp", packages: "./...", short: true},
	// The skipped test wants a file that it may not write; root may. Others compare contexts.
	{path: "github.com/spf13/cobra", packages: "./...", testArgs: "-skip=^TestFailGenFishCompletionFile$", leaveTests: true, short: true},
	// The tests left out run the go command, and do little else for a long time.
	{path: "github.com/rogpeppe/go-internal", packages: "./...", testArgs: "./cmd/... ./diff ./fmtsort ./imports ./lockedfile/... ./par ./testscript/... ./txtar"},
	{path: "golang.org/x/tools", packages: "./container/... ./go/ast/... ./go/cfg ./internal/diff/... ./internal/typeparams ./txtar"},
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
	for _, d := range dependencies {
		if flags.Module != "" || testing.Short() && !d.short {
			continue
		}
		t.Run(path.Base(d.path), func(t *testing.T) {
			o := flags
			o.Module, o.Packages, o.TestArgs = d.dir(t), strings.Fields(d.packages), strings.Fields(d.testArgs)
			o.LeaveTests = o.LeaveTests || d.leaveTests
			run(t, o)
		})
	}
	var table strings.Builder
	if err := WriteTable(&table, reports); err != nil {
		t.Fatal(err)
	}
	t.Logf("\n%s", &table)
}

// dir returns the directory of the dependency in the module cache.
func (d dependency) dir(t *testing.T) string {
	list := execute(t.Context(), "", nil, "go", "list", "-m", "-f", "{{.Dir}}", d.path)
	if err := list.err(); err != nil {
		t.Fatal(err)
	}
	dir := strings.TrimSpace(list.stdout)
	if dir == "" {
		t.Skipf("%s is not in the module cache; run go mod download %s", d.path, d.path)
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
