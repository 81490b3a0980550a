// Package crash shows what becomes of a user's files when generate is killed, interrupted, run twice at once,
// or cannot write.
package crash

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

const (
	packages = 4
	files    = 12 // in each package
	stops    = 12 // with each signal
)

// A module is a scratch module with many files to generate.
type module struct {
	dir, binary string
	old, new    map[string]string // contents by path, before and after generate
}

func newModule(t *testing.T) *module {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	m := &module{dir: filepath.Join(dir, "m"), binary: filepath.Join(dir, "teleinstr")}
	build := exec.Command("go", "build", "-o", m.binary, "./cmd/teleinstr")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	m.write(t, "go.mod", "module example.com/crash\n\ngo 1.26.0\n\n"+
		"require github.com/teleinstr/teleinstr v0.0.0-00010101000000-000000000000\n\n"+
		"replace github.com/teleinstr/teleinstr => "+root+"\n")
	for p := range packages {
		for f := range files {
			m.write(t, fmt.Sprintf("p%d/f%d.go", p, f), fmt.Sprintf("package p%d\n\n//tele:scope f\nfunc F%d() error {\n\treturn nil\n}\n", p, f))
		}
	}
	m.old = m.contents(t)
	m.mustRun(t, "generate", "./...")
	m.new = m.contents(t)
	m.mustRun(t, "strip", "./...")
	m.wantAll(t, m.old)
	return m
}

func (m *module) write(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join(m.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

func (m *module) contents(t *testing.T) map[string]string {
	t.Helper()
	contents := map[string]string{}
	err := filepath.WalkDir(m.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		src, err := os.ReadFile(path)
		contents[path] = string(src)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return contents
}

func (m *module) command(args ...string) *exec.Cmd {
	cmd := exec.Command(m.binary, args...)
	cmd.Dir = m.dir
	return cmd
}

func (m *module) mustRun(t *testing.T, args ...string) {
	t.Helper()
	if out, err := m.command(args...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

func (m *module) wantAll(t *testing.T, want map[string]string) {
	t.Helper()
	got := m.contents(t)
	for path, text := range want {
		if got[path] != text {
			t.Errorf("%s holds\n%s", path, got[path])
		}
	}
	for path := range got {
		if _, ok := want[path]; !ok {
			t.Errorf("%s was left behind", path)
		}
	}
}

// wantOldOrNew wants every file as it was or as it is to be. Temporary files, which the go command does not
// look at, may be left behind only by a kill.
func (m *module) wantOldOrNew(t *testing.T, killed bool) (changed int) {
	t.Helper()
	for path, text := range m.contents(t) {
		switch _, known := m.old[path]; {
		case !known && killed && strings.HasPrefix(filepath.Base(path), "."):
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
		case !known:
			t.Errorf("%s was left behind", path)
		case text != m.old[path] && text != m.new[path]:
			t.Errorf("%s is neither old nor new:\n%s", path, text)
		case text != m.old[path]:
			changed++
		}
	}
	return changed
}

func TestStopped(t *testing.T) {
	m := newModule(t)
	start := time.Now()
	m.mustRun(t, "generate", "./...")
	whole := time.Since(start)
	m.mustRun(t, "strip", "./...")
	for _, signal := range []os.Signal{os.Kill, os.Interrupt, syscall.SIGTERM} {
		partly := 0
		for range stops {
			cmd := m.command("generate", "./...")
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			// Files are written last: most stops aim at that.
			time.Sleep(whole/2 + time.Duration(rand.Int64N(int64(whole/2+1))))
			if err := cmd.Process.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
				t.Fatal(err)
			}
			_ = cmd.Wait() // how it ends does not matter, only what it leaves
			if n := m.wantOldOrNew(t, signal == os.Kill); n > 0 && n < packages*files {
				partly++
			}
			m.mustRun(t, "strip", "./...")
			m.wantAll(t, m.old)
		}
		t.Logf("%v: %d of %d runs were stopped between the first file and the last", signal, partly, stops)
	}
}

func TestTwoAtOnce(t *testing.T) {
	m := newModule(t)
	for range 5 {
		var wg sync.WaitGroup
		outputs := make([]string, 2)
		for i := range outputs {
			wg.Go(func() {
				out, err := m.command("generate", "./...").CombinedOutput()
				if err != nil {
					outputs[i] = string(out)
				}
			})
		}
		wg.Wait()
		for _, out := range outputs {
			if out != "" && !strings.Contains(out, "was changed meanwhile") {
				t.Errorf("generate: %s", out)
			}
		}
		if outputs[0] == "" || outputs[1] == "" {
			m.mustRun(t, "generate", "./...")
		}
		m.mustRun(t, "generate", "--check", "./...")
		m.wantAll(t, m.new)
		m.mustRun(t, "strip", "./...")
	}
}

// unwritable runs generate in a file system of its own that it cannot write to, and then shows what has
// become of the files. The arguments are the module, an empty directory to mount at, the binary, and "full"
// or "read-only".
const unwritable = `
set -e
mount -t tmpfs -o size=1m tmpfs "$2"
cp -r "$1/." "$2"
case $4 in
full) cat /dev/zero >"$2/filler" 2>/dev/null || true ;;
read-only) mount -o remount,ro "$2" ;;
esac
cd "$2"
code=0
"$3" generate ./... || code=$?
rm -f filler 2>/dev/null || true
diff -r "$1" "$2" && echo "unchanged, exit status $code"
`

func TestUnwritable(t *testing.T) {
	if out, err := exec.Command("unshare", "-m", "sh", "-c", "mount -t tmpfs tmpfs /mnt").CombinedOutput(); err != nil {
		message := fmt.Sprintf("needs to mount a file system: %v %s", err, bytes.TrimSpace(out))
		if os.Getenv("CI") == "true" {
			t.Fatal(message)
		}
		t.Skip(message)
	}
	m := newModule(t)
	for how, want := range map[string]string{"full": "no space left on device", "read-only": "read-only file system"} {
		t.Run(how, func(t *testing.T) {
			mount := filepath.Join(t.TempDir(), "mnt")
			if err := os.Mkdir(mount, 0o777); err != nil {
				t.Fatal(err)
			}
			out, err := exec.Command("unshare", "-m", "sh", "-c", unwritable, "sh", m.dir, mount, m.binary, how).CombinedOutput()
			if err != nil || !strings.Contains(string(out), want) || !strings.Contains(string(out), "unchanged, exit status 2") {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}
