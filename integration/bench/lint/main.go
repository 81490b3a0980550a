// Command lint compares teleinstr lint and generate --check with what else looks at all files of a tree: gofmt -l, go vet, and
// golangci-lint with a single linter. It prints a table.
//
//	go run ./lint
//
// Commands are run by turns, in trees of other people: the standard library and golang.org/x/tools. A ratio is that of the medians of
// the times by the clock. Memory is that of the largest single process. Again means that nothing has changed since the last run, so
// that what is remembered decides; first, that nothing is remembered, but the go command's cache is warm.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/teleinstr/teleinstr/integration/corpus"
)

func main() {
	rounds := flag.Int("rounds", 5, "number of `rounds`")
	goroot := flag.Bool("annotated-goroot", true, "annotate a copy of the standard library too, which is then compiled: some minutes")
	flag.Parse()
	if err := run(context.Background(), *rounds, *goroot); err != nil {
		fmt.Fprintln(os.Stderr, "lint:", err)
		os.Exit(1)
	}
}

const root = "../.." // of the repository, seen from where make bench runs

type bench struct {
	scratch string
	tool    string // teleinstr
	rounds  int
	out     *tabwriter.Writer
}

func run(ctx context.Context, rounds int, annotatedGoroot bool) error {
	scratch, err := os.MkdirTemp("", "teleinstr-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch)
	b := bench{scratch: scratch, tool: filepath.Join(scratch, "teleinstr"), rounds: rounds, out: tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)}
	if _, err := output(ctx, root, "build", "-o", b.tool, "github.com/teleinstr/teleinstr/cmd/teleinstr"); err != nil {
		return err
	}
	fmt.Fprintln(b.out, "\tclock s\tCPU s\tMiB\tratio\tto\tbudget\tverdict")
	if err := b.goroot(ctx); err != nil {
		return err
	}
	if annotatedGoroot {
		if err := b.annotatedGoroot(ctx); err != nil {
			return err
		}
	}
	if err := b.module(ctx); err != nil {
		return err
	}
	return b.out.Flush()
}

// goroot looks at the standard library, in which there are no directives.
func (b *bench) goroot(ctx context.Context) error {
	dir, err := output(ctx, root, "env", "GOROOT")
	if err != nil {
		return err
	}
	src := filepath.Join(dir, "src")
	files, lines, err := count(src)
	if err != nil {
		return err
	}
	fmt.Fprintf(b.out, "the standard library: %d files, %d lines, no directives\t\t\t\t\t\t\t\n", files, lines)
	return b.compare(ctx, src, nil, []subject{
		{name: "gofmt -l", args: []string{filepath.Join(dir, "bin", "gofmt"), "-l", "."}},
		{name: "lint, first", args: []string{b.tool, "lint", "./..."}, fresh: true, yardstick: "gofmt -l", budget: 0.05, memory: 128},
		{name: "lint, again", args: []string{b.tool, "lint", "./..."}, yardstick: "gofmt -l", budget: 0.05, memory: 128},
		{name: "generate --check, first", args: []string{b.tool, "generate", "--check", "./..."}, fresh: true, yardstick: "gofmt -l", budget: 0.05, memory: 128},
	})
}

// annotatedGoroot looks at a copy of the standard library in which one function in a hundred has a directive.
func (b *bench) annotatedGoroot(ctx context.Context) error {
	dir, err := output(ctx, root, "env", "GOROOT")
	if err != nil {
		return err
	}
	other := filepath.Join(b.scratch, "goroot")
	if err := copyGoroot(dir, other); err != nil {
		return err
	}
	src := filepath.Join(other, "src")
	sites, err := corpus.Annotate(src, 100)
	if err != nil {
		return err
	}
	env := []string{"GOROOT=" + other, "GOFLAGS=-mod=vendor"}
	fmt.Fprintf(b.out, "the same, %d functions with directives\t\t\t\t\t\t\t\n", sites)
	subjects := []subject{
		{name: "gofmt -l", args: []string{filepath.Join(dir, "bin", "gofmt"), "-l", "."}},
		{name: "go vet, again", args: []string{filepath.Join(dir, "bin", "go"), "vet", "std"}},
		{name: "lint, first", args: []string{b.tool, "lint", "./..."}, fresh: true, yardstick: "gofmt -l"},
		{name: "lint, again", args: []string{b.tool, "lint", "./..."}, yardstick: "gofmt -l"},
	}
	return b.compare(ctx, src, env, append(subjects, b.golangci()...))
}

