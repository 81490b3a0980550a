package jsonl

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"strconv"
)

// A plainWriter writes to something that is no file of ours.
type plainWriter struct {
	to     io.Writer
	header func() []byte
	begun  bool
	torn   bool // what was written last does not end with a newline
}

// Write writes whole lines, after the header. n counts bytes of lines.
func (w *plainWriter) Write(lines []byte) (n int, err error) {
	var before []byte
	if w.torn {
		before = append(before, '\n')
	}
	if !w.begun {
		before = append(before, w.header()...)
	}
	if len(before) > 0 {
		n, err := w.to.Write(before)
		w.noteEnd(before, n)
		if err != nil || n < len(before) {
			return 0, errors.Join(err, shortOf(n, before))
		}
		w.begun = true
	}
	n, err = w.to.Write(lines)
	w.noteEnd(lines, n)
	return n, err
}

func shortOf(n int, text []byte) error {
	if n < len(text) {
		return io.ErrShortWrite
	}
	return nil
}

func (w *plainWriter) noteEnd(text []byte, n int) {
	if n > 0 && n <= len(text) {
		w.torn = text[n-1] != '\n'
	}
}

func (w *plainWriter) Close() error { return nil }

// A file is appended to, and renamed when it is full. It is opened again after any error, as opening puts it in order.
type file struct {
	path     string
	limit    int64 // of its size, 0 if there is none
	keep     int
	header   func() []byte
	complain func(error)

	f       *os.File // nil if it is to be opened
	size    int64
	regular bool // can be renamed: no device, pipe or link
	fresh   bool // holds nothing but our header
	stuck   bool // could not be renamed, and grows beyond the limit
}

// Write writes whole lines, into several files if they are too many for one.
func (f *file) Write(lines []byte) (n int, err error) {
	if err := f.check(); err != nil {
		return 0, err
	}
	for n < len(lines) {
		part := f.fitting(lines[n:])
		if len(part) == 0 {
			if err := f.rotate(); err != nil {
				return n, err
			}
			continue
		}
		written, err := f.f.Write(part)
		n += written
		f.size += int64(written)
		f.fresh = false
		if err != nil {
			f.Close()
			return n, err
		}
	}
	return n, nil
}

// fitting returns as many of the lines as fit. A line that fits nowhere gets a file for itself.
func (f *file) fitting(lines []byte) []byte {
	room := f.limit - f.size
	if f.limit <= 0 || !f.regular || f.stuck || int64(len(lines)) <= room {
		return lines
	}
	end := bytes.LastIndexByte(lines[:max(0, room)], '\n') + 1
	if end == 0 && f.fresh {
		end = bytes.IndexByte(lines, '\n') + 1
	}
	return lines[:end]
}

// check opens the file if it is not, or if the path is no longer that of the open one.
func (f *file) check() error {
	if f.f == nil {
		return f.open()
	}
	ours, err := f.f.Stat()
	if err != nil {
		f.Close()
		return f.open()
	}
	there, err := os.Stat(f.path)
	if err != nil || !os.SameFile(ours, there) {
		f.Close()
		return f.open()
	}
	f.stuck = false
	if f.regular {
		f.size = ours.Size() // others may append to it as well
	}
	return nil
}

// open opens the file, makes sure that it ends with a newline, and begins the stream in it.
func (f *file) open() error {
	file, err := os.OpenFile(f.path, os.O_RDWR|os.O_APPEND|os.O_CREATE, 0o666)
	if errors.Is(err, fs.ErrPermission) {
		file, err = os.OpenFile(f.path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o666)
	}
	if err != nil {
		return err
	}
	f.f, f.size, f.stuck, f.regular = file, 0, false, false
	if info, err := os.Lstat(f.path); err == nil && info.Mode().IsRegular() {
		f.size, f.regular = info.Size(), true
	}
	start := f.header()
	if f.size > 0 && f.limit > 0 && f.size+int64(len(start)) > f.limit {
		return f.rotate()
	}
	return f.begin(start)
}

func (f *file) begin(start []byte) error {
	f.fresh = f.size == 0
	if f.size > 0 && !endsLine(f.f, f.size) {
		start = append([]byte{'\n'}, start...)
	}
	n, err := f.f.Write(start)
	f.size += int64(n)
	if err != nil {
		f.Close()
	}
	return err
}

// endsLine reports whether the last byte is a newline. One that cannot be read may not be: a line that is empty does no harm.
func endsLine(f *os.File, size int64) bool {
	var last [1]byte
	_, err := f.ReadAt(last[:], size-1)
	return err == nil && last[0] == '\n'
}

// rotate renames the open file and those before it, and opens a new one. If it cannot be renamed, it goes on growing for now.
func (f *file) rotate() error {
	f.Close()
	err := f.rename()
	if err == nil {
		return f.open()
	}
	f.complain(err)
	limit := f.limit
	f.limit = 0
	err = f.open()
	f.limit, f.stuck = limit, true
	return err
}

func (f *file) rename() error {
	name := func(i int) string { return f.path + "." + strconv.Itoa(i) }
	for i := f.keep; i > 1; i-- {
		if err := os.Rename(name(i-1), name(i)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	err := os.Rename(f.path, name(1))
	if errors.Is(err, fs.ErrNotExist) { // somebody else was faster
		return nil
	}
	return err
}

// Close closes the file, which a Write opens again.
func (f *file) Close() error {
	if f.f == nil {
		return nil
	}
	err := f.f.Close()
	f.f = nil
	return err
}
