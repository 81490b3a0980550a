// Package behaviour shows that instrumented programs do what the originals do. Each folder below testdata is
// a program with directives in all places that matter. It is built as it is and instrumented, in place and over an
// overlay; the latter are
// run with telemetry off, on, and compiled out. What the runs print, how they exit, and the functions in
// their stack traces must be the same; and over an overlay, the lines as well.
package behaviour

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const telemetry = `package main

import (
	"github.com/teleinstr/teleinstr/runtime"
	"github.com/teleinstr/teleinstr/runtime/simple"
)

func init() { tele.SetDefault(tele.New(simple.New(nil))) }
`

func TestBehaviour(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	programs, err := filepath.Glob("testdata/*/main.go")
	if err != nil || len(programs) == 0 {
		t.Fatalf("no programs: %v", err)
	}
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "go.mod"), "module example.com/behaviour\n\ngo 1.26.0\n\n"+
		"require github.com/teleinstr/teleinstr v0.0.0-00010101000000-000000000000\n\n"+
		"replace github.com/teleinstr/teleinstr => "+root+"\n")
	for _, program := range programs {
		src, err := os.ReadFile(program)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(filepath.Dir(program))
		write(t, filepath.Join(dir, name, "main.go"), string(src))
		write(t, filepath.Join(dir, name, "telemetry.go"), telemetry)
	}
	command(t, root, "go", "build", "-o", filepath.Join(dir, "bin", "teleinstr"), "./cmd/teleinstr")
	command(t, dir, "go", "build", "-o", "bin/original/", "./...")
	command(t, dir, "bin/teleinstr", "go", "build", "-o", "bin/overlay/", "./...")
	command(t, dir, "bin/teleinstr", "generate", "./...")
	command(t, dir, "go", "vet", "./...")
	command(t, dir, "go", "build", "-o", "bin/instrumented/", "./...")
	command(t, dir, "go", "build", "-tags", "teleoff", "-o", "bin/teleoff/", "./...")
	for _, program := range programs {
		name := filepath.Base(filepath.Dir(program))
		t.Run(name, func(t *testing.T) {
			original := filepath.Join(dir, "bin", "original", name)
			want := map[*regexp.Regexp]outcome{anyLine: run(t, anyLine, original), samePosition: run(t, samePosition, original)}
			for _, how := range []struct {
				name, binary string
				position     *regexp.Regexp
				env          []string
			}{
				{"off", "instrumented", anyLine, nil},
				{"on", "instrumented", anyLine, []string{"TELEINSTR_TELEMETRY=1"}},
				{"compiled out", "teleoff", anyLine, []string{"TELEINSTR_TELEMETRY=1"}},
				{"off", "overlay", samePosition, nil},
				{"on", "overlay", samePosition, []string{"TELEINSTR_TELEMETRY=1"}},
			} {
				got := run(t, how.position, filepath.Join(dir, "bin", how.binary, name), how.env...)
				if diff := cmp.Diff(want[how.position], got); diff != "" {
					t.Errorf("telemetry %s, %s (-original +instrumented):\n%s", how.name, how.binary, diff)
				}
			}
		})
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

func command(t *testing.T, dir, name string, args ...string) {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	if strings.Contains(name, "/") {
		cmd.Path = filepath.Join(dir, name)
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
}

// An outcome is what can be seen of a run.
type outcome struct {
	Stdout string
	Stderr string // see normalize
	Exit   int
}

func run(t *testing.T, position *regexp.Regexp, path string, env ...string) outcome {
	t.Helper()
	cmd := exec.Command(path)
	cmd.Env = append([]string{"GOTRACEBACK=all"}, env...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return outcome{stdout.String(), normalize(stderr.String(), position), cmd.ProcessState.ExitCode()}
}

var (
	telemetryLog = regexp.MustCompile(`(?m)^\d{4}/\d\d/\d\d .* telemetry: .*\n`)
	arguments    = regexp.MustCompile(`(?m)^(\S.*)\(.*\)$`)
	// Positions in stack traces: the second group is kept.
	anyLine      = regexp.MustCompile(`(?m)^\t(.*/)?([^/]+\.go):\d+.*$`)
	samePosition = regexp.MustCompile(`(?m)^\t()(.*\.go:\d+).*$`)
	goroutine    = regexp.MustCompile(`goroutine \d+|0x[0-9a-f]+`)
)

// normalize takes out of what a program writes to standard error what may differ: what telemetry logs, and of
// stack traces the arguments and addresses. Generated code moves lines; an overlay does not.
func normalize(s string, position *regexp.Regexp) string {
	s = telemetryLog.ReplaceAllString(s, "")
	s = position.ReplaceAllString(s, "\t$2")
	s = arguments.ReplaceAllString(s, "$1(…)")
	return goroutine.ReplaceAllString(s, "…")
}

func TestNormalize(t *testing.T) {
	got := normalize("panic: x\n\ngoroutine 7 [running]:\nmain.f(0x1, {0x2, 0x3})\n\t/tmp/a/main.go:12 +0x1f\n2026/11/22 15:00:00 ERROR telemetry: y\n", anyLine)
	want := "panic: x\n\n… [running]:\nmain.f(…)\n\tmain.go\n"
	if got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