// copyGoroot makes a Go tree of another one, with sources of its own.
func copyGoroot(from, to string) error {
	entries, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	if err := os.Mkdir(to, 0o777); err != nil {
		return err
	}
	for _, e := range entries {
		if e.Name() == "src" {
			err = corpus.CopyTree(filepath.Join(from, "src"), filepath.Join(to, "src"), false)
		} else {
			err = os.Symlink(filepath.Join(from, e.Name()), filepath.Join(to, e.Name()))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// golangci returns golangci-lint with a single linter, where the tests of integration/ci have built it.
func (b *bench) golangci() []subject {
	binary, err := filepath.Abs(filepath.Join(root, "build", "golangci-lint", "bin", "golangci-lint"))
	if err == nil {
		_, err = os.Stat(binary)
	}
	if err != nil {
		fmt.Fprintln(b.out, "  golangci-lint: not built; the tests of integration/ci build it\t\t\t\t\t\t\t")
		return nil
	}
	args := []string{binary, "run", "--no-config", "--enable-only=ineffassign", "./..."}
	return []subject{{name: "golangci-lint, ineffassign, again", args: args, yardstick: "gofmt -l"}}
}

// The module of the budget for generate --check, of which every so many functions are annotated.
const (
	module = "golang.org/x/tools"
	every  = 4
)

// module looks at a module whose code is generated, and up to date.
func (b *bench) module(ctx context.Context) error {
	source, err := output(ctx, root, "list", "-m", "-f", "{{.Dir}}", module)
	if err != nil {
		return err
	}
	dir := filepath.Join(b.scratch, "module")
	if err := corpus.CopyTree(source, dir, false); err != nil {
		return err
	}
	// A program that does not compile stands in the way of generate, which leaves its directory out then.
	if err := os.Remove(filepath.Join(dir, "internal", "gcimporter", "main.go")); err != nil {
		return err
	}
	sites, err := corpus.Annotate(dir, every)
	if err != nil {
		return err
	}
	checkout, err := filepath.Abs(root)
	if err != nil {
		return err
	}
	const tool = "github.com/teleinstr/teleinstr"
	if _, err := output(ctx, dir, "mod", "edit", "-require="+tool+"@v0.0.0", "-replace="+tool+"="+checkout, "-tool="+tool+"/cmd/teleinstr"); err != nil {
		return err
	}
	if _, err := output(ctx, dir, "mod", "tidy"); err != nil {
		return err
	}
	generate := exec.CommandContext(ctx, b.tool, "generate", "./...")
	generate.Dir, generate.Stderr = dir, os.Stderr
	if err := generate.Run(); err != nil {
		return fmt.Errorf("generate: %w", err)
	}
	time.Sleep(3 * time.Second) // files that have changed just now are not remembered
	list, err := output(ctx, dir, "list", "./...")
	if err != nil {
		return err
	}
	packages := strings.Fields(list)
	fmt.Fprintf(b.out, "%s: %d packages, %d functions with generated code, nothing changed\t\t\t\t\t\t\t\n", module, len(packages), sites)
	return b.compare(ctx, dir, []string{"GOWORK=off"}, append([]subject{
		{name: "gofmt -l", args: []string{"gofmt", "-l", "."}},
		{name: "go vet, again", args: append([]string{"go", "vet"}, packages...)},
		{name: "generate --check, first", args: []string{b.tool, "generate", "--check", "./..."}, fresh: true, yardstick: "go vet, again"},
		{name: "generate --check, again", args: []string{b.tool, "generate", "--check", "./..."}, yardstick: "go vet, again", budget: 0.5},
		{name: "lint, first", args: []string{b.tool, "lint", "./..."}, fresh: true, yardstick: "go vet, again"},
		{name: "lint, again", args: []string{b.tool, "lint", "./..."}, yardstick: "go vet, again"},
	}, b.golangci()...))
}

// A subject is a command that is measured.
type subject struct {
	name  string
	args  []string
	fresh bool // with nothing remembered
	// yardstick names the subject to compare with, none if it is empty; budget and memory, in MiB, bound the ratio and the
	// command's own memory, unless they are 0.
	yardstick string
	budget    float64
	memory    float64
}

// A cost is that of one run.
type cost struct{ clock, cpu, memory float64 }

// compare runs the subjects by turns in a directory, and prints their rows. A round ahead fills the caches.
func (b *bench) compare(ctx context.Context, dir string, env []string, subjects []subject) error {
	costs := map[string][]cost{}
	for round := range 1 + b.rounds {
		for _, s := range subjects {
			c, err := b.measure(ctx, dir, env, s)
			if err != nil {
				return fmt.Errorf("%s: %w", s.name, err)
			}
			if round > 0 {
				costs[s.name] = append(costs[s.name], c)
			}
		}
	}
	for _, s := range subjects {
		c := median(costs[s.name])
		fmt.Fprintf(b.out, "  %s\t%.2f\t%.2f\t%.0f\t", s.name, c.clock, c.cpu, c.memory)
		if s.yardstick == "" {
			fmt.Fprintln(b.out, "\t\t\t")
			continue
		}
		fmt.Fprintf(b.out, "%.3f\t%s\t%s\n", c.clock/median(costs[s.yardstick]).clock, s.yardstick, s.verdict(c, median(costs[s.yardstick])))
	}
	return nil
}

func (s *subject) verdict(c, yardstick cost) string {
	if s.budget == 0 {
		return "\t"
	}
	budget, verdict := fmt.Sprintf("%.2f", s.budget), "kept"
	if s.memory > 0 {
		budget += fmt.Sprintf(", %.0f MiB", s.memory)
	}
	if c.clock > s.budget*yardstick.clock || s.memory > 0 && c.memory > s.memory {
		verdict = "missed"
	}
	return budget + "\t" + verdict
}

func (b *bench) measure(ctx context.Context, dir string, env []string, s subject) (cost, error) {
	memory := filepath.Join(b.scratch, "remembered")
	if s.fresh {
		memory = filepath.Join(b.scratch, "forgotten")
		if err := os.RemoveAll(memory); err != nil {
			return cost{}, err
		}
	}
	cmd := exec.CommandContext(ctx, s.args[0], s.args[1:]...)
	cmd.Dir, cmd.Env = dir, slices.Concat(os.Environ(), env, []string{"TELEINSTR_CACHE=" + memory, "PWD=" + dir})
	start := time.Now()
	err := cmd.Run()
	elapsed := time.Since(start)
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) { // findings are no failure here
		return cost{}, err
	}
	state := cmd.ProcessState
	return cost{elapsed.Seconds(), (state.UserTime() + state.SystemTime()).Seconds(), peakMemory(state)}, nil
}

func median(costs []cost) cost {
	by := func(figure func(cost) float64) float64 {
		var all []float64
		for _, c := range costs {
			all = append(all, figure(c))
		}
		slices.Sort(all)
		return all[len(all)/2]
	}
	return cost{by(func(c cost) float64 { return c.clock }), by(func(c cost) float64 { return c.cpu }), by(func(c cost) float64 { return c.memory })}
}

// count counts the Go files below a directory, and their lines.
func count(dir string) (files, lines int, err error) {
	err = filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".go" {
			return err
		}
		src, err := os.ReadFile(path)
		files++
		lines += strings.Count(string(src), "\n")
		return err
	})
	return files, lines, err
}

func output(ctx context.Context, dir string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir, cmd.Stderr = dir, os.Stderr
	out, err := cmd.Output()
	return strings.TrimSpace(string(out)), err
}
