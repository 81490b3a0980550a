package atomicfile_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/teleinstr/teleinstr/rewrite/atomicfile"
)

func wantOnly(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		got, err := os.ReadFile(filepath.Join(dir, e.Name()))
		want, known := files[e.Name()]
		if err != nil || !known || string(got) != want {
			t.Errorf("%s holds %q, %v", e.Name(), got, err)
		}
	}
	if len(entries) < len(files) {
		t.Errorf("%d files, want %d", len(entries), len(files))
	}
}

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "a")
	for _, contents := range []string{"first", "second"} {
		for _, sync := range []bool{false, true} {
			if err := atomicfile.Write(name, []byte(contents), 0o642, sync); err != nil {
				t.Fatal(err)
			}
			wantOnly(t, dir, map[string]string{"a": contents})
		}
	}
	if info, err := os.Stat(name); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o642 {
		t.Errorf("mode %v, %v; want all of the bits that were asked for", info.Mode(), err)
	}
}

func TestPending(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "a")
	if err := os.WriteFile(name, []byte("old"), 0o666); err != nil {
		t.Fatal(err)
	}
	// Whatever those that were killed have left, another can be made.
	f, err := atomicfile.Create(name, 0o666)
	if err != nil {
		t.Fatal(err)
	}
	again, err := atomicfile.Create(name, 0o666)
	if err != nil {
		t.Fatal(err)
	}
	again.WriteString("discarded")
	again.Discard()
	f.WriteString("new")
	if got, err := os.ReadFile(name); err != nil || string(got) != "old" {
		t.Errorf("it holds %q before the commit, %v", got, err)
	}
	if err := f.Commit(); err != nil {
		t.Fatal(err)
	}
	f.Discard()
	wantOnly(t, dir, map[string]string{"a": "new"})
}

func TestErrors(t *testing.T) {
	dir := t.TempDir()
	full := filepath.Join(dir, "full")
	if err := os.MkdirAll(filepath.Join(full, "inner"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := atomicfile.Write(full, nil, 0o666, false); err == nil || strings.Contains(err.Error(), dir) {
		t.Errorf("in the place of a directory: %v", err)
	}
	err := atomicfile.Write(filepath.Join(dir, "missing", "a"), nil, 0o666, false)
	if !errors.Is(err, fs.ErrNotExist) || strings.Contains(err.Error(), dir) {
		t.Errorf("in a directory that is missing: %v", err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("something is left: %v, %v", entries, err)
	}
}
