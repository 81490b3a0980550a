package jsonl

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"io"
	"log/slog"
	"path/filepath"
	"sync/atomic"
	"time"

	tele "github.com/teleinstr/teleinstr/runtime"
)

// Options say how a Reporter buffers and what becomes of its file. The zero Options are ready for use.
type Options struct {
	// FlushInterval is how long an event waits at most before it is written, a second if it is zero.
	FlushInterval time.Duration
	// Buffer is the number of bytes that wait to be written at most, 4 MiB if it is zero. There are two such buffers while a write
	// goes on.
	Buffer int
	// MaxBytes is the size that a file is not to grow beyond; without limit if it is zero. A single line that is longer gets a file of its own.
	// It is for files: of no consequence to New.
	MaxBytes int64
	// Keep is the number of files to keep beside the current one, 4 if it is zero. The oldest one is removed.
	Keep int
}

// A Reporter writes events. It may be used concurrently.
type Reporter struct {
	stream string
	lastID atomic.Uint64
	queue  queue
}

var _ tele.ContextReporter = (*Reporter)(nil)

// Open returns a Reporter that appends to the named file, which it creates if need be, and starts its goroutine, which ends with
// Close. Nil options stand for the zero Options.
func Open(name string, options *Options) (*Reporter, error) {
	path, err := filepath.Abs(name)
	if err != nil {
		return nil, err
	}
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target // which is what is to be renamed
	}
	r := newReporter(options)
	f := &file{path: path, keep: 4, header: r.header, complain: r.queue.complain}
	if options != nil {
		f.limit = options.MaxBytes
		if options.Keep > 0 {
			f.keep = options.Keep
		}
	}
	if err := f.open(); err != nil {
		return nil, err
	}
	r.queue.start(f)
	return r, nil
}

// New returns a Reporter that writes to w. It does not close w. A Write is given whole lines, and made by one goroutine; it may block, or
// panic, which counts as an error.
func New(w io.Writer, options *Options) *Reporter {
	r := newReporter(options)
	r.queue.start(&plainWriter{to: w, header: r.header})
	return r
}

func newReporter(options *Options) *Reporter {
	var name [6]byte
	rand.Read(name[:])
	r := &Reporter{stream: hex.EncodeToString(name[:])}
	r.queue.init(options)
	return r
}

// Dropped returns the number of events that were not written: they found the buffer full, came after Close, or met an error.
func (r *Reporter) Dropped() int64 { return r.queue.dropped.Load() }

// WriteErrors returns the number of errors of writing, opening and renaming files.
func (r *Reporter) WriteErrors() int64 { return r.queue.errors.Load() }

// Flush waits until the events so far have been written, or dropped for an error, which it returns; or until ctx is done, and
// then returns its cause.
func (r *Reporter) Flush(ctx context.Context) error { return r.queue.flush(ctx) }

// Close writes what is in the buffer and closes the file. If ctx is done first, it returns the cause of that, and how many
// events still wait; writing then goes on while the program runs. Events that come after Close are dropped. It may be called again, to wait again, and returns the error of the
// last write.
func (r *Reporter) Close(ctx context.Context) error { return r.queue.close(ctx) }

// StartScope implements [tele.ContextReporter]: it gives the scope an id.
func (r *Reporter) StartScope(ctx context.Context, scope string, metadata tele.Metadata) context.Context {
	outer := r.enclosing(ctx)
	s := &scopeContext{Context: ctx, r: r, id: r.lastID.Add(1), path: scope, parent: outer.idFor(metadata)}
	if direct, ok := ctx.(*scopeContext); ok && direct.r == r {
		s.Context = direct.Context // values come from there directly, and enclosing scopes are not kept alive
	}
	return s
}

// RecordTiming implements [tele.Reporter].
func (r *Reporter) RecordTiming(scope string, duration time.Duration, metadata tele.Metadata) {
	var id, parent uint64
	if s := r.enclosing(metadata.Context()); s != nil && s.path == scope {
		id, parent = s.id, s.parent
	}
	line := newLine()
	line.timing(scope, duration, metadata)
	line.ids(r.stream, id, parent)
	line.attrs(metadata)
	r.queue.add(line)
}

// RecordMetric implements [tele.Reporter].
func (r *Reporter) RecordMetric(scope string, value slog.Value, metadata tele.Metadata) {
	now := time.Now()
	line := newLine()
	line.metric(scope, value, metadata, now)
	line.ids(r.stream, 0, r.enclosing(metadata.Context()).idFor(metadata))
	line.attrs(metadata)
	r.queue.add(line)
}
