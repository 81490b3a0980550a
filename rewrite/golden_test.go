package rewrite

import (
	"bytes"
	"flag"
	"go/format"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/teleinstr/teleinstr/scopes"
)

var update = flag.Bool("update", false, "write what is generated into the goldens")

// goldens is where the golden files are: one behaviour each, as prose, the input NAME.go, the wanted
// NAME.go.golden, and the wanted diagnostics, one a line.
const goldens = "../testdata/rewrite"

// A form is how a source file may be written without meaning anything else.
type form struct {
	name  string
	write func([]byte) []byte
}

var forms = []form{
	{"plain", func(src []byte) []byte { return src }},
	{"CRLF", func(src []byte) []byte { return bytes.ReplaceAll(src, []byte("\n"), []byte("\r\n")) }},
	{"BOM", func(src []byte) []byte { return append([]byte("\ufeff"), src...) }},
	{"no final newline", func(src []byte) []byte { return bytes.TrimSuffix(src, []byte("\n")) }},
}

// TestGolden runs every golden in every form. Whatever the golden is about, the output must be what it
// says, must compile (generate itself makes sure of that), must be as gofmt'd as the input, must not
// change when it is generated again, and must give the input back when it is stripped.
func TestGolden(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join(goldens, "*.txtar"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no goldens: %v", err)
	}
	module := newModule(t)
	archives := map[string]*txtar.Archive{}
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(path), ".txtar")
		archives[name] = archive
		for _, f := range archive.Files {
			module.write(t, filepath.Join(name, f.Name), f.Data)
		}
	}
	packages := module.load(t, slices.Sorted(maps.Keys(archives)))
	for name, archive := range archives {
		t.Run(name, func(t *testing.T) {
			if len(bytes.TrimSpace(archive.Comment)) == 0 {
				t.Error("the golden does not say what it is about")
			}
			if bytes.Contains(txtar.Format(archive), []byte("\nimport \"C\"\n")) {
				needCgo(t)
			}
			g := golden{module: module, dir: filepath.Join(module.dir, name), packages: packages[name], archive: archive}
			for _, form := range forms {
				t.Run(form.name, func(t *testing.T) { g.run(t, form) })
			}
			if *update {
				g.update(t, filepath.Join(goldens, name+".txtar"))
			}
		})
	}
}

// needCgo skips a test of files with cgo where the go command leaves them out, which is no excuse in CI.
func needCgo(t *testing.T) {
	t.Helper()
	out, err := exec.Command("go", "env", "CGO_ENABLED").Output()
	if err != nil {
		t.Fatal(err)
	}
	if strings.TrimSpace(string(out)) != "1" {
		const message = "cgo is off: install a C compiler, such as gcc"
		if os.Getenv("CI") == "true" {
			t.Fatal(message)
		}
		t.Skip(message)
	}
}

type golden struct {
	module   *module
	dir      string
	packages []*loaded
	archive  *txtar.Archive
}

func (g *golden) file(name string) ([]byte, bool) {
	for _, f := range g.archive.Files {
		if f.Name == name {
			return f.Data, true
		}
	}
	return nil, false
}

// inputs returns the input files, in the given form, by absolute path.
func (g *golden) inputs(form form) map[string][]byte {
	inputs := map[string][]byte{}
	for _, f := range g.archive.Files {
		if strings.HasSuffix(f.Name, ".go") {
			inputs[filepath.Join(g.dir, f.Name)] = form.write(f.Data)
		}
	}
	return inputs
}

func (g *golden) run(t *testing.T, form form) {
	inputs := g.inputs(form)
	outputs, diagnostics := generate(t, g.packages, inputs)
	if !*update {
		want, _ := g.file("diagnostics")
		if diff := cmp.Diff(string(want), g.format(diagnostics)); diff != "" && form.name != "BOM" {
			t.Errorf("diagnostics (-want +got):\n%s", diff)
		}
		for path, input := range inputs {
			want := input
			if golden, ok := g.file(filepath.Base(path) + ".golden"); ok {
				want = form.write(golden)
			}
			if diff := cmp.Diff(string(want), string(outputs[path])); diff != "" {
				t.Errorf("%s (-want +got):\n%s", filepath.Base(path), diff)
			}
		}
	}
	for path, out := range overlay(t, g.packages, inputs) {
		checkSameLine(t, path, inputs[path], out)
	}
	again, _ := generate(t, g.packages, outputs)
	for path, input := range inputs {
		if diff := cmp.Diff(string(outputs[path]), string(again[path])); diff != "" {
			t.Errorf("%s changes when generated again (-first +second):\n%s", filepath.Base(path), diff)
		}
		if _, diagnostics := Strip(path, input); diagnostics != nil {
			continue // the golden is about that
		}
		stripped, diagnostics := Strip(path, outputs[path])
		if diff := cmp.Diff(string(input), string(stripped)); diff != "" {
			t.Errorf("strip does not give %s back (-want +got): %v\n%s", filepath.Base(path), diagnostics, diff)
		}
		if formatted(input) && !formatted(outputs[path]) && !bytes.Contains(g.archive.Comment, []byte("Not gofmt'd:")) {
			t.Errorf("%s is not gofmt'd any more:\n%s", filepath.Base(path), outputs[path])
		}
	}
}

