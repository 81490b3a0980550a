package recording

import (
	"bufio"
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"
	"sync/atomic"

	"github.com/teleinstr/teleinstr/runtime/jsonl"
)

// Stdin is the name that stands for standard input.
const Stdin = "-"

// A Recording is a set of files with events. It is for one goroutine, but for Read.
type Recording struct {
	files []*file
	read  atomic.Int64
}

type file struct {
	name    string
	size    int64 // -1 if it is not known
	closer  io.Closer
	in      io.Reader
	started float64 // wall time of the first line in seconds, 0 if that does not tell
}

// Open opens files and looks at what they begin with. A name that is [Stdin] stands for stdin. The caller is to close the
// Recording.
func Open(names []string, stdin io.Reader) (*Recording, error) {
	r := &Recording{}
	var infos []os.FileInfo
	for i, name := range names {
		if name == Stdin && slices.Contains(names[:i], Stdin) {
			r.Close()
			return nil, errors.New("-: standard input can be read once; name it once")
		}
		f, info, err := r.open(name, stdin)
		if err != nil {
			r.Close()
			return nil, err
		}
		r.files = append(r.files, f)
		for i, earlier := range infos {
			if earlier != nil && info != nil && os.SameFile(earlier, info) {
				r.Close()
				return nil, fmt.Errorf("%s: is the same file as %s; name it once", name, r.files[i].name)
			}
		}
		infos = append(infos, info)
	}
	if !slices.ContainsFunc(r.files, func(f *file) bool { return f.started == 0 }) {
		slices.SortStableFunc(r.files, func(a, b *file) int { return cmp.Compare(a.started, b.started) })
	}
	return r, nil
}

func (r *Recording) open(name string, stdin io.Reader) (*file, os.FileInfo, error) {
	if name == Stdin {
		f := &file{name: "standard input", size: -1, closer: io.NopCloser(nil)}
		return f, nil, f.begin(&counter{stdin, &r.read})
	}
	opened, err := os.Open(name)
	if err != nil {
		return nil, nil, err
	}
	info, err := opened.Stat()
	if err == nil && info.IsDir() {
		err = fmt.Errorf("%s: is a directory; name the files in it", name)
	}
	f := &file{name: name, size: -1, closer: opened}
	if err == nil {
		if info.Mode().IsRegular() {
			f.size = info.Size()
		}
		err = f.begin(&counter{opened, &r.read})
	}
	if err != nil {
		opened.Close()
		return nil, nil, err
	}
	return f, info, nil
}

// A counter counts the bytes that are read.
type counter struct {
	in    io.Reader
	count *atomic.Int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.in.Read(p)
	c.count.Add(int64(n))
	return n, err
}

var gzipMagic = []byte{0x1f, 0x8b}

// begin sees whether the file is compressed, and when it was started.
func (f *file) begin(in io.Reader) error {
	buffered := bufio.NewReaderSize(in, 64<<10)
	if start, _ := buffered.Peek(len(gzipMagic)); bytes.Equal(start, gzipMagic) {
		z, err := gzip.NewReader(buffered)
		if err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
		buffered = bufio.NewReaderSize(z, 64<<10)
	}
	f.in = buffered
	if f.size < 0 {
		return nil // what comes from a pipe may be long in coming
	}
	f.started = firstWallTime(buffered)
	return nil
}

// firstWallTime returns the wall time in the first line, which is the header of a stream in a file of package jsonl.
func firstWallTime(in *bufio.Reader) float64 {
	start, _ := in.Peek(in.Size())
	line, _, _ := bytes.Cut(start, []byte("\n"))
	var header struct {
		WallTime float64 `json:"wall_time_s"`
	}
	if json.Unmarshal(line, &header) != nil {
		return 0
	}
	return header.WallTime
}

// Size returns the number of bytes in all files, as they are on the disk, or -1 if that is not known.
func (r *Recording) Size() int64 {
	total := int64(0)
	for _, f := range r.files {
		if f.size < 0 {
			return -1
		}
		total += f.size
	}
	return total
}

// Read returns the number of bytes read so far. It may be called by any goroutine.
func (r *Recording) Read() int64 { return r.read.Load() }

// Close closes the files.
func (r *Recording) Close() {
	for _, f := range r.files {
		f.closer.Close()
	}
}

// Events returns the events of all files. A line that cannot be read is an error in place of an event, that names file and
// line; reading goes on after it. Events can be called once.
func (r *Recording) Events() iter.Seq2[jsonl.Event, error] {
	return func(yield func(jsonl.Event, error) bool) {
		for _, f := range r.files {
			for event, err := range jsonl.Read(f.in, nil) {
				if err != nil {
					err = f.locate(err)
				}
				if !yield(event, err) {
					return
				}
			}
		}
	}
}

// locate puts the position in front of an error.
func (f *file) locate(err error) error {
	var line *jsonl.LineError
	if !errors.As(err, &line) {
		return fmt.Errorf("%s: %w", f.name, err)
	}
	return fmt.Errorf("%s:%d: %w", f.name, line.Line, line.Err)
}
