package corpus

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const plain = `package p

// Documented has text.
func Documented() {}

//go:noinline
func Pragma() {}

func (s *Set[K]) Len() int { return len(s.m) }
func (Set[K]) HTTPName()   {}

/* A block. */
func block() {}

/* beside */ func beside() {}

func stub()
func two() { stub(); stub() }
`

const withDirectives = `package p

// Documented has text.
//
//tele:scope p.documented
func Documented() {}

//go:noinline
//tele:scope p.pragma
func Pragma() {}

//tele:scope p.set.len
func (s *Set[K]) Len() int { return len(s.m) }

//tele:scope p.set.http_name
func (Set[K]) HTTPName()   {}

/* A block. */
//tele:scope p.block
func block() {}

/* beside */ func beside() {}

//tele:scope p.stub
func stub()

//tele:scope p.two
func two() { stub(); stub() }
`

func TestAnnotate(t *testing.T) {
	for _, eol := range []string{"\n", "\r\n"} {
		dir := t.TempDir()
		file := filepath.Join(dir, "p.go")
		if err := os.WriteFile(file, []byte(strings.ReplaceAll(plain, "\n", eol)), 0o666); err != nil {
			t.Fatal(err)
		}
		a, err := annotate(dir, []string{"./..."}, annotateOptions{every: 1})
		if err != nil {
			t.Fatal(err)
		}
		if err := a.write(); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if want := strings.ReplaceAll(withDirectives, "\n", eol); string(got) != want {
			t.Errorf("annotated:\n%q\nwant:\n%q", got, want)
		}
		if a.functions != 8 || len(a.skipped) != 1 {
			t.Errorf("%d functions, skipped %v; want 8, and one reason", a.functions, a.skipped)
		}
		for i, s := range a.sites() {
			if line := strings.Split(string(got), eol)[s.line-1]; line != "//tele:scope "+s.name {
				t.Errorf("site %d is on the line %q", i, line)
			}
			if !a.drop("p.go", s.line) {
				t.Errorf("site %d cannot be dropped", i)
			}
		}
		if err := a.write(); err != nil {
			t.Fatal(err)
		}
		if got, _ := os.ReadFile(file); string(got) != strings.ReplaceAll(plain, "\n", eol) {
			t.Errorf("with all sites dropped:\n%s", got)
		}
	}
}

func TestAnnotateCrowded(t *testing.T) {
	for body, want := range map[string]bool{
		"func f() { return }":       false,
		"func f() {\n\tg(); g()\n}": false,
		"func f() { g(); g() }":     true,
		"func f() int { return 1 }": false,
		"func f()     { return }":   true,
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "p.go"), []byte("package p\n"+body+"\n"), 0o666); err != nil {
			t.Fatal(err)
		}
		a, err := annotate(dir, []string{"."}, annotateOptions{every: 1})
		if err != nil {
			t.Fatal(err)
		}
		if a.files[0].crowded != want {
			t.Errorf("crowded is %t for %s", a.files[0].crowded, body)
		}
	}
}

func TestAnnotateEvery(t *testing.T) {
	dir := t.TempDir()
	for _, path := range []string{"a.go", "b.go", "vendor/v.go", "testdata/t.go", "_x/x.go", "nested/go.mod", "nested/n.go", "sub/_s.go", "sub/s_test.go"} {
		path = filepath.Join(dir, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(plain), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	a, err := annotate(dir, []string{".", "./sub/..."}, annotateOptions{every: 3})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range a.files {
		for _, site := range s.sites {
			got = append(got, filepath.ToSlash(s.path)+" "+site.name)
		}
	}
	// Seven sites a file; beside is none.
	want := "a.go p.documented, a.go p.set.http_name, a.go p.two, b.go p.set.len, b.go p.stub, " +
		"sub/s_test.go p.pragma, sub/s_test.go p.block"
	if strings.Join(got, ", ") != want {
		t.Errorf("annotated %s\nwant %s", strings.Join(got, ", "), want)
	}
}

const blocksAndKeys = `package p

//tele:scope p.r.f receiver=r parameter=a parameterx=b result=n resultx=err
func (r R) f(a, b int, _ string) (n int, err error) {
	//tele:scope p.r.f.block
	for range a { // turns
		//tele:scope p.r.f.block
		if a > 1 { g(); h() }
	}
	switch {
	case a > b:
		//tele:scope p.r.f.block
	label:
		g(func() {
			//tele:scope p.r.f.block
		})
	default:
		//tele:scope p.r.f.block
	}
	return
}

var v = func() {
	//tele:scope p.var.block
	_ = 0
}
`

func TestAnnotateBlocksAndKeys(t *testing.T) {
	dir := t.TempDir()
	directive := regexp.MustCompile(`(?m)^\s*//tele:scope.*\n`)
	if err := os.WriteFile(filepath.Join(dir, "p.go"), directive.ReplaceAll([]byte(blocksAndKeys), nil), 0o666); err != nil {
		t.Fatal(err)
	}
	a, err := annotate(dir, []string{"."}, annotateOptions{every: 1, blocks: true, keys: true})
	if err != nil {
		t.Fatal(err)
	}
	if got := string(a.files[0].annotated()); got != blocksAndKeys {
		t.Errorf("annotated:\n%s", got)
	}
}
