package overlay

import (
	"bytes"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/teleinstr/teleinstr/rewrite"
)

var update = flag.Bool("update", false, "write the sources of the runtime package into runtime.txtar")

// TestRuntimeArchive makes sure that what is embedded is the runtime package as it is in this repository.
func TestRuntimeArchive(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "-f", `{{with .Module}}{{if eq .Path "`+rewrite.RuntimeModule+`"}}{{$.Dir}}{{end}}{{end}}`, "../../runtime/autoreport").Output()
	if err != nil {
		t.Fatal(err)
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	archive := &txtar.Archive{
		Comment: []byte("Made by go test ./rewrite/overlay -run TestRuntimeArchive -update; see runtime.go.\n"),
		Files:   []txtar.File{{Name: "go.mod", Data: []byte("module " + rewrite.RuntimeModule + "\n\ngo 1.17\n")}},
	}
	for _, dir := range strings.Fields(string(out)) {
		paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			if strings.HasSuffix(path, "_test.go") {
				continue
			}
			src, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			name, err := filepath.Rel(root, path)
			if err != nil {
				t.Fatal(err)
			}
			archive.Files = append(archive.Files, txtar.File{Name: filepath.ToSlash(name), Data: []byte(constrain(string(src)))})
		}
	}
	slices.SortFunc(archive.Files, func(a, b txtar.File) int { return strings.Compare(a.Name, b.Name) })
	want := txtar.Format(archive)
	if *update {
		if err := os.WriteFile("runtime.txtar", want, 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !bytes.Equal(runtimeArchive, want) {
		t.Error("runtime.txtar is not what the runtime package is; run go test ./rewrite/overlay -run TestRuntimeArchive -update")
	}
}
