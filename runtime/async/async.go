// Package async takes events off the hands of those who make them, and gives them to a slow reporter from a
// goroutine of its own.
//
//	reporter := async.New(slow, nil)
//	tele.SetDefault(tele.New(reporter))
//	…
//	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
//	defer cancel()
//	err := reporter.Close(ctx)
package async

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	tele "github.com/teleinstr/teleinstr/runtime"
	"github.com/teleinstr/teleinstr/runtime/internal/errlog"
)

// Options say how a Reporter buffers. The zero Options are ready for use.
type Options struct {
	// Buffer is the number of events that wait at most, 4096 if it is zero. Each takes 96 bytes.
	Buffer int
}

// A Reporter hands events on to another reporter, one at a time and in the order in which they came. When
// its buffer is full it drops events, so that the program never waits.
//
// A panic of the other reporter is logged, at most every ten seconds, and so is a call of
// [runtime.Goexit], from which a new goroutine takes over.
type Reporter struct {
	to       tele.Reporter
	events   chan event
	dropped  atomic.Int64
	failures errlog.Limiter

	once   sync.Once
	closed atomic.Bool
	ending chan struct{} // closed by the first Close
	done   chan struct{} // closed when no event will be handed on any more
}

var _ tele.Reporter = (*Reporter)(nil)

type event struct {
	scope    string
	timing   bool
	duration time.Duration
	value    slog.Value
	metadata tele.Metadata
}

// New returns a Reporter that hands events on to the given one, and starts its goroutine, which ends with
// Close. Nil options stand for the zero Options.
func New(to tele.Reporter, options *Options) *Reporter {
	size := 4096
	if options != nil && options.Buffer > 0 {
		size = options.Buffer
	}
	r := &Reporter{to: to, events: make(chan event, size), ending: make(chan struct{}), done: make(chan struct{})}
	go r.work()
	return r
}

// RecordTiming implements [tele.Reporter]. It does not wait.
func (r *Reporter) RecordTiming(scope string, duration time.Duration, metadata tele.Metadata) {
	r.send(event{scope: scope, timing: true, duration: duration, metadata: metadata})
}

// RecordMetric implements [tele.Reporter]. It does not wait.
func (r *Reporter) RecordMetric(scope string, value slog.Value, metadata tele.Metadata) {
	r.send(event{scope: scope, value: value, metadata: metadata})
}

// Unwrap returns the reporter that events are handed on to. It is told of starts directly, if it is a [tele.ContextReporter].
func (r *Reporter) Unwrap() tele.Reporter { return r.to }

func (r *Reporter) send(e event) {
	if r.closed.Load() {
		r.dropped.Add(1)
		return
	}
	select {
	case r.events <- e:
	default:
		r.dropped.Add(1)
		return
	}
	// Close may have come in between. Either done is open here, and what is closed after this finds the event
	// in the buffer; or it is closed, and the event is found here.
	if r.closed.Load() {
		select {
		case <-r.done:
			r.drop()
		default:
		}
	}
}

// drop empties the buffer.
func (r *Reporter) drop() {
	for {
		select {
		case <-r.events:
			r.dropped.Add(1)
		default:
			return
		}
	}
}

// Dropped returns the number of events that were not handed on: they found the buffer full, or came after
// Close.
func (r *Reporter) Dropped() int64 {
	return r.dropped.Load()
}

// Close waits until the events in the buffer have been handed on, or until ctx is done: it then returns an
// error that wraps that of ctx and tells how many still wait. Those go on being handed on while the program
// runs. Events that come after Close are dropped. It may be called again, to wait again.
func (r *Reporter) Close(ctx context.Context) error {
	r.once.Do(func() {
		r.closed.Store(true)
		close(r.ending)
	})
	select {
	case <-r.done:
		return nil
	default:
	}
	select {
	case <-r.done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("%d events still to be reported: %w", len(r.events), context.Cause(ctx))
	}
}

// work hands events on until Close, and then those in the buffer.
func (r *Reporter) work() {
	defer r.resume()
	for {
		select {
		case e := <-r.events:
			r.hand(e)
		case <-r.ending:
			for len(r.events) > 0 {
				r.hand(<-r.events)
			}
			close(r.done)
			r.drop()
			return
		}
	}
}

// resume starts a new goroutine if the reporter has ended this one.
func (r *Reporter) resume() {
	select {
	case <-r.done:
	default:
		go r.work()
	}
}

func (r *Reporter) hand(e event) {
	handed := false
	defer func() {
		if !handed {
			r.failures.LogReporter(r.to, recover())
		}
	}()
	if e.timing {
		r.to.RecordTiming(e.scope, e.duration, e.metadata)
	} else {
		r.to.RecordMetric(e.scope, e.value, e.metadata)
	}
	handed = true
}
