package integration

import (
	"bytes"
	"go/parser"
	"go/token"
	"os"
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

// TestFolders wants the table of folders in CONTRIBUTING.md to tell of every folder with a package that is in one of its first column, or
// right below.
func TestFolders(t *testing.T) {
	text, err := os.ReadFile("../CONTRIBUTING.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "\n## Folders\n")
	section, _, _ = strings.Cut(section, "\n## ")
	rows := map[string]string{} // by folder
	for line := range strings.Lines(section) {
		if columns := strings.Split(line, " | "); len(columns) == 2 {
			rows[strings.Trim(columns[0], "| `")] = columns[1]
		}
	}
	if len(rows) < 5 {
		t.Fatalf("%d folders are too few to be all", len(rows))
	}
	for _, name := range trackedFiles(t) {
		if !strings.HasSuffix(name, ".go") || strings.Contains(name, "testdata/") {
			continue
		}
		dir := path.Dir(name)
		folder := dir
		for rows[folder] == "" && folder != "." {
			folder = path.Dir(folder)
		}
		below, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(dir, folder), "/"), "/")
		if below != "" && !strings.Contains(rows[folder], "`"+below+"`") {
			t.Errorf("CONTRIBUTING.md does not say in the row of %s what is in %s", folder, dir)
		}
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
