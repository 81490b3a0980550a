// Package teleoff shows that annotated functions cost nothing where telemetry is compiled out, and
// allocate nothing where it is off: package annotated is compared with package plain.
package teleoff

import (
	"maps"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// compile returns what the compiler says of a package with -tags teleoff and the flags, the package's path
// replaced by p.
func compile(t *testing.T, name, flags string) string {
	t.Helper()
	out, err := exec.Command("go", "build", "-tags", "teleoff", "-gcflags="+flags, "./"+name).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return strings.ReplaceAll(string(out), "github.com/teleinstr/teleinstr/integration/teleoff/"+name+".", "p.")
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
