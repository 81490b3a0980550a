package rewrite

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func writeFile(t *testing.T, path, text string, mode fs.FileMode) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
}

func wantFile(t *testing.T, path, want string) {
	t.Helper()
	got, err := os.ReadFile(path)
	if err != nil || string(got) != want {
		t.Errorf("%s holds %q, want %q (%v)", filepath.Base(path), got, want, err)
	}
}

func change(path, from, to string) Change {
	return Change{Path: path, Old: []byte(from), New: []byte(to)}
}

func TestWriteKeepsModeAndLink(t *testing.T) {
	dir := t.TempDir()
	script, target, link := filepath.Join(dir, "a.go"), filepath.Join(dir, "elsewhere", "b.go"), filepath.Join(dir, "b.go")
	writeFile(t, script, "old", 0o751)
	writeFile(t, target, "old", 0o600)
	if err := os.Symlink(target, link); err != nil {
		t.Skip("no symbolic links here: ", err)
	}
	if err := Write(context.Background(), []Change{change(script, "old", "new"), change(link, "old", "new")}); err != nil {
		t.Fatal(err)
	}
	wantFile(t, script, "new")
	wantFile(t, target, "new")
	if info, _ := os.Stat(script); info.Mode().Perm() != 0o751 {
		t.Errorf("mode is %v", info.Mode())
	}
	if info, _ := os.Lstat(link); info.Mode()&fs.ModeSymlink == 0 {
		t.Error("the symbolic link was replaced by a file")
	}
}

// TestWriteAllOrNone makes one file of a directory unwritable; the others of that directory must stay as
// they were.
func TestWriteAllOrNone(t *testing.T) {
	tests := []struct {
		name  string
		spoil func(t *testing.T, path string)
		want  string
	}{
		{"read-only", func(t *testing.T, path string) {
			if err := os.Chmod(path, 0o444); err != nil {
				t.Fatal(err)
			}
		}, "b.go:1:1: the file is read-only"},
		{"changed meanwhile", func(t *testing.T, path string) { writeFile(t, path, "other", 0o666) }, "b.go:1:1: the file was changed meanwhile"},
		{"gone", func(t *testing.T, path string) {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
		}, "no such file"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			a, b := filepath.Join(dir, "p", "a.go"), filepath.Join(dir, "p", "b.go")
			first, last := filepath.Join(dir, "o", "c.go"), filepath.Join(dir, "q", "d.go")
			for _, path := range []string{a, b, first, last} {
				writeFile(t, path, "old", 0o666)
			}
			tt.spoil(t, b)
			err := Write(context.Background(), []Change{
				change(first, "old", "new"), change(a, "old", "new"), change(b, "old", "new"), change(last, "old", "new"),
			})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error is %v, want %s", err, tt.want)
			}
			wantFile(t, first, "new")
			wantFile(t, a, "old")
			wantFile(t, last, "old")
		})
	}
}

// TestWritePutsBack makes writing fail between two files of a directory: the second cannot be replaced,
// for a directory that is not empty has taken its place.
func TestWritePutsBack(t *testing.T) {
	dir := t.TempDir()
	a, b := filepath.Join(dir, "a.go"), filepath.Join(dir, "b.go")
	writeFile(t, a, "old", 0o666)
	writeFile(t, filepath.Join(b, "occupied"), "", 0o666)
	targets := []target{{change(a, "old", "new"), a, 0o666}, {change(b, "old", "new"), b, 0o666}}
	if err := replaceAll(targets); err == nil {
		t.Error("a directory was replaced by a file")
	}
	wantFile(t, a, "old")
}

func TestWriteCanceled(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.go")
	writeFile(t, path, "old", 0o666)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := Write(ctx, []Change{change(path, "old", "new")}); !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v", err)
	}
	wantFile(t, path, "old")
}
