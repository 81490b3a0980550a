package rewrite

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/teleinstr/teleinstr/scopes"
)

// annotations is where the golden files of annotate are: prose, the input a.go, the wanted a.go.golden, and the wanted
// notices, one a line.
const annotations = "../testdata/annotate"

// TestAnnotateGolden annotates every golden in every form. Whatever the golden is about, the second time nothing
// changes, lint has nothing new to say, a gofmt'd file stays gofmt'd, and what was put in is taken out to the byte,
// also when code was generated meanwhile.
func TestAnnotateGolden(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join(annotations, "*.txtar"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no goldens: %v", err)
	}
	module := newModule(t)
	var names []string
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, strings.TrimSuffix(filepath.Base(path), ".txtar"))
		module.write(t, filepath.Join(names[len(names)-1], "a.go"), archive.Files[0].Data)
	}
	packages := module.load(t, names)
	for i, path := range paths {
		t.Run(names[i], func(t *testing.T) {
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if len(bytes.TrimSpace(archive.Comment)) == 0 {
				t.Error("the golden does not say what it is about")
			}
			g := golden{dir: filepath.Join(module.dir, names[i]), packages: packages[names[i]], archive: archive}
			for _, form := range forms {
				t.Run(form.name, func(t *testing.T) { g.annotate(t, path, form) })
			}
		})
	}
}

func (g *golden) annotate(t *testing.T, goldenPath string, form form) {
	path := filepath.Join(g.dir, "a.go")
	plain, _ := g.file("a.go")
	input := form.write(plain)
	output, a := annotated(path, input, AnnotateOptions{MinStatements: 1})
	if *update && form.name == "plain" {
		g.archive.Files = []txtar.File{{Name: "a.go", Data: plain}, {Name: "a.go.golden", Data: output}}
		if notices := g.format(a.Unfit); notices != "" {
			g.archive.Files = append(g.archive.Files, txtar.File{Name: "notices", Data: []byte(notices)})
		}
		if err := os.WriteFile(goldenPath, txtar.Format(g.archive), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, _ := g.file("a.go.golden")
	if diff := cmp.Diff(string(form.write(want)), string(output)); diff != "" {
		t.Errorf("annotated (-want +got):\n%s", diff)
	}
	notices, _ := g.file("notices")
	if diff := cmp.Diff(string(notices), g.format(a.Unfit)); diff != "" {
		t.Errorf("notices (-want +got):\n%s", diff)
	}
	checkAnnotated(t, path, input, output)
	outputs, diagnostics := generate(t, g.packages, map[string][]byte{path: output})
	if len(diagnostics) > 0 {
		return // the golden is about that
	}
	removed, _ := unannotated(path, outputs[path])
	if stripped, diagnostics := Strip(path, removed); diagnostics != nil || !bytes.Equal(stripped, stripInput(path, input)) {
		t.Errorf("generated in between, remove and strip do not give the input back: %v\n%s", diagnostics, cmp.Diff(string(input), string(stripped)))
	}
}

func stripInput(path string, input []byte) []byte {
	stripped, _ := Strip(path, input)
	return stripped
}

// annotated returns a file with directives.
func annotated(path string, src []byte, o AnnotateOptions) ([]byte, *Annotation) {
	a := newAnnotator(o)
	a.file(scopes.Source{Path: path, Src: src})
	return outcome(src, a.annotation())
}

// unannotated returns a file without the directives that annotate has made.
func unannotated(path string, src []byte) ([]byte, *Annotation) {
	r := newRemover()
	r.file(scopes.Source{Path: path, Src: src})
	return outcome(src, r.annotation())
}

func outcome(src []byte, a *Annotation) ([]byte, *Annotation) {
	if len(a.Changes) == 0 {
		return src, a
	}
	return a.Changes[0].New, a
}

// checkAnnotated checks what holds of every annotated file.
func checkAnnotated(t *testing.T, path string, input, output []byte) {
	t.Helper()
	all := AnnotateOptions{MinStatements: 1, Tests: true}
	if again, a := annotated(path, output, all); !bytes.Equal(again, output) {
		t.Errorf("annotated again, %d functions change:\n%s", a.Functions, again)
	}
	if back, a := unannotated(path, output); !bytes.Equal(back, input) {
		t.Errorf("remove does not give the input back (-want +got): %v\n%s", a.Diagnostics, cmp.Diff(string(input), string(back)))
	}
	if before, now := lintMessages(path, input), lintMessages(path, output); !slices.Equal(before, now) {
		t.Errorf("lint (-before +now):\n%s", cmp.Diff(before, now))
	}
	if formatted(input) && !formattedButForLines(output) {
		t.Errorf("is not gofmt'd any more:\n%s", output)
	}
	if stripped := stripInput(path, input); stripped != nil {
		want, _ := annotated(path, stripped, all)
		if got, diagnostics := Strip(path, output); !bytes.Equal(got, want) {
			t.Errorf("annotated and stripped is not stripped and annotated (-want +got): %v\n%s", diagnostics, cmp.Diff(string(want), string(got)))
		}
	}
}

// digits may belong to positions.
var digits = regexp.MustCompile(`[0-9]+`)

// lintMessages returns what lint says of a file, without positions.
func lintMessages(path string, src []byte) []string {
	var out []string
	for _, d := range scopes.Lint(newAnnotator(AnnotateOptions{}).fset, scopes.Source{Path: path, Src: src}) {
		out = append(out, d.Subject+": "+digits.ReplaceAllString(d.Message, "N"))
	}
	return out
}

// FuzzAnnotate annotates any file: nothing panics, and all holds that [checkAnnotated] checks.
func FuzzAnnotate(f *testing.F) {
	seed(f, goldens)
	seed(f, annotations)
	f.Fuzz(func(t *testing.T, input []byte) {
		const path = "a.go"
		output, _ := annotated(path, input, AnnotateOptions{MinStatements: 1, Tests: true})
		if bytes.Contains(input, []byte(annotateMark)) {
			unannotated(path, output)
			return
		}
		checkAnnotated(t, path, input, output)
	})
}
