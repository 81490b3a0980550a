package rewrite

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// fuzzImports make sure that what the seeds import is there to be type-checked against.
const fuzzImports = `package a

import (
	_ "context"
	_ "fmt"
	_ "io"
	_ "iter"
	_ "os"
	_ "sync"
	_ "testing"
	_ "time"
)
`

// FuzzGenerate generates any file. Whatever it is, nothing panics, positions lie in the file, what is
// generated compiles (generate sees to that), does not change when generated again, and is stripped to
// the input.
func FuzzGenerate(f *testing.F) {
	seed(f, goldens)
	module := newModule(f)
	module.write(f, "fuzz/a.go", []byte(fuzzImports))
	packages := module.load(f, []string{"fuzz"})["fuzz"]
	path := filepath.Join(module.dir, "fuzz", "a.go")
	f.Fuzz(func(t *testing.T, input []byte) {
		if bytes.Contains(input, []byte("tele:gen")) || bytes.Contains(input, []byte("tele:end")) || bytes.Contains(input, []byte("tele:line")) {
			t.Skip("generated already: see FuzzStrip")
		}
		outputs, diagnostics := generate(t, packages, map[string][]byte{path: input})
		for _, d := range diagnostics {
			if d.Position.Filename == path && d.Position.Offset > len(input) {
				t.Errorf("%s: behind the end of the file", d)
			}
		}
		output := outputs[path]
		if bytes.Equal(output, input) {
			return
		}
		stripped, diagnostics := Strip(path, output)
		if !bytes.Equal(stripped, input) {
			t.Fatalf("strip does not give the input back: %v\n%q\nwas generated to\n%q\nand stripped to\n%q", diagnostics, input, output, stripped)
		}
		again, _ := generate(t, packages, outputs)
		if !bytes.Equal(again[path], output) {
			t.Fatalf("changes when generated again: first\n%s\nsecond\n%s", output, again[path])
		}
	})
}

// FuzzStrip strips any file: nothing panics, and what comes out is stripped already.
func FuzzStrip(f *testing.F) {
	seed(f, goldens)
	f.Fuzz(func(t *testing.T, input []byte) {
		once, diagnostics := Strip("a.go", input)
		if diagnostics != nil {
			return
		}
		twice, diagnostics := Strip("a.go", once)
		if diagnostics == nil && !bytes.Equal(once, twice) {
			t.Errorf("strip of\n%s\ngives\n%s\nand then\n%s", input, once, twice)
		}
	})
}

// seed adds all files of the goldens in a directory.
func seed(f *testing.F, dir string) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.txtar"))
	if err != nil || len(paths) == 0 {
		f.Fatalf("no goldens: %v", err)
	}
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range archive.Files {
			if strings.HasSuffix(file.Name, ".go") || strings.HasSuffix(file.Name, ".golden") {
				f.Add(file.Data)
				f.Add(forms[1].write(file.Data))
			}
		}
	}
}