func formatted(src []byte) bool {
	out, err := format.Source(src)
	return err == nil && bytes.Equal(out, src)
}

// format writes diagnostics with file names relative to the golden.
func (g *golden) format(diagnostics []scopes.Diagnostic) string {
	var b strings.Builder
	for _, d := range diagnostics {
		d.Position.Filename = filepath.Base(d.Position.Filename)
		b.WriteString(d.String() + "\n")
	}
	return b.String()
}

// update writes what the plain form gives into the golden.
func (g *golden) update(t *testing.T, path string) {
	inputs := g.inputs(forms[0])
	outputs, diagnostics := generate(t, g.packages, inputs)
	archive := &txtar.Archive{Comment: g.archive.Comment}
	for _, f := range g.archive.Files {
		if f.Name == "diagnostics" || strings.HasSuffix(f.Name, ".golden") {
			continue
		}
		archive.Files = append(archive.Files, f)
		if out := outputs[filepath.Join(g.dir, f.Name)]; !bytes.Equal(out, f.Data) {
			archive.Files = append(archive.Files, txtar.File{Name: f.Name + ".golden", Data: out})
		}
	}
	if len(diagnostics) > 0 {
		archive.Files = append(archive.Files, txtar.File{Name: "diagnostics", Data: []byte(g.format(diagnostics))})
	}
	if err := os.WriteFile(path, txtar.Format(archive), 0o644); err != nil {
		t.Fatal(err)
	}
}

// generate generates files in memory. The files on disk that packages names are looked at only for what
// files has not.
func generate(t testing.TB, packages []*loaded, files map[string][]byte) (map[string][]byte, []scopes.Diagnostic) {
	t.Helper()
	g := inPlace()
	for _, path := range slices.Sorted(maps.Keys(files)) {
		g.add(scopes.Source{Path: path, Src: files[path]})
		g.find(g.files[path])
	}
	if err := g.instrumentPackages(packages); err != nil {
		t.Fatal(err)
	}
	result := g.result()
	outputs := maps.Clone(files)
	for _, c := range result.Changes {
		outputs[c.Path] = c.New
	}
	return outputs, result.Diagnostics
}

// overlay returns the same-line form of files that are instrumented and hold no generated code.
func overlay(t testing.TB, packages []*loaded, files map[string][]byte) map[string][]byte {
	t.Helper()
	o := emptyGeneration()
	o.print = func(c *candidate, edits *fileEdits) {
		if len(c.cuts) == 0 {
			c.new = apply(c.src, printSameLine(edits))
		}
	}
	o.finish, o.doesNotCompile = o.verify, func(*loaded, []scopes.Diagnostic) {}
	for _, path := range slices.Sorted(maps.Keys(files)) {
		o.add(scopes.Source{Path: path, Src: files[path]})
		o.find(o.files[path])
	}
	if err := o.instrumentPackages(packages); err != nil {
		t.Fatal(err)
	}
	outputs := map[string][]byte{}
	for path, c := range o.files {
		if c.src != nil && !bytes.Equal(c.new, c.src) {
			outputs[path] = c.new
		}
	}
	return outputs
}

// A module is a scratch module that requires the one under test.
type module struct{ dir string }

func newModule(t testing.TB) *module {
	t.Helper()
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	m := &module{dir}
	m.write(t, "go.mod", []byte("module example.com/golden\n\ngo 1.26.0\n\n"+
		"require github.com/teleinstr/teleinstr v0.0.0-00010101000000-000000000000\n\n"+
		"replace github.com/teleinstr/teleinstr => "+root+"\n"))
	return m
}

func (m *module) write(t testing.TB, name string, data []byte) {
	t.Helper()
	path := filepath.Join(m.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o666); err != nil {
		t.Fatal(err)
	}
}

// load loads the packages in the directories called names, all at once: the go command is slow to start.
func (m *module) load(t testing.TB, names []string) map[string][]*loaded {
	t.Helper()
	var dirs []string
	for _, name := range names {
		dirs = append(dirs, filepath.Join(m.dir, name))
	}
	all, err := load(request{dir: m.dir, patterns: dirs, tests: true})
	if err != nil {
		t.Fatal(err)
	}
	packages := map[string][]*loaded{}
	for _, l := range all {
		name := filepath.Base(l.Dir)
		packages[name] = append(packages[name], l)
	}
	return packages
}
