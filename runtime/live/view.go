package live

import (
	"context"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	tele "github.com/teleinstr/teleinstr/runtime"
	"github.com/teleinstr/teleinstr/runtime/internal/kept"
)

// Options say what a View remembers, and who may look at it. The zero Options are ready for use.
type Options struct {
	// MaxNames is the number of different scopes and metrics to remember, 1000 if it is zero. Events of further ones are counted
	// as dropped.
	MaxNames int
	// MaxInFlight is the number of scopes in flight to show, 1000 if it is zero. Others are counted.
	MaxInFlight int
	// Allow reports whether a request may be answered. Nil stands for [Local], which other functions may call as well. What
	// Allow lets in is checked no further, save that a page of another site cannot have anything changed.
	Allow func(*http.Request) bool
	// Control lets those who may look pause telemetry, resume it, and reset the view.
	Control bool
}

// A View adds up events, and is an [http.Handler] that shows them. It may be used concurrently.
type View struct {
	options  Options
	striper  striper
	inFlight inFlight
	current  atomic.Pointer[tally]
}

var (
	_ tele.ContextReporter = (*View)(nil)
	_ http.Handler         = (*View)(nil)
)

// New returns a View that has seen no events. Nil options stand for the zero Options.
func New(options *Options) *View {
	v := &View{striper: newStriper()}
	if options != nil {
		v.options = *options
	}
	if v.options.MaxNames <= 0 {
		v.options.MaxNames = 1000
	}
	if v.options.MaxInFlight <= 0 {
		v.options.MaxInFlight = 1000
	}
	if v.options.Allow == nil {
		v.options.Allow = Local
	}
	v.inFlight.init(v.striper.stripes, v.options.MaxInFlight)
	v.Reset()
	return v
}

// Reset forgets all events. Scopes in flight stay.
func (v *View) Reset() {
	v.current.Store(newTally(v.options.MaxNames, v.striper.stripes))
}

// StartScope implements [tele.ContextReporter].
func (v *View) StartScope(ctx context.Context, path string, metadata tele.Metadata) context.Context {
	c := &scopeContext{Context: ctx, view: v, path: path, start: metadata.StartMonotonic(), stripe: v.striper.stripe()}
	if outer, ok := ctx.(*scopeContext); ok && outer.view == v {
		if outer.is(path, metadata) { // the program has given v to tele.New twice
			return ctx
		}
		c.Context = outer.Context
	}
	c.scope = v.current.Load().scope(path, metadata)
	c.slot = v.inFlight.start(c.stripe, path, metadata)
	return c
}

// RecordTiming implements [tele.Reporter].
func (v *View) RecordTiming(path string, duration time.Duration, metadata tele.Metadata) {
	now := v.current.Load()
	c := v.contextOf(path, metadata)
	if c == nil {
		c = &scopeContext{stripe: v.striper.stripe()}
	} else if !c.ended.Swap(true) {
		v.inFlight.end(c.slot)
	}
	s := c.scope
	if s == nil || s.tally != now {
		s = now.scope(path, metadata)
	}
	if s == nil {
		now.dropped.Add(1)
		return
	}
	s.add(c.stripe, duration, metadata)
}

// RecordMetric implements [tele.Reporter].
func (v *View) RecordMetric(path string, value slog.Value, metadata tele.Metadata) {
	value = kept.Value(value, maxText)
	now := v.current.Load()
	m := now.metric(path, metadata)
	if m == nil {
		now.dropped.Add(1)
		return
	}
	m.add(v.striper.stripe(), value)
}
