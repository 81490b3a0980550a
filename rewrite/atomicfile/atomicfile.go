// Package atomicfile replaces files such that others see the old file or the new one, and nothing between: the new one is written beside the
// old, and takes its name when it is complete. It does so on Windows too, where files that are read-only, or that somebody has
// opened, are not replaced.
//
// Errors say what is wrong and not with which file, as the caller knows that by another name than the system.
package atomicfile

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// A File is on its way to the place of another.
type File struct {
	*os.File
	name string
}

// Create returns a File that is to have the name, with a mode as for [os.OpenFile]. A symbolic link of that name would be replaced
// itself.
func Create(name string, mode fs.FileMode) (*File, error) {
	// In the same directory, for it to be of the same file system. Tools pass names with a dot by; the rest is as nobody can guess.
	f, err := os.OpenFile(filepath.Join(filepath.Dir(name), ".teleinstr-"+rand.Text()), os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return nil, cause(err)
	}
	return &File{f, name}, nil
}

// Commit closes the file and gives it its name.
func (f *File) Commit() error {
	if err := f.Close(); err != nil {
		return cause(err)
	}
	return cause(os.Rename(f.Name(), f.name))
}

// Discard closes and removes the file. It does nothing if that is committed.
func (f *File) Discard() {
	f.Close()
	os.Remove(f.Name())
}

// Write writes a file that has exactly the mode. With sync it is on the disk before it takes the place of the old one.
func Write(name string, contents []byte, mode fs.FileMode, sync bool) error {
	f, err := Create(name, mode)
	if err != nil {
		return err
	}
	defer f.Discard()
	_, err = f.Write(contents)
	if err = errors.Join(err, f.Chmod(mode)); err == nil && sync {
		err = f.Sync()
	}
	if err != nil {
		return cause(err)
	}
	return f.Commit()
}

// cause returns what the system says, without the names of files.
func cause(err error) error {
	if path := (*fs.PathError)(nil); errors.As(err, &path) {
		return path.Err
	}
	if link := (*os.LinkError)(nil); errors.As(err, &link) {
		return link.Err
	}
	return err
}
