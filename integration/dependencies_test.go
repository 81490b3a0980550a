package integration

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/modfile"
)

// TestDependencies wants CONTRIBUTING.md to say why each module is required that a go.mod of ours requires directly, and to name no other.
func TestDependencies(t *testing.T) {
	ofRoot, ofOthers := dependencyTables(t)
	required := map[string][]string{} // by the table that is to name them
	modules := 0
	for _, name := range trackedFiles(t) {
		if filepath.Base(name) != "go.mod" {
			continue
		}
		modules++
		table := &ofOthers
		if name == "go.mod" {
			table = &ofRoot
		}
		for _, path := range directRequirements(t, name) {
			required[table.title] = append(required[table.title], path)
			if !slices.ContainsFunc(table.patterns, func(p string) bool { return matchesModule(p, path) }) {
				t.Errorf("%s requires %s, and CONTRIBUTING.md does not say why in the table %q", name, path, table.title)
			}
		}
	}
	if modules < 10 {
		t.Errorf("%d modules are too few to be all", modules)
	}
	for _, table := range []dependencyTable{ofRoot, ofOthers} {
		for _, pattern := range table.patterns {
			if !slices.ContainsFunc(required[table.title], func(path string) bool { return matchesModule(pattern, path) }) {
				t.Errorf("CONTRIBUTING.md says in the table %q why %s is required, and nothing requires it", table.title, pattern)
			}
		}
	}
}

// A dependencyTable is one of the tables of CONTRIBUTING.md, with the modules in its first column. Those that end in /... stand for
// all modules below.
type dependencyTable struct {
	title    string
	patterns []string
}

func dependencyTables(t *testing.T) (ofRoot, ofOthers dependencyTable) {
	t.Helper()
	text, err := os.ReadFile("../CONTRIBUTING.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "\n## Direct dependencies\n")
	section, _, _ = strings.Cut(section, "\nOf npm")
	ofRoot.title, ofOthers.title = "Direct dependencies", "Of modules of their own"
	first, second, found := strings.Cut(section, "\n"+ofOthers.title)
	if !found {
		t.Fatalf("CONTRIBUTING.md has no table %q", ofOthers.title)
	}
	ofRoot.patterns, ofOthers.patterns = modulesIn(first), modulesIn(second)
	return ofRoot, ofOthers
}

var code = regexp.MustCompile("`([^`]+)`")

// modulesIn returns what stands as code in the first column of a table.
func modulesIn(table string) (patterns []string) {
	for line := range strings.Lines(table) {
		row, isRow := strings.CutPrefix(line, "| ")
		column, _, _ := strings.Cut(row, " | ")
		if !isRow {
			continue
		}
		for _, found := range code.FindAllStringSubmatch(column, -1) {
			patterns = append(patterns, found[1])
		}
	}
	return patterns
}

func matchesModule(pattern, path string) bool {
	prefix, below := strings.CutSuffix(pattern, "...")
	return path == pattern || below && strings.HasPrefix(path, prefix)
}

// directRequirements returns the modules of others that a go.mod file requires directly.
func directRequirements(t *testing.T, name string) (paths []string) {
	t.Helper()
	src, err := os.ReadFile(filepath.Join("..", name))
	if err != nil {
		t.Fatal(err)
	}
	file, err := modfile.Parse(name, src, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range file.Require {
		if !r.Indirect && r.Mod.Path != module && !strings.HasPrefix(r.Mod.Path, module+"/") {
			paths = append(paths, r.Mod.Path)
		}
	}
	return paths
}
