package cache

import (
	"fmt"
	"os"
	"path/filepath"
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
	} {
		write(name, text)
	}
	in := func(name string) string { return filepath.Join(dir, name) }
	from := rewrite.Footprint{Trees: []string{in("m")}, Directories: []string{in("m/sub")}, Modules: []string{in("m")}, Packages: []string{in("m/sub"), in("r")}, Complete: true}
	t.Setenv("GOWORK", in("go.work"))
	q := Question{Cache: t.TempDir(), Version: "1", Dir: in("m"), Words: []string{"lint"}}
	worked, meanwhile := 0, func() {}
	ask := func(q Question, from rewrite.Footprint) int {
		t.Helper()
		r, err := Remembered(q, func() (*reply, error) {
			worked++
			meanwhile()
			return &reply{worked, from, from.Complete}, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return r.Number
	}
	wait := func() { time.Sleep(settled + 100*time.Millisecond) }
	wait()
	if now := ask(q, from); ask(q, from) != now {
		t.Error("an answer was not remembered")
	}
	for _, name := range []string{
		"m/go.mod", "m/go.sum", "m/m.go", "m/sub/s.go", "m/vendor/modules.txt", "m/new.go", "r/go.mod", "r/r.go", "go.work", "used/u.go",
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
		{q.Cache, "2", q.Dir, q.Words}, {q.Cache, q.Version, in("r"), q.Words}, {q.Cache, q.Version, q.Dir, []string{"check"}}, {t.TempDir(), q.Version, q.Dir, q.Words},
	} {
		if ask(other, from) == now {
			t.Errorf("%+v has the same answer", other)
		}
	}
	for i, more := range []rewrite.Footprint{
		{Packages: []string{in("elsewhere")}}, {Trees: []string{in("flat")}}, {Directories: []string{in("flat")}}, {Modules: []string{in("flat")}},
	} {
		q.Version = fmt.Sprint("unseen", i)
		unseen := from
		unseen.Packages, unseen.Trees, unseen.Directories, unseen.Modules = append(unseen.Packages, more.Packages...), append(unseen.Trees, more.Trees...),
			append(unseen.Directories, more.Directories...), append(unseen.Modules, more.Modules...)
		if now := ask(q, unseen); ask(q, unseen) == now {
			t.Errorf("an answer was remembered that follows from %+v, where nobody looks for changes", more)
		}
	}
	q.Version = "incomplete"
	incomplete := from
	incomplete.Complete = false
	if now := ask(q, incomplete); ask(q, incomplete) == now {
		t.Error("an answer was remembered that may follow from more")
	}
	q.Version = "meanwhile"
	meanwhile = func() { write("m/meanwhile.go", "package m") }
	now = ask(q, from)
	meanwhile = func() {}
	if os.Remove(in("m/meanwhile.go")); ask(q, from) == now {
		t.Error("an answer was remembered though a file had come in while it was worked out")
	}
	t.Setenv("GOPACKAGESDRIVER", "driver")
	if now := ask(q, from); ask(q, from) == now {
		t.Error("an answer was remembered that a driver of packages may give otherwise")
	}
}
