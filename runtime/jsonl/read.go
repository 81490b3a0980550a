package jsonl

import (
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
// headers, and a bounded number of short strings, which are not allocated again if they repeat. Nil options stand for the zero
// ReadOptions.
//
// A line that cannot be read is a [*LineError] in place of an event. The lines after it can be; but an error of r itself, which is
// a LineError too, is the last thing. Programs that crash leave lines that are [ErrTorn], at the end of a file or before the
// header of another stream; who counts on crashes passes over them. Empty lines, and keys and types of lines that Read does not know,
// are passed over.
//
// r may be the output of a decompressor, and a file that is being written. It is read by the goroutine of the loop, and only when the events
// of all lines so far have been delivered. If many lines come at once, up to three other goroutines parse some ahead, as far as
// GOMAXPROCS allows. They have ended when the loop has. Events may be kept; what they share are streams, and strings.
func Read(r io.Reader, options *ReadOptions) iter.Seq2[Event, error] {
	limit := MaxLine
	if options != nil && options.MaxLine > 0 {
		limit = options.MaxLine
	}
	return func(yield func(Event, error) bool) {
		d := delivery{in: lineReader{in: r, limit: limit}, decoder: decoder{streams: map[string]*Stream{}}, yield: yield}
		defer d.crew.stop()
		for d.next() {
		}
	}
}

// A delivery hands events over, in the order of their lines.
type delivery struct {
	in      lineReader
	crew    crew
	decoder decoder
	yield   func(Event, error) bool
	line    int   // the number of lines so far
	offset  int64 // of the line that comes next
}

// next delivers the lines that are there next, and reports whether there may be more. They have all been delivered before it reads again,
// which may take long.
func (d *delivery) next() bool {
	text, cut, err := d.in.next()
	if err != nil && err != io.EOF {
		d.line++
		d.fail(err)
		return false
	}
	blocks := d.crew.split(text)
	d.crew.start(blocks)
	for _, b := range blocks {
		d.crew.wait(b, &d.decoder.parser)
		if !d.block(b, cut) {
			return false
		}
		cut = 0
	}
	return err == nil
}

// block delivers a block whose first line lacks a number of bytes that have been cut off. It returns false if no more is wanted.
func (d *delivery) block(b *block, cut int64) bool {
	defer clear(b.events)
	events := b.events
	for start := 0; start < len(b.text); {
		var event *parsedEvent
		end := 0
		if len(events) > 0 && events[0].start == start {
			event, end, events = &events[0], events[0].end, events[1:]
		} else {
			end = start + lineLength(b.text[start:])
		}
		d.line++
		if !d.deliver(b.text[start:end], event) {
			return false
		}
		d.offset += int64(end-start) + cut
		start, cut = end, 0
	}
	return true
}

// deliver delivers a line, which is that of an event unless that is nil.
func (d *delivery) deliver(text []byte, event *parsedEvent) bool {
	if len(bytes.TrimSuffix(text, []byte{'\n'})) > d.in.limit {
		return d.fail(ErrTooLong)
	}
	if event != nil {
		event.Stream = d.decoder.stream(event.stream)
		return d.yield(event.Event, nil)
	}
	var e Event
	found, err := d.decoder.line(text, &e)
	switch {
	case err != nil:
		return d.fail(err)
	case found:
		return d.yield(e, nil)
	}
	return true
}

// fail delivers an error of the line that is being read.
func (d *delivery) fail(err error) bool {
	return d.yield(Event{}, &LineError{Line: d.line, Offset: d.offset, Err: err})
}

// A decoder makes events of lines.
type decoder struct {
	parser  parser
	streams map[string]*Stream
	last    *Stream // of streams, nil at first
}

// line sets *e to the event of a line and returns true, or false if it holds none.
func (d *decoder) line(text []byte, e *Event) (found bool, err error) {
	text = bytes.TrimSpace(text)
	if len(text) == 0 {
		return false, nil
	}
	if err := d.parser.read(text); err != nil {
		return false, err
	}
	o := &d.parser.object
	switch {
	case o.isEvent():
		stream := d.stream(o.Stream)
		err := o.event(e)
		e.Stream = stream
		return err == nil, err
	case o.Type == "stream":
		return false, d.header(o)
	case o.Type == "":
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
