// Command build compares teleinstr go build with go build, in CPU time and in time by the clock, on a module of
// other people with some 1,000 annotated functions, and prints a table.
//
//	go run ./build
//
// Cold, there is nothing in any cache; warm, nothing has changed since the last build. Both commands build the same annotated
// packages, by turns. A ratio is that of the medians.
package main

import (
	"context"
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
	cold := flag.Int("cold", 3, "number of cold builds by each")
	warm := flag.Int("warm", 21, "number of warm builds by each")
	flag.Parse()
	if err := run(context.Background(), *cold, *warm); err != nil {
		fmt.Fprintln(os.Stderr, "build:", err)
		os.Exit(1)
	}
}

// The module is golang.org/x/tools, of which every so many functions are annotated.
const (
	module = "golang.org/x/tools"
	every  = 4
	root   = "../.." // of the repository, seen from where make bench runs
)

func run(ctx context.Context, cold, warm int) error {
	scratch, err := os.MkdirTemp("", "teleinstr-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch)
	b := bench{dir: filepath.Join(scratch, "module"), cache: filepath.Join(scratch, "cache"), tool: filepath.Join(scratch, "teleinstr")}
	if err := b.prepare(ctx); err != nil {
		return err
	}
	out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "\tgo build: CPU s\tclock s\tteleinstr go build: CPU s\tclock s\tCPU ratio\tbudget\tverdict\tclock ratio")
	for _, row := range []struct {
		name   string
		rounds int
		cold   bool
		budget float64
	}{{"cold", cold, true, 1.05}, {"nothing changed", warm, false, 1.15}} {
		plain, overlay, err := b.measure(ctx, row.rounds, row.cold)
		if err != nil {
			return err
		}
		verdict := "missed"
		if overlay.cpu <= row.budget*plain.cpu {
			verdict = "kept"
		}
		fmt.Fprintf(out, "%s\t%.2f\t%.2f\t%.2f\t%.2f\t%.2f\t%.2f\t%s\t%.2f\n", row.name, plain.cpu, plain.clock, overlay.cpu, overlay.clock,
			overlay.cpu/plain.cpu, row.budget, verdict, overlay.clock/plain.clock)
	}
	return out.Flush()
}

type bench struct {
	dir      string // of the module
	tool     string // teleinstr
	cache    string // of both commands
	modules  string // the module cache
	packages []string
}

// prepare builds teleinstr and annotates the module.
func (b *bench) prepare(ctx context.Context) error {
	if _, err := output(ctx, root, "build", "-o", b.tool, "github.com/teleinstr/teleinstr/cmd/teleinstr"); err != nil {
		return err
	}
	source, err := output(ctx, root, "list", "-m", "-f", "{{.Dir}}", module)
	if err != nil {
		return err
	}
	if b.modules, err = output(ctx, root, "env", "GOMODCACHE"); err != nil {
		return err
	}
	if err := corpus.CopyTree(source, b.dir, false); err != nil {
		return err
	}
	sites, err := corpus.Annotate(b.dir, every)
	if err != nil {
		return err
	}
	// A main package would be linked each time, which takes longer than all else.
	list, err := output(ctx, b.dir, "list", "-f", `{{if and .GoFiles (ne .Name "main")}}{{.ImportPath}} {{.Dir}}{{range .GoFiles}} {{.}}{{end}}{{end}}`, "./...")
	if err != nil {
		return err
	}
	lines := 0
	for line := range strings.Lines(list) {
		fields := strings.Fields(line)
		b.packages = append(b.packages, fields[0])
		for _, name := range fields[2:] {
			src, err := os.ReadFile(filepath.Join(fields[1], name))
			if err != nil {
				return err
			}
			lines += strings.Count(string(src), "\n")
		}
	}
	fmt.Printf("%s: %d packages, %d lines; %d functions annotated in the module\n\n", module, len(b.packages), lines, sites)
	return nil
}

func output(ctx context.Context, dir string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir, cmd.Stderr = dir, os.Stderr
	out, err := cmd.Output()
	return strings.TrimSpace(string(out)), err
}

// A cost is that of a command and all that it has started, in seconds.
type cost struct{ cpu, clock float64 }

// measure builds by turns, and returns the median costs.
func (b *bench) measure(ctx context.Context, rounds int, cold bool) (plain, overlay cost, err error) {
	var costs [2][]cost
	first := 1 // fills the caches
	if cold {
		first = 0
	}
	for round := range first + rounds {
		for i, command := range [][]string{{"go"}, {b.tool, "go"}} {
			if cold {
				if err := os.RemoveAll(b.cache); err != nil {
					return cost{}, cost{}, err
				}
			}
			c, err := b.build(ctx, command)
			if err != nil {
				return cost{}, cost{}, err
			}
			if round >= first {
				costs[i] = append(costs[i], c)
			}
		}
	}
	return median(costs[0]), median(costs[1]), nil
}

func (b *bench) build(ctx context.Context, command []string) (cost, error) {
	cmd := exec.CommandContext(ctx, command[0], slices.Concat(command[1:], []string{"build"}, b.packages)...)
	cmd.Dir, cmd.Stderr = b.dir, os.Stderr
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOMODCACHE="+b.modules, "GOCACHE="+filepath.Join(b.cache, "go"), "TELEINSTR_CACHE=")
	start := time.Now()
	if err := cmd.Run(); err != nil {
		return cost{}, fmt.Errorf("%s: %w", strings.Join(command, " "), err)
	}
	state := cmd.ProcessState
	return cost{cpu: (state.UserTime() + state.SystemTime()).Seconds(), clock: time.Since(start).Seconds()}, nil
}

func median(costs []cost) cost {
	var cpu, clock []float64
	for _, c := range costs {
		cpu, clock = append(cpu, c.cpu), append(clock, c.clock)
	}
	slices.Sort(cpu)
	slices.Sort(clock)
	return cost{cpu[len(cpu)/2], clock[len(clock)/2]}
}
