//go:build unix

// Package overlay shows what becomes of commands and programs of teleinstr go when a signal ends them, and of
// overlays that several commands work out at once.
package overlay

import (
	"bufio"
	"bytes"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	// What the command is built from, so that go test has no cached result for one that has changed.
	_ "github.com/teleinstr/teleinstr/rewrite/overlay"
)

var programs = map[string]string{
	"go.mod": "module example.com/m\n\ngo 1.21\n",
	// ends of signals
	"plain/main.go": `package main

import (
	"fmt"
	"time"
)

//tele:scope work
func work() {}

func main() {
	work()
	fmt.Println("ready")
	time.Sleep(time.Minute)
}
`,
	// handles one itself
	"handling/main.go": `package main

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

//tele:scope work
func work() {}

func main() {
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGTERM)
	work()
	fmt.Println("ready")
	<-c
	fmt.Println("handled")
	os.Exit(7)
}
`,
}

type module struct{ dir, tool, cache string }

func newModule(t *testing.T) *module {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	m := &module{filepath.Join(dir, "m"), filepath.Join(dir, "teleinstr"), filepath.Join(dir, "cache")}
	if _, err := os.ReadDir("../../cmd/teleinstr"); err != nil { // for go test to notice a change of the command itself
		t.Fatal(err)
	}
	if out, err := exec.Command("go", "build", "-o", m.tool, "github.com/teleinstr/teleinstr/cmd/teleinstr").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for name, text := range programs {
		path := filepath.Join(m.dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return m
}

// command returns a command in the module, in a process group of its own, as a shell gives one to a command.
func (m *module) command(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	cache, err := exec.Command("go", "env", "GOCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), args[0], args[1:]...)
	cmd.Dir = m.dir
	cmd.Env = append(os.Environ(), "GOWORK=off", "TELEINSTR_TELEMETRY=1", "TELEINSTR_REPORT=tree",
		"GOCACHE="+strings.TrimSpace(string(cache)), "TELEINSTR_CACHE="+m.cache)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return cmd
}

// outcome is what a command has printed, and how it ended.
type outcome struct{ stdout, stderr, status string }

// signalled starts a command, sends its process group a signal when it says that it is ready, and waits for it.
func signalled(t *testing.T, cmd *exec.Cmd, s syscall.Signal) outcome {
	t.Helper()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	r := bufio.NewReader(out)
	line, err := r.ReadString('\n')
	if err != nil {
		t.Fatalf("%v\n%s", err, &stderr)
	}
	if err := syscall.Kill(-cmd.Process.Pid, s); err != nil {
		t.Fatal(err)
	}
	rest, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	status := "success"
	if err := cmd.Wait(); err != nil {
		status = err.Error()
	}
	return outcome{line + string(rest), stderr.String(), status}
}

// TestSignals compares programs that a signal ends with what they are without teleinstr: they end in the same way, and
// report before.
func TestSignals(t *testing.T) {
	m := newModule(t)
	for _, test := range []struct {
		program string
		signal  syscall.Signal
		report  bool
	}{
		{"plain", syscall.SIGINT, true},
		{"plain", syscall.SIGTERM, true},
		{"plain", syscall.SIGHUP, true},
		{"plain", syscall.SIGKILL, false},
		{"handling", syscall.SIGTERM, true},
		{"handling", syscall.SIGINT, false}, // not handled, but the program could
	} {
		t.Run(test.program+" "+test.signal.String(), func(t *testing.T) {
			binary := filepath.Join(t.TempDir(), "program")
			var outcomes [2]outcome
			for i, build := range [][]string{{"go"}, {m.tool, "go"}} {
				if out, err := m.command(t, append(build, "build", "-o", binary, "./"+test.program)...).CombinedOutput(); err != nil {
					t.Fatalf("%v\n%s", err, out)
				}
				outcomes[i] = signalled(t, m.command(t, binary), test.signal)
			}
			plain, overlaid := outcomes[0], outcomes[1]
			if plain.stdout != overlaid.stdout || plain.status != overlaid.status {
				t.Errorf("%+v, want %+v", overlaid, plain)
			}
			if got := strings.Contains(overlaid.stderr, "\nwork "); got != test.report {
				t.Errorf("reported: %v, want %v:\n%s", got, test.report, overlaid.stderr)
			}
		})
	}
}

// TestIgnoredSignal leaves a signal ignored that is when the program starts, as under nohup.
func TestIgnoredSignal(t *testing.T) {
	m := newModule(t)
	binary := filepath.Join(t.TempDir(), "program")
	if out, err := m.command(t, m.tool, "go", "build", "-o", binary, "./plain").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	cmd := m.command(t, "sh", "-c", "trap '' HUP; "+binary+" & pid=$!; sleep 1; kill -HUP $pid; sleep 1; kill -TERM $pid; wait $pid; echo status $?")
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "status 143") {
		t.Errorf("%v, want the status of SIGTERM:\n%s", err, out)
	}
}

// TestCommandSignalled ends go run by an interrupt from the terminal, with teleinstr and without.
func TestCommandSignalled(t *testing.T) {
	m := newModule(t)
	plain := signalled(t, m.command(t, "go", "run", "./plain"), syscall.SIGINT)
	overlaid := signalled(t, m.command(t, m.tool, "go", "run", "./plain"), syscall.SIGINT)
	if plain.stdout != overlaid.stdout || plain.status != overlaid.status {
		t.Errorf("%+v, want %+v", overlaid, plain)
	}
	if !strings.Contains(overlaid.stderr, "\nwork ") {
		t.Errorf("no report:\n%s", overlaid.stderr)
	}
	// A command that is sent a signal itself dies of it, however the processes take turns.
	for range 8 {
		plain := signalled(t, m.command(t, "go", "run", "./plain"), syscall.SIGTERM)
		overlaid := signalled(t, m.command(t, m.tool, "go", "run", "./plain"), syscall.SIGTERM)
		if plain.status != overlaid.status {
			t.Errorf("status %s, want %s", overlaid.status, plain.status)
		}
	}
}

// TestStopped stops commands while they work the overlay out: the tree is what it was, and the next command works.
func TestStopped(t *testing.T) {
	m := newModule(t)
	before := contents(t, m.dir)
	binary := filepath.Join(t.TempDir(), "program")
	build := []string{m.tool, "go", "build", "-o", binary, "./plain"}
	for i := range 8 {
		if err := os.RemoveAll(m.cache); err != nil {
			t.Fatal(err)
		}
		cmd := m.command(t, build...)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(20+40*i) * time.Millisecond)
		if err := syscall.Kill(-cmd.Process.Pid, []syscall.Signal{syscall.SIGINT, syscall.SIGKILL}[i%2]); err != nil {
			t.Fatal(err)
		}
		cmd.Wait() // has ended, of the signal or before
		if after := contents(t, m.dir); after != before {
			t.Fatalf("stopped after %d ms, the tree is\n%s\nand was\n%s", 20+40*i, after, before)
		}
		if out, err := m.command(t, build...).CombinedOutput(); err != nil {
			t.Fatalf("the next command: %v\n%s", err, out)
		}
	}
}

// TestAtOnce has several commands work the same overlay out at the same time.
func TestAtOnce(t *testing.T) {
	m := newModule(t)
	var wg sync.WaitGroup
	for range 4 {
		cmd := m.command(t, m.tool, "go", "vet", "./...")
		wg.Go(func() {
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
	wg.Wait()
}

func contents(t *testing.T, dir string) string {
	t.Helper()
	var all strings.Builder
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		src, err := os.ReadFile(path)
		all.WriteString(path + "\n" + string(src))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}
