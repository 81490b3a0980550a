package jsonl

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
)

// What may be wrong with a line, among other things.
var (
	// ErrTorn is for a line that is cut short, as the last one of a program that crashed.
	ErrTorn = errors.New("line is cut short")
	// ErrTooLong is for a line of more than MaxLine bytes.
	ErrTooLong = errors.New("line is too long")
)

// maxStreams is the number of streams that Read remembers the headers of.
const maxStreams = 10_000

// ReadOptions bound what Read takes. The zero ReadOptions are ready for use.
type ReadOptions struct {
	// MaxLine is the length in bytes of a line without its newline, [MaxLine] if it is zero.
	MaxLine int
}

// Read returns the events of r, in the order of their lines, with what is known of their streams. It reads as it goes, and remembers nothing but
// headers. Nil options stand for the zero ReadOptions.
//
// A line that cannot be read is a [*LineError] in place of an event. The lines after it can be; but an error of r itself, which is
// a LineError too, is the last thing. Programs that crash leave lines that are [ErrTorn], at the end of a file or before the
// header of another stream; who counts on crashes passes over them. Empty lines, and keys and types of lines that Read does not know,
// are passed over.
//
// r may be the output of a decompressor, and a file that is being written.
func Read(r io.Reader, options *ReadOptions) iter.Seq2[Event, error] {
	limit := MaxLine
	if options != nil && options.MaxLine > 0 {
		limit = options.MaxLine
	}
	return func(yield func(Event, error) bool) {
		in := &scanner{in: bufio.NewReaderSize(r, 64<<10), limit: limit}
		d := decoder{streams: map[string]*Stream{}}
		var e Event
		for {
			text, err := in.next()
			if err == io.EOF {
				return
			}
			found := false
			if err == nil {
				found, err = d.line(text, &e)
			}
			switch {
			case err != nil:
				if !yield(Event{}, &LineError{Line: in.line, Offset: in.offset, Err: err}) || in.broken {
					return
				}
			case found:
				if !yield(e, nil) {
					return
				}
			}
		}
	}
}

// A scanner reads lines of bounded length.
type scanner struct {
	in     *bufio.Reader
	limit  int
	buffer []byte
	line   int
	offset int64 // of the line
	end    int64 // of the offset of the line after it
	broken bool  // nothing can be read any more
}

// next returns the next line, until another call, or else an error, which is io.EOF at the end.
func (s *scanner) next() (text []byte, err error) {
	s.buffer = s.buffer[:0]
	s.line++
	s.offset = s.end
	tooLong := false
	for {
		part, err := s.in.ReadSlice('\n')
		s.end += int64(len(part))
		part, ended := bytes.CutSuffix(part, []byte{'\n'})
		tooLong = tooLong || len(s.buffer)+len(part) > s.limit
		if ended && !tooLong && len(s.buffer) == 0 {
			return part, nil
		}
		if !tooLong {
			s.buffer = append(s.buffer, part...)
		}
		switch {
		case err == bufio.ErrBufferFull:
			continue
		case err != nil && err != io.EOF:
			s.broken = true
			return nil, err
		case tooLong:
			return nil, ErrTooLong
		case !ended && len(s.buffer) == 0:
			return nil, io.EOF
		}
		return s.buffer, nil
	}
}

// A decoder makes events of lines.
type decoder struct {
	parser  parser
	object  object
	streams map[string]*Stream
	last    *Stream // of streams, nil at first
}

// line sets *e to the event of a line and returns true, or false if it holds none.
func (d *decoder) line(text []byte, e *Event) (found bool, err error) {
	text = bytes.TrimSpace(text)
	if len(text) == 0 {
		return false, nil
	}
	o := &d.object
	if err := d.parser.read(text, o); err != nil {
		return false, err
	}
	switch o.Type {
	case "timing", "metric":
		err := o.event(d.stream(o.Stream), e)
		return err == nil, err
	case "stream":
		return false, d.header(o)
	case "":
		return false, errors.New("no event: type is missing")
	}
	return false, nil
}

func (d *decoder) header(o *object) error {
	if o.Format != "teleinstr" {
		return fmt.Errorf("format %q is not teleinstr", o.Format)
	}
	if o.Version != 1 {
		return fmt.Errorf("version %d of the format is not known; this reads version 1", o.Version)
	}
	s := Stream{
		Name: o.Stream, PID: o.PID, Program: o.Program, ProcessStart: o.ProcessStart.wallTime(),
		WallTime: o.WallTime.wallTime(), Monotonic: o.Monotonic.duration(),
	}
	*d.stream(o.Stream) = s
	return nil
}

// stream returns the stream of the name, which may still be without header.
func (d *decoder) stream(name string) *Stream {
	if d.last != nil && d.last.Name == name {
		return d.last
	}
	s := d.streams[name]
	if s == nil {
		if len(d.streams) == maxStreams {
			clear(d.streams)
		}
		s = &Stream{Name: name}
		d.streams[name] = s
	}
	d.last = s
	return s
}
