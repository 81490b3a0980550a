package scopes_test

import (
	"bytes"
	"flag"
	"fmt"
	"go/ast"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/teleinstr/teleinstr/scopes"
)

var update = flag.Bool("update", false, "write what is found into the goldens")

// goldens is where the golden files are: prose, the input a.go, the sites and the diagnostics found in it.
const goldens = "../testdata/scopes"

func TestFind(t *testing.T) {
	for path, archive := range archives(t) {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			src := archive.Files[0].Data
			sites, diagnostics := find(t, src)
			crlfSites, crlfDiagnostics := find(t, bytes.ReplaceAll(src, []byte("\n"), []byte("\r\n")))
			if diff := cmp.Diff(sites+diagnostics, crlfSites+crlfDiagnostics); diff != "" {
				t.Errorf("line ends make a difference (-LF +CRLF):\n%s", diff)
			}
			got := &txtar.Archive{Comment: archive.Comment, Files: []txtar.File{
				archive.Files[0], {Name: "sites", Data: []byte(sites)}, {Name: "diagnostics", Data: []byte(diagnostics)},
			}}
			if *update {
				if err := os.WriteFile(path, txtar.Format(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(txtar.Format(archive)), string(txtar.Format(got))); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func archives(t testing.TB) map[string]*txtar.Archive {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(goldens, "*.txtar"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no goldens: %v", err)
	}
	all := map[string]*txtar.Archive{}
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all[path] = archive
	}
	return all
}

// find describes what is found in a file.
func find(t *testing.T, src []byte) (sites, diagnostics string) {
	t.Helper()
	fset := token.NewFileSet()
	file, problems := scopes.Parse(fset, "a.go", src)
	if problems != nil {
		return "", join(problems)
	}
	found := scopes.Find(fset, file, src)
	var b strings.Builder
	for _, s := range found.Sites {
		for _, d := range s.Directives {
			fmt.Fprintf(&b, "%s: %s\n", fset.Position(d.Pos), describe(s, d))
		}
	}
	return b.String(), join(found.Diagnostics())
}

func describe(s *scopes.Site, d *scopes.Directive) string {
	where := "in"
	if s.Block == nil {
		where = "above"
	}
	function := "no function"
	if s.Func != nil {
		function = s.Func.Name.Name
	}
	words := []string{string(d.Verb), d.Name}
	if d.Root {
		words = append(words, "root")
	}
	if d.Rebind {
		words = append(words, "rebind")
	}
	if d.Value != nil {
		words = append(words, "= "+d.Value.Text)
	}
	for _, a := range d.Attrs {
		words = append(words, a.Key+": "+a.Value.Text)
	}
	switch s.Block.(type) {
	case *ast.CaseClause:
		words = append(words, "(case)")
	case *ast.CommClause:
		words = append(words, "(communication)")
	}
	return fmt.Sprintf("%s, %s %s", strings.Join(words, " "), where, function)
}

func join(diagnostics []scopes.Diagnostic) string {
	var b strings.Builder
	for _, d := range diagnostics {
		b.WriteString(d.String() + "\n")
	}
	return b.String()
}

// FuzzFind looks for directives in any file: nothing panics, and positions lie in the file.
func FuzzFind(f *testing.F) {
	for _, archive := range archives(f) {
		f.Add(archive.Files[0].Data)
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		fset := token.NewFileSet()
		file, problems := scopes.Parse(fset, "a.go", src)
		if file == nil {
			if len(problems) == 0 {
				t.Error("does not parse, but nothing is wrong")
			}
			return
		}
		found := scopes.Find(fset, file, src)
		for _, d := range found.Diagnostics() {
			if d.Position.Offset > len(src) || d.Message == "" {
				t.Errorf("%v: outside of the file, or without a message", d)
			}
		}
		for _, s := range found.Sites {
			for _, d := range s.Directives {
				for _, a := range d.Attrs {
					if at := fset.PositionFor(a.Value.Pos, false).Offset; !bytes.HasPrefix(src[at:], []byte(a.Value.Text)) {
						t.Errorf("%s is not what stands at its position", a.Value.Text)
					}
				}
			}
		}
	})
}

// FuzzDirective parses the arguments of any directive.
func FuzzDirective(f *testing.F) {
	for _, s := range []string{"a.b", "a.b n=len(x) m=f(a, \"b=c\")", "q=1", "a root rebind k=v // c", "a k==v", "a k= v", "a k=`x", "a k=func() { x = 1 }", "a type=x"} {
		f.Add("scope", s)
		f.Add("gauge", s)
	}
	f.Fuzz(func(t *testing.T, verb, args string) {
		if strings.ContainsAny(verb+args, "\r\n") {
			t.Skip("not one line")
		}
		src := []byte("package a\n\n//tele:" + verb + " " + args + "\nfunc F() {}\n")
		fset := token.NewFileSet()
		file, problems := scopes.Parse(fset, "a.go", src)
		if problems != nil {
			t.Skip("not a comment")
		}
		found := scopes.Find(fset, file, src)
		for _, d := range found.Diagnostics() {
			if line := d.Position.Line; line < 3 || line > 4 {
				t.Errorf("%s: not on the line of the directive", d)
			}
		}
		for _, s := range found.Sites {
			for _, d := range s.Directives {
				if d.Name == "" && d.Verb != scopes.Ignore && len(s.Diagnostics) == 0 {
					t.Errorf("%q: no name, and nothing is wrong", args)
				}
				for _, a := range d.Attrs {
					if _, err := a.Value.Parse(); err != nil {
						t.Errorf("%q: %v", a.Value.Text, err)
					}
				}
			}
		}
	})
}
