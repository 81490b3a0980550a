package jsonl

import (
	"bufio"
	"bytes"
	"encoding/json"
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
		for {
			text, err := in.next()
			if err == io.EOF {
				return
			}
			var e *Event
			if err == nil {
				e, err = d.line(text)
			}
			switch {
			case err != nil:
				if !yield(Event{}, &LineError{Line: in.line, Offset: in.offset, Err: err}) || in.broken {
					return
				}
			case e != nil:
				if !yield(*e, nil) {
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
		if tooLong = tooLong || len(s.buffer)+len(part) > s.limit; !tooLong {
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
	streams map[string]*Stream
}

// line returns the event of a line, nil if it holds none.
func (d *decoder) line(text []byte) (*Event, error) {
	text = bytes.TrimSpace(text)
	if len(text) == 0 {
		return nil, nil
	}
	var o object
	if err := json.Unmarshal(text, &o); err != nil {
		return nil, explain(err)
	}
	switch o.Type {
	case "timing", "metric":
		return o.event(d.stream(o.Stream))
	case "stream":
		return nil, d.header(&o)
	case "":
		return nil, errors.New("no event: type is missing")
	}
	return nil, nil
}

// explain tells a line that ends too early from one that is wrong.
func explain(err error) error {
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) && syntax.Error() == "unexpected end of JSON input" {
		return ErrTorn
	}
	return err
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
	s := d.streams[name]
	if s == nil {
		if len(d.streams) == maxStreams {
			clear(d.streams)
		}
		s = &Stream{Name: name}
		d.streams[name] = s
	}
	return s
}
