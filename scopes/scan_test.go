package scopes_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/teleinstr/teleinstr/scopes"
)

// tree is a module with files in all places that matter; those that hold a directive say so in their name.
const tree = `
-- go.mod --
module example.com/m

go 1.26.0
-- yes.go --
package m

//tele:scope a
func A() {}
-- no.go --
package m
-- yes_windows.go --
package m

// Tele:scope a
func B() {}
-- yes_test.go --
package m

/* tele: scope a */
-- text.txt --
//tele:scope a
-- sub/yes.go --
package sub

	//tele:scope a
-- sub/.hidden.go --
//tele:scope a
-- sub/_ignored.go --
//tele:scope a
-- sub/prose.go --
package sub // telemetry, see x:tele:scope
-- vendor/example.com/v/v.go --
//tele:scope a
-- testdata/t.go --
//tele:scope a
-- _skipped/s.go --
//tele:scope a
-- .git/g.go --
//tele:scope a
-- nested/go.mod --
module example.com/nested
-- nested/yes.go --
//tele:scope a
`

func TestScan(t *testing.T) {
	dir := t.TempDir()
	for _, f := range txtar.Parse([]byte(tree)).Files {
		path := filepath.Join(dir, f.Name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, f.Data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	tests := []struct {
		patterns string
		want     string // paths, or the error
	}{
		{"", "yes.go yes_test.go yes_windows.go"},
		{".", "yes.go yes_test.go yes_windows.go"},
		{"./...", "sub/yes.go yes.go yes_test.go yes_windows.go"},
		{"... ./... sub", "sub/yes.go yes.go yes_test.go yes_windows.go"},
		{"sub", "sub/yes.go"},
		{"./sub/...", "sub/yes.go"},
		{"yes.go sub/yes.go", "sub/yes.go yes.go"},
		{"no.go", ""},
		{"nested", "nested/yes.go"},
		{"nested/...", "nested/yes.go"},
		{"testdata", "testdata/t.go"},
		{"example.com/m/...", "sub/yes.go yes.go yes_test.go yes_windows.go"},
		{"example.com/m/sub", "sub/yes.go"},
		{"./none", "./none: no such file or directory; give a directory, a file or a pattern such as ./..."},
		{"./none/...", "./none/...: no such file or directory; give a directory, a file or a pattern such as ./..."},
		{"none.go", "none.go: no such file or directory; give a directory, a file or a pattern such as ./..."},
		{"text.txt", "text.txt: not a Go file; give a directory, a .go file or a pattern such as ./..."},
		{"./.git/../vendor", "./.git/../vendor: no Go files found; give a directory, a file or a pattern such as ./..."},
	}
	for _, tt := range tests {
		t.Run(tt.patterns, func(t *testing.T) {
			scanned, err := scopes.Scan(dir, strings.Fields(tt.patterns), scopes.MayHold)
			var got []string
			if err != nil {
				got = []string{err.Error()}
				scanned = new(scopes.Scanned)
			}
			for _, s := range scanned.Sources {
				rel, err := filepath.Rel(dir, s.Path)
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, filepath.ToSlash(rel))
			}
			if diff := cmp.Diff(tt.want, strings.Join(got, " ")); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
	if err := os.WriteFile(filepath.Join(dir, "go.work"), []byte("go 1.26.0\n\nuse (\n\t.\n\t./nested\n)\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	for work, want := range map[string]int{"": 5, "off": 4} {
		t.Setenv("GOWORK", work)
		if scanned, err := scopes.Scan(dir, []string{"./..."}, scopes.MayHold); err != nil || len(scanned.Sources) != want {
			t.Errorf("with GOWORK=%s, %+v of a workspace, want %d files: %v", work, scanned, want, err)
		}
	}
	all := func([]byte) bool { return true }
	if scanned, err := scopes.Scan(dir, []string{"."}, all); err != nil || len(scanned.Sources) != 4 || len(scanned.Sources[0].Src) == 0 {
		t.Errorf("all files: %+v, want 4: %v", scanned, err)
	}
	if _, err := scopes.Scan(dir, []string{"example.com/unknown"}, scopes.MayHold); err == nil || !strings.HasPrefix(err.Error(), "example.com/unknown: ") {
		t.Errorf("unknown package: %v", err)
	}
}
