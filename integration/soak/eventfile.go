//go:build linux

package main

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// An eventFile is what the jsonl reporter writes to. Others rename it, but nobody removes what is in it: each part has a name that
// begins with that of the file.
type eventFile struct {
	dir   string // of nothing else
	pid   int    // of who writes
	parts int
}

func (f *eventFile) path() string { return filepath.Join(f.dir, "events.jsonl") }

// part returns the name for another part.
func (f *eventFile) part() string {
	f.parts++
	return fmt.Sprintf("%s-%d", f.path(), f.parts)
}

// files returns all parts.
func (f *eventFile) files() ([]string, error) { return filepath.Glob(f.path() + "*") }

// faults are those that befall the file.
func (f *eventFile) faults() []fault {
	return []fault{
		{"disk full", f.full},
		{"file may not grow, after some more bytes", f.limited},
		{"disk hangs", f.hung},
		{"directory away", f.away},
		{"file renamed", func(*rand.Rand) (func() error, error) { return nil, f.rename() }},
		{"file removed", func(*rand.Rand) (func() error, error) { return nil, f.remove() }},
	}
}

// full puts a device that is always full in the place of the file.
func (f *eventFile) full(*rand.Rand) (end func() error, err error) {
	device := filepath.Join(f.dir, "full")
	if err := os.Symlink("/dev/full", device); err != nil {
		return nil, err
	}
	if err := f.keep(); err != nil {
		return nil, err
	}
	return func() error { return os.Remove(f.path()) }, os.Rename(device, f.path())
}

// limited has writes fail beyond a size, so that one is cut short, as when a disk becomes full. To make a small disk would take
// rights.
func (f *eventFile) limited(random *rand.Rand) (end func() error, err error) {
	info, err := os.Stat(f.path())
	if err != nil && !os.IsNotExist(err) {
		return nil, err
	}
	size := uint64(random.IntN(64 << 10))
	if err == nil {
		size += uint64(info.Size())
	}
	return func() error { return f.limit(unix.RLIM_INFINITY) }, f.limit(size)
}

func (f *eventFile) limit(size uint64) error {
	var limit unix.Rlimit
	if err := unix.Prlimit(f.pid, unix.RLIMIT_FSIZE, nil, &limit); err != nil {
		return err
	}
	limit.Cur = min(size, limit.Max)
	return unix.Prlimit(f.pid, unix.RLIMIT_FSIZE, &limit, nil)
}

// hung puts a pipe in the place of the file, which nobody reads until the end.
func (f *eventFile) hung(*rand.Rand) (end func() error, err error) {
	pipe := filepath.Join(f.dir, "pipe")
	if err := unix.Mkfifo(pipe, 0o666); err != nil {
		return nil, err
	}
	in, err := os.OpenFile(pipe, os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	if err := f.keep(); err != nil {
		return nil, err
	}
	return func() error { return f.drain(in) }, os.Rename(pipe, f.path())
}

// drain removes the pipe, and puts what is written to it into another part, until the reporter has noticed.
func (f *eventFile) drain(in *os.File) error {
	defer in.Close()
	out, err := os.Create(f.part())
	if err != nil {
		return err
	}
	if err := os.Remove(f.path()); err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

// away renames the directory for a while.
func (f *eventFile) away(*rand.Rand) (end func() error, err error) {
	return func() error { return os.Rename(f.dir+"-away", f.dir) }, os.Rename(f.dir, f.dir+"-away")
}

// rename renames the file, if it is there, as logrotate does.
func (f *eventFile) rename() error {
	return there(os.Rename(f.path(), f.part()))
}

// remove removes the file, after having given it another name.
func (f *eventFile) remove() error {
	if err := f.keep(); err != nil {
		return err
	}
	return there(os.Remove(f.path()))
}

// keep gives the file, if it is there, another name beside its own.
func (f *eventFile) keep() error { return there(os.Link(f.path(), f.part())) }

// there returns the error, unless it is that there is no such file.
func there(err error) error {
	if os.IsNotExist(err) {
		return nil
	}
	return err
}
