package cache

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/teleinstr/teleinstr/rewrite"
)

// A reply is an answer that can be told from others.
type reply struct {
	Number int
	from   rewrite.Footprint
	all    bool
}

func (r *reply) From() (rewrite.Footprint, bool) { return r.from, r.all }

// TestRemembered wants an answer to be remembered until a file changes that it follows from: one by one, all that there are.
func TestRemembered(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux tells programs when files have changed")
	}
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range map[string]string{
		"m/go.mod": "module m\n\ngo 1.26.0\n\nreplace r => ../r\n", "m/go.sum": "", "m/m.go": "package m", "m/sub/s.go": "package sub", "m/vendor/modules.txt": "",
		"r/go.mod": "module r\n", "r/r.go": "package r",
		"go.work": "go 1.26.0\n\nuse (\n\t./m\n\t./used\n)\n", "used/go.mod": "module used\n", "used/u.go": "package used",
		"flat/f.go": "package flat", "tree/below/t.go": "package below",
	} {
		write(name, text)
	}
	in := func(name string) string { return filepath.Join(dir, name) }
	from := rewrite.Footprint{
		Trees: []string{in("tree")}, Directories: []string{in("flat")}, Modules: []string{in("m")}, Packages: []string{in("m/sub"), in("r")}, Complete: true,
	}
	t.Setenv("GOWORK", in("go.work"))
	q := Question{Root: t.TempDir(), Version: "1", Dir: in("m"), Words: []string{"lint"}}
	worked := 0
	ask := func(q Question, from rewrite.Footprint) int {
		t.Helper()
		r, err := Remembered(q, func() (*reply, error) {
			worked++
			return &reply{worked, from, from.Complete}, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return r.Number
	}
	wait := func() { time.Sleep(settled + 100*time.Millisecond) }
	if ask(q, from); ask(q, from) != 2 {
		t.Error("what was worked out from files that had just changed was remembered")
	}
	wait()
	if now := ask(q, from); ask(q, from) != now {
		t.Error("an answer was not remembered")
	}
	for _, name := range []string{
		"m/go.mod", "m/go.sum", "m/m.go", "m/sub/s.go", "m/vendor/modules.txt", "m/new.go", "r/go.mod", "r/r.go", "go.work", "used/u.go", "flat/f.go", "tree/below/t.go",
	} {
		before := ask(q, from)
		text, _ := os.ReadFile(in(name))
		write(name, string(text)+"\n")
		if ask(q, from) == before {
			t.Errorf("%s has changed, and made no difference", name)
		}
	}
	wait()
	now := ask(q, from)
	for _, other := range []Question{
		{q.Root, "2", q.Dir, q.Words}, {q.Root, q.Version, in("r"), q.Words}, {q.Root, q.Version, q.Dir, []string{"check"}}, {t.TempDir(), q.Version, q.Dir, q.Words},
	} {
		if ask(other, from) == now {
			t.Errorf("%+v has the same answer", other)
		}
	}
	q.Version = "3"
	unseen := from
	unseen.Packages = []string{in("elsewhere")}
	if now := ask(q, unseen); ask(q, unseen) == now {
		t.Error("an answer was remembered that follows from a directory where nobody looks for changes")
	}
	q.Version = "4"
	from.Complete = false
	if now := ask(q, from); ask(q, from) == now {
		t.Error("an answer was remembered that may follow from more")
	}
}
