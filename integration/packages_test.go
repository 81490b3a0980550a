package integration

import (
	"bytes"
	"go/parser"
	"go/token"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// fewest is how many words say what a package is for.
const fewest = 15

// TestPackageComments wants every package, of all modules, to say what it is for, in one place: doc.go, or the file that is called like
// the package or its directory, main.go for a command. What is only tests says so in any file.
func TestPackageComments(t *testing.T) {
	packages := map[string][]string{} // files by directory
	for _, name := range trackedFiles(t) {
		if strings.HasSuffix(name, ".go") && !strings.Contains(name, "testdata/") {
			packages[path.Dir(name)] = append(packages[path.Dir(name)], name)
		}
	}
	if len(packages) < 40 {
		t.Errorf("%d packages are too few to be all", len(packages))
	}
	for dir, files := range packages {
		checkPackageComment(t, dir, files)
	}
}

// trackedFiles returns what a commit of all that is there would hold, from the top of the repository.
func trackedFiles(t *testing.T) []string {
	t.Helper()
	cmd := exec.Command("git", "ls-files", "--cached", "--others", "--exclude-standard", "-z")
	cmd.Dir = ".."
	out, err := cmd.Output()
	if err != nil {
		t.Skipf("git ls-files: %v", err)
	}
	var names []string
	for name := range bytes.SplitSeq(bytes.TrimRight(out, "\x00"), []byte{0}) {
		names = append(names, string(name))
	}
	return names
}

func checkPackageComment(t *testing.T, dir string, files []string) {
	t.Helper()
	onlyTests := !slices.ContainsFunc(files, func(name string) bool { return !strings.HasSuffix(name, "_test.go") })
	var commented []string
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") && !onlyTests {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), filepath.Join("..", name), nil, parser.PackageClauseOnly|parser.ParseComments)
		if err != nil {
			t.Error(err)
			continue
		}
		if f.Doc.Text() == "" {
			continue
		}
		commented = append(commented, name)
		if words := len(strings.Fields(f.Doc.Text())); words < fewest {
			t.Errorf("%s: the package comment has %d words; say what the package is for, and how", name, words)
		}
		if base := path.Base(name); !onlyTests && base != "doc.go" && base != "main.go" && base != f.Name.Name+".go" && base != path.Base(dir)+".go" {
			t.Errorf("%s: the package comment is where nobody looks for it; write it to %s/doc.go", name, dir)
		}
	}
	switch len(commented) {
	case 0:
		t.Errorf("%s: no package comment; write one to doc.go", dir)
	case 1:
	default:
		t.Errorf("%s: package comments in %s; one is enough", dir, strings.Join(commented, ", "))
	}
}
