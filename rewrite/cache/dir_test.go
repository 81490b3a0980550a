package cache

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestCacheTrim(t *testing.T) {
	c := Open(t.TempDir(), Environment{})
	paths := map[string]string{}
	for _, name := range []string{"used", "unused"} {
		path, err := c.Put([]byte(name), name+".go")
		if err != nil {
			t.Fatal(err)
		}
		paths[name] = path
	}
	long := time.Now().Add(-unusedFor - time.Hour)
	for _, path := range paths {
		if err := os.Chtimes(path, long, long); err != nil {
			t.Fatal(err)
		}
	}
	if !c.Use(paths["used"]) {
		t.Error("a file is not there")
	}
	if err := c.Trim(time.Now()); err != nil {
		t.Fatal(err)
	}
	if !c.Use(paths["used"]) {
		t.Error("a file was deleted that had just been used")
	}
	if c.Use(paths["unused"]) {
		t.Error("a file was not deleted that had not been used")
	}
	if _, err := os.Stat(filepath.Dir(paths["unused"])); !os.IsNotExist(err) {
		t.Errorf("an empty directory was not deleted: %v", err)
	}
}

// TestCacheEmpty has a file that was lost with the power made again.
func TestCacheEmpty(t *testing.T) {
	c := Open(t.TempDir(), Environment{})
	path, err := c.Put([]byte("contents"), "a.go")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, 0); err != nil {
		t.Fatal(err)
	}
	if c.Use(path) {
		t.Error("an empty file counts as there")
	}
	if _, err := c.Put([]byte("contents"), "a.go"); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(path); string(got) != "contents" {
		t.Errorf("it was made again as %q: %v", got, err)
	}
}

// TestStamp wants another stamp whenever something has changed, even if time and size of the file have not.
func TestStamp(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.go")
	take := func() (string, bool) {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		return stamp(info, time.Now().Add(time.Hour))
	}
	if err := os.WriteFile(path, []byte("one"), 0o666); err != nil {
		t.Fatal(err)
	}
	then := time.Now().Add(-time.Hour)
	if err := os.Chtimes(path, then, then); err != nil {
		t.Fatal(err)
	}
	first, ok := take()
	if !ok {
		t.Skip("this system has no time that programs cannot set")
	}
	time.Sleep(20 * time.Millisecond) // the clock of the file system is coarse; recent times do not count, see settled
	if err := os.WriteFile(path, []byte("two"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(path, then, then); err != nil {
		t.Fatal(err)
	}
	if second, _ := take(); second == first {
		t.Error("another file of the same time and size has the same stamp")
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := stamp(info, time.Now()); ok {
		t.Error("a file that was changed just now has a stamp")
	}
}

// TestInputsSame wants a change to be seen that is made while an overlay is worked out, also one that is taken back.
func TestInputsSame(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.go")
	write := func(text string) {
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	take := func() *Inputs {
		in := NewInputs(os.ReadFile)
		in.AddTree(dir)
		return in
	}
	write("package a")
	before := take()
	if !before.Same(take()) {
		t.Error("without a change the inputs differ")
	}
	write("package b")
	if before.Same(take()) {
		t.Error("another text makes no difference")
	}
	time.Sleep(20 * time.Millisecond) // the clock of the file system is coarse
	write("package a")
	if after := take(); after.Key() != before.Key() || before.Same(after) && after.stamps[0] != path+" " {
		t.Error("a change that was taken back makes no difference")
	}
}
