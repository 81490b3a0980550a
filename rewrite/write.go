package rewrite

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/teleinstr/teleinstr/rewrite/atomicfile"
)

// Write writes the changes. Each file is replaced atomically and keeps its mode; a symbolic link stays
// and what it leads to is replaced. The files of one directory are written together: if one of them
// cannot be, those before it are put back and the error is returned; directories before that one keep
// their changes. A canceled ctx stops Write between directories.
func Write(ctx context.Context, changes []Change) error {
	for len(changes) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := 1
		for n < len(changes) && filepath.Dir(changes[n].Path) == filepath.Dir(changes[0].Path) {
			n++
		}
		if err := writeDirectory(changes[:n]); err != nil {
			return err
		}
		changes = changes[n:]
	}
	return nil
}

// A target is a file that is to be written.
type target struct {
	Change
	real string // the path without symbolic links
	mode fs.FileMode
}

func writeDirectory(changes []Change) error {
	var targets []target
	for _, c := range changes {
		t, err := newTarget(c)
		if err != nil {
			return err
		}
		targets = append(targets, t)
	}
	return replaceAll(targets)
}

func replaceAll(targets []target) error {
	for i, t := range targets {
		if err := atomicfile.Write(t.real, t.New, t.mode, true); err != nil {
			return errors.Join(fmt.Errorf("%s: %w", t.Path, err), putBack(targets[:i]))
		}
	}
	return nil
}

func putBack(targets []target) error {
	var errs []error
	for _, t := range targets {
		if err := atomicfile.Write(t.real, t.Old, t.mode, true); err != nil {
			errs = append(errs, fmt.Errorf("%s: keeps its generated code: %w", t.Path, err))
		}
	}
	return errors.Join(errs...)
}

// newTarget makes sure that the file can be written and is still what it was when it was read.
func newTarget(c Change) (target, error) {
	real, err := filepath.EvalSymlinks(c.Path)
	if err != nil {
		return target{}, err
	}
	info, err := os.Stat(real)
	if err != nil {
		return target{}, err
	}
	if info.Mode().Perm()&0o200 == 0 {
		return target{}, fmt.Errorf("%s:1:1: the file is read-only; make it writable, or leave it out", c.Path)
	}
	now, err := os.ReadFile(real)
	if err != nil {
		return target{}, err
	}
	if !bytes.Equal(now, c.Old) {
		return target{}, fmt.Errorf("%s:1:1: the file was changed meanwhile and is left alone; run the command again", c.Path)
	}
	return target{c, real, info.Mode().Perm()}, nil
}
