package jsonl

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/teleinstr/teleinstr/runtime/internal/errlog"
)

// patience is how long an event waits for room in the buffer.
const patience = 100 * time.Millisecond

// many is the number of bytes that are written without waiting for the end of the interval.
const many = 64 << 10

// A queue holds lines until its goroutine writes them.
type queue struct {
	interval time.Duration
	size     int
	to       io.WriteCloser

	dropped  atomic.Int64
	waiting  atomic.Int64 // lines that are pending or being written
	errors   atomic.Int64
	failures errlog.Limiter

	mu      sync.Mutex
	seq     uint64
	pending []byte        // whole lines
	spare   []byte        // takes the place of pending while that is written
	room    chan struct{} // closed when there is room, if anybody waits
	stalled bool          // an event has waited in vain, and nothing has been taken since
	closed  bool

	filled   chan struct{} // there is something to write
	plenty   chan struct{} // and it should be soon
	requests chan chan error
	ending   chan struct{} // closed by the first Close
	done     chan struct{} // closed when nothing will be written any more
	last     error         // of the last write; to be read once done is closed
}

func (q *queue) init(options *Options) {
	q.interval, q.size = time.Second, 4<<20
	if options != nil && options.FlushInterval > 0 {
		q.interval = options.FlushInterval
	}
	if options != nil && options.Buffer > 0 {
		q.size = options.Buffer
	}
	q.filled, q.plenty = make(chan struct{}, 1), make(chan struct{}, 1)
	q.requests = make(chan chan error)
	q.ending, q.done = make(chan struct{}), make(chan struct{})
}

func (q *queue) start(to io.WriteCloser) {
	q.to = to
	go q.work()
}

// add puts a line into the buffer, with its number, or drops it.
func (q *queue) add(l *line) {
	q.mu.Lock()
	ok := q.waitForRoom(len(l.text))
	q.seq++
	if ok {
		if len(q.pending) == 0 {
			signal(q.filled)
		}
		q.pending = strconv.AppendUint(append(q.pending, `{"seq":`...), q.seq, 10)
		q.pending = append(append(q.pending, ','), l.text...)
		q.waiting.Add(1)
		if len(q.pending) > min(many, q.size/2) {
			signal(q.plenty)
		}
	}
	closed := q.closed
	q.mu.Unlock()
	l.free()
	if ok {
		return
	}
	q.dropped.Add(1)
	if !closed {
		q.failures.Log("telemetry: jsonl: buffer is full, events are dropped", slog.Int64("dropped", q.dropped.Load()))
	}
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// waitForRoom reports whether a line of n bytes may be added. It gives up q.mu, which must be locked, while it waits.
func (q *queue) waitForRoom(n int) bool {
	var timer *time.Timer
	for !q.closed {
		if len(q.pending) == 0 || len(q.pending)+n <= q.size {
			return true
		}
		if q.stalled {
			return false
		}
		if timer == nil {
			timer = time.NewTimer(patience)
			defer timer.Stop()
		}
		if !q.await(timer) {
			return false
		}
	}
	return false
}

// await waits until there is room again, and reports whether that was before the time was over.
func (q *queue) await(timer *time.Timer) bool {
	if q.room == nil {
		q.room = make(chan struct{})
	}
	room := q.room
	q.mu.Unlock()
	defer q.mu.Lock()
	select {
	case <-room:
		return true
	case <-timer.C:
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.stalled = q.stalled || room == q.room
	return false
}

// take returns what is to be written.
func (q *queue) take() []byte {
	q.mu.Lock()
	defer q.mu.Unlock()
	batch := q.pending
	q.pending, q.spare = q.spare[:0], nil
	q.stalled = false
	if q.room != nil {
		close(q.room)
		q.room = nil
	}
	return batch
}

// giveBack keeps the memory of a batch for one to come, unless that was far more than this one took: it is from when nothing could be
// written, then.
func (q *queue) giveBack(batch []byte) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if cap(batch) <= min(2*q.size, max(4*many, 4*len(batch))) {
		q.spare = batch
	}
}

// work writes until Close. A Write that ends the goroutine is followed by a new one.
func (q *queue) work() {
	defer func() {
		select {
		case <-q.done:
		default:
			go q.work()
		}
	}()
	for {
		select {
		case <-q.filled:
			q.wait()
		case request := <-q.requests:
			request <- q.write()
		case <-q.ending:
			q.finish()
			return
		}
	}
}

// wait waits until it is time to write, and does.
func (q *queue) wait() {
	timer := time.NewTimer(q.interval)
	defer timer.Stop()
	select {
	case <-timer.C:
		q.write()
	case <-q.plenty:
		q.write()
	case request := <-q.requests:
		request <- q.write()
	case <-q.ending:
	}
}

func (q *queue) finish() {
	err := q.write()
	if closeErr := q.to.Close(); err == nil {
		err = closeErr
	}
	q.last = err
	close(q.done)
}

// write writes what is pending. What cannot be written is dropped.
func (q *queue) write() error {
	batch := q.take()
	if len(batch) == 0 {
		return nil
	}
	defer q.giveBack(batch)
	defer q.waiting.Add(-int64(bytes.Count(batch, []byte{'\n'})))
	n, err := q.writeSafely(batch)
	if n < len(batch) {
		if err == nil {
			err = io.ErrShortWrite
		}
		q.dropped.Add(linesLost(batch, n))
	}
	if err != nil {
		q.complain(err)
	}
	return err
}

// linesLost returns the number of lines of a batch that cannot be read if only n bytes of it are written. One that lacks but its newline
// can, and what is written next begins with that.
func linesLost(batch []byte, n int) int64 {
	lost := int64(bytes.Count(batch[n:], []byte{'\n'}))
	if n > 0 && batch[n-1] != '\n' && batch[n] == '\n' {
		lost--
	}
	return lost
}

func (q *queue) writeSafely(batch []byte) (n int, err error) {
	returned := false
	defer func() {
		switch p := recover(); {
		case p != nil:
			n, err = 0, fmt.Errorf("Write panicked: %v", p)
		case !returned: // the goroutine is ending
			q.dropped.Add(int64(bytes.Count(batch, []byte{'\n'})))
			q.complain(errors.New("Write ended the goroutine"))
		}
	}()
	n, err = q.to.Write(batch)
	returned = true
	return min(max(n, 0), len(batch)), err
}

// complain counts an error and logs it, unless it has just logged another one.
func (q *queue) complain(err error) {
	q.errors.Add(1)
	q.failures.Log("telemetry: jsonl: events cannot be written", slog.Any("error", err), slog.Int64("dropped", q.dropped.Load()))
}

func (q *queue) flush(ctx context.Context) error {
	request := make(chan error, 1)
	select {
	case q.requests <- request:
	case <-q.done:
		return q.last
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	select {
	case err := <-request:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (q *queue) close(ctx context.Context) error {
	q.mu.Lock()
	if !q.closed {
		q.closed = true
		close(q.ending)
	}
	q.mu.Unlock()
	select {
	case <-q.done:
		return q.last
	default:
	}
	select {
	case <-q.done:
		return q.last
	case <-ctx.Done():
		return fmt.Errorf("%d events still wait to be written: %w", q.waiting.Load(), context.Cause(ctx))
	}
}
