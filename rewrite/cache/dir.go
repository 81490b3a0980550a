package cache

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/teleinstr/teleinstr/rewrite/atomicfile"
)

// A Dir is a directory of files whose names are made of their contents, or of all that their contents follow from. Processes
// may share it. What was not used for a while is deleted, so that nothing else may be kept in it: see [Open].
type Dir struct{ root string }

// Open returns the cache in a directory that may hold other things as well, or else, if that is empty, in the go command's cache
// directory. It has a directory of its own there.
func Open(in string, env Environment) *Dir {
	return &Dir{filepath.Join(cmp.Or(in, env.GOCACHE), "teleinstr")}
}

const (
	// unusedFor is how long a file is kept without being used, and trimEvery how often that is looked at.
	unusedFor = 10 * 24 * time.Hour
	trimEvery = 24 * time.Hour
	// touchEvery is how long a file's time of last use may be out of date.
	touchEvery = time.Hour
)

// Hash returns a short text that is another for other contents.
func Hash(contents []byte) string {
	sum := sha256.Sum256(contents)
	return hex.EncodeToString(sum[:16])
}

// Path returns the path of the file called name, with slashes.
func (c *Dir) Path(name string) string { return filepath.Join(c.root, filepath.FromSlash(name)) }

// Write makes sure that the file called name is there, and returns its path. If it is, its contents are taken to be the same.
func (c *Dir) Write(name string, contents []byte) (string, error) {
	path := c.Path(name)
	if c.Use(path) {
		return path, nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return "", err
	}
	err := replace(path, contents)
	if err != nil && c.Use(path) { // somebody was faster, and Windows replaces no file that is read-only
		err = nil
	}
	return path, err
}

// replace writes a file, and does not wait for the disk, which takes longer than all else: a file that was lost with the power is
// empty, and counts as missing.
func replace(path string, contents []byte) error {
	if info, err := os.Stat(path); err == nil && info.Size() == 0 {
		os.Remove(path)
	}
	if err := atomicfile.Write(path, contents, 0o444, false); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// Use notes that the file is used. It reports whether it is there.
func (c *Dir) Use(path string) bool {
	info, err := os.Stat(path)
	if err != nil || info.Size() == 0 {
		return false
	}
	if now := time.Now(); now.Sub(info.ModTime()) > touchEvery {
		os.Chtimes(path, now, now)
	}
	return true
}

// Put stores contents under a name made of them, that ends in base.
func (c *Dir) Put(contents []byte, base string) (path string, err error) {
	sum := Hash(contents)
	return c.Write("files/"+sum[:2]+"/"+sum+"/"+base, contents)
}

// Trim deletes what was not used for a while.
func (c *Dir) Trim(now time.Time) error {
	mark := c.Path("trimmed")
	if info, err := os.Stat(mark); err == nil && now.Sub(info.ModTime()) < trimEvery {
		return nil
	}
	if err := os.MkdirAll(c.root, 0o777); err != nil {
		return err
	}
	if err := os.WriteFile(mark, nil, 0o666); err != nil {
		return err
	}
	var directories []string
	err := filepath.WalkDir(c.root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil // another process trims as well
		case err != nil:
			return err
		case d.IsDir():
			directories = append(directories, path)
			return nil
		}
		if info, err := d.Info(); err == nil && now.Sub(info.ModTime()) > unusedFor {
			return os.Remove(path)
		}
		return nil
	})
	for i := len(directories) - 1; i > 0; i-- {
		os.Remove(directories[i]) // fails if it is not empty
	}
	return err
}
