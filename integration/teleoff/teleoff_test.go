// Package teleoff shows that instrumented functions cost nothing where telemetry is compiled out, and
// allocate nothing where it is off. The functions in testdata/forms are compiled as they are and generated.
package teleoff

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

const path = "example.com/teleoff/"

// scratch returns the directory of a module with the functions in package plain, those generated from them
// in package annotated, and the tests of package off.
var scratch = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "teleoff")
	if err != nil {
		return "", err
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module example.com/teleoff\n\ngo 1.26.0\n\n"+
		"require github.com/teleinstr/teleinstr v0.0.0-00010101000000-000000000000\n\n"+
		"replace github.com/teleinstr/teleinstr => "+root+"\n"), 0o666); err != nil {
		return "", err
	}
	for from, to := range map[string]string{"forms": "plain", "forms/": "annotated", "off": "off"} {
		if err := os.CopyFS(filepath.Join(dir, to), os.DirFS(filepath.Join("testdata", from))); err != nil {
			return "", err
		}
	}
	generate := exec.Command("go", "run", "./cmd/teleinstr", "generate", filepath.Join(dir, "annotated"))
	generate.Dir = root
	generate.Stderr = os.Stderr
	return dir, generate.Run()
})

func TestMain(m *testing.M) {
	code := m.Run()
	if dir, err := scratch(); err == nil {
		os.RemoveAll(dir)
	}
	os.Exit(code)
}

func goCommand(t *testing.T, args ...string) string {
	t.Helper()
	dir, err := scratch()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("go", args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return string(out)
}

// TestOff runs the tests of package off.
func TestOff(t *testing.T) { goCommand(t, "test", "-count=1", "./off") }

// compile returns what the compiler says of a package with -tags teleoff and the flags, the package's path
// replaced by p.
func compile(t *testing.T, name, flags string) string {
	t.Helper()
	return strings.ReplaceAll(goCommand(t, "build", "-tags", "teleoff", "-gcflags="+flags, "./"+name), path+name+".", "p.")
}

var (
	function    = regexp.MustCompile(`^p\.(\S+) STEXT`)
	instruction = regexp.MustCompile(`^\t(0x[0-9a-f]+) \d+ \(.*?\)\t(\S.*)`)
	noCode      = regexp.MustCompile(`^(FUNCDATA|PCDATA)\b`)
	variable    = regexp.MustCompile(`p\.[^\s,+]+([+-]\d+\((SP|FP)\))`)
	slot        = regexp.MustCompile(`\d+\(SP\)`)
)

// instructions returns those of each function in the output of -S, with their addresses in it and without the
// names of variables.
func instructions(listing string) map[string][]string {
	code := map[string][]string{}
	name := ""
	for line := range strings.Lines(listing) {
		if line[0] != '\t' {
			name = ""
			if m := function.FindStringSubmatch(line); m != nil {
				name = m[1]
				code[name] = nil
			}
		}
		if m := instruction.FindStringSubmatch(line); m != nil && name != "" && !noCode.MatchString(m[2]) {
			code[name] = append(code[name], m[1]+" "+variable.ReplaceAllString(m[2], "$1"))
		}
	}
	return code
}

// renamed are the functions whose parameter got another name so that closures capture what was the parameter. The
// compiler goes through variables in the order of their declaration when it lays out the stack and saves
// registers there, so that these functions are equal but for the order of such instructions.
var renamed = regexp.MustCompile(`^(Closure|Escaping|Goroutines?)$`)

func TestSameInstructions(t *testing.T) {
	want := instructions(compile(t, "plain", "-S"))
	got := instructions(compile(t, "annotated", "-S"))
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if strings.HasPrefix(name, "Sequence") {
			continue // the body of the range captures one variable more
		}
		g, w := got[name], want[name]
		if renamed.MatchString(name) {
			g, w = unordered(g), unordered(w)
		}
		if !slices.Equal(g, w) {
			t.Errorf("%s: annotated\n%s\nplain\n%s", name, strings.Join(g, "\n"), strings.Join(w, "\n"))
		}
	}
	for name := range got {
		if _, ok := want[name]; !ok {
			t.Errorf("%s: is only in package annotated", name)
		}
	}
	if len(want["UsesMap"]) < 10 {
		t.Errorf("the listing is not understood: %q", want["UsesMap"])
	}
}

// unordered returns the instructions in an order that does not depend on that of the stack's layout.
func unordered(code []string) (sorted []string) {
	for _, i := range code {
		_, text, _ := strings.Cut(i, " ")
		sorted = append(sorted, slot.ReplaceAllString(text, "(SP)"))
	}
	slices.Sort(sorted)
	return sorted
}

var canInline = regexp.MustCompile(`can inline (\S+)`)

func TestStillInlined(t *testing.T) {
	inlinable := func(name string) (names []string) {
		for _, m := range canInline.FindAllStringSubmatch(compile(t, name, "-m"), -1) {
			names = append(names, m[1])
		}
		slices.Sort(names)
		return slices.Compact(names)
	}
	got, want := inlinable("annotated"), inlinable("plain")
	if !slices.Contains(want, "Small") {
		t.Errorf("Small is not inlined to begin with: %q", want)
	}
	for _, name := range want {
		if !slices.Contains(got, name) {
			t.Errorf("%s is inlined no longer", name)
		}
	}
}
