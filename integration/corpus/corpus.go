package corpus

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// Options say what Run does.
type Options struct {
	Tool     string   // the teleinstr command
	Module   string   // directory of the module, which is left as it is
	Scratch  string   // empty directory to work in
	Packages []string // directories and DIR/... of the module; ./... if there are none
	TestArgs []string // flags of go test, and packages where not all of Packages are to be tested
	CRLF     bool     // give the Go files CRLF line ends first
	Every    int      // annotate one site in so many; 0 stands for 1
	Blocks   bool     // annotate the blocks in functions too, not only functions
	Keys     bool     // record receivers, parameters and results as metadata

	// Overlay has the go command build over an overlay, instead of generating the code in place.
	Overlay bool
	// LeaveTests passes _test.go files by. Helpers in them that are instrumented hand on another context
	// than they get, which matters to a test that compares the two.
	LeaveTests bool
}

// Run proves the rewriter on a copy of a module. It must be called from within our own module. An error,
// such as [ErrUnavailable], is what kept it from going on; what it finds wrong is in the report.
func Run(ctx context.Context, o Options) (*Report, error) {
	if len(o.Packages) == 0 {
		o.Packages = []string{"./..."}
	}
	m, err := newModule(ctx, o.Module, o.Scratch, o.CRLF)
	if err != nil {
		return nil, err
	}
	if err := m.available(ctx, o.Packages); err != nil {
		return nil, err
	}
	a, err := annotate(m.dir, o.Packages, annotateOptions{max(o.Every, 1), o.Blocks, o.Keys, o.LeaveTests})
	if err != nil {
		return nil, err
	}
	t := &trial{Options: o, m: m, a: a, report: newReport(m.path, a)}
	if err := t.prepare(ctx); err != nil {
		return nil, err
	}
	steps := []func(context.Context) error{t.generateAgain, t.format, t.vet, t.test, t.strip, t.compare}
	if o.Overlay {
		steps = []func(context.Context) error{t.vet, t.positions, t.untouched, t.test, t.compare}
	} else if !t.generate(ctx) {
		return t.report, nil
	}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	return t.report, nil
}

// A trial is a module on its way through the steps.
type trial struct {
	Options
	m      *module
	a      *annotation
	report *Report

	formatted map[string]bool // files as gofmt has them, before they are generated
	findings  map[string]int  // of go vet
	off, on   *suite          // with telemetry off, and on
}

// tool runs teleinstr on the packages.
func (t *trial) tool(ctx context.Context, args ...string) *execution {
	return t.m.run(ctx, t.Tool, append(args, t.Packages...)...)
}

// goCommand returns the go command that instruments, or the one that builds what generate has written.
func (t *trial) goCommand() []string {
	if t.Overlay {
		return []string{t.Tool, "go"}
	}
	return []string{"go"}
}

// prepare annotates the files, asks which sites are refused, and takes the directives off those.
func (t *trial) prepare(ctx context.Context) error {
	if err := t.a.write(); err != nil {
		return err
	}
	rows, err := t.list(ctx)
	if err != nil {
		return err
	}
	if n := len(t.a.sites()); len(rows) != n {
		t.report.fail("list has %d sites for %d directives", len(rows), n)
	}
	for _, r := range rows {
		if r.Refused == "" {
			continue
		}
		reason, _, _ := strings.Cut(strings.ReplaceAll(r.Refused, t.m.dir, "."), "; ")
		t.report.Refused[reason]++
		if !t.a.drop(r.File, r.Line) {
			return fmt.Errorf("list names %s:%d, where there is no directive", r.File, r.Line)
		}
	}
	if err := t.a.write(); err != nil {
		return err
	}
	t.report.Instrumented = len(t.a.sites())
	t.formatted, err = t.gofmt(ctx)
	if err != nil {
		return err
	}
	return t.m.commit(ctx, annotated)
}

// A row is a site as list prints it.
type row struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	Refused string `json:"refused"`
}

// list returns the sites. The command exits 1 where some are refused.
func (t *trial) list(ctx context.Context) (rows []row, err error) {
	e := t.tool(ctx, "list", "--format", "json")
	if err := json.Unmarshal([]byte(e.stdout), &rows); err != nil {
		return nil, errors.Join(e.err(), err)
	}
	return rows, nil
}

// regionEnd is what generated code ends with, of which each site has one piece or more.
const regionEnd = "//tele:end "

// generate reports whether there is sense in going on.
func (t *trial) generate(ctx context.Context) bool {
	e := t.tool(ctx, "generate")
	t.report.Generate = e.took
	if err := e.err(); err != nil {
		t.report.fail("%v", err)
		return false
	}
	regions, err := t.a.count(regionEnd)
	if err != nil || regions < t.report.Instrumented {
		t.report.fail("generate has put code into %d sites of %d; %v", regions, t.report.Instrumented, err)
	}
	return true
}

// generateAgain makes sure that there is nothing left to generate.
func (t *trial) generateAgain(ctx context.Context) error {
	before, err := t.m.diff(ctx)
	if err != nil {
		return err
	}
	for _, args := range [][]string{{"generate", "--check"}, {"generate", "-l"}, {"generate"}} {
		if e := t.tool(ctx, args...); e.status != nil || e.stdout+e.stderr != "" {
			t.report.fail("again: %s: %v\n%s%s", e.command, e.status, e.stdout, e.stderr)
		}
	}
	after, err := t.m.diff(ctx)
	if err == nil && after != before {
		t.report.fail("the second generate has changed files")
	}
	return err
}

// untouched makes sure that nothing was written below the module.
func (t *trial) untouched(ctx context.Context) error {
	status := t.m.run(ctx, "git", "status", "--porcelain", "--ignored")
	if status.stdout != "" {
		t.report.fail("the overlay has changed files:\n%s", status.stdout)
	}
	return status.err()
}

// strip makes sure that the generated code can be taken out without a trace.
func (t *trial) strip(ctx context.Context) error {
	if err := t.tool(ctx, "strip").err(); err != nil {
		t.report.fail("%v", err)
	}
	diff, err := t.m.diff(ctx)
	if diff != "" {
		t.report.fail("after strip, git diff is not empty:\n%s", diff)
	}
	return err
}
