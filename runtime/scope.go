package tele

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"
)

// A Scope is a handle to a started scope, which is reported when it ends. The zero Scope belongs to no
// scope and does nothing.
//
// A Scope may be copied, and ended by any goroutine.
type Scope struct {
	s *scope
}

// A scope is both what is timed and the context that Start returns, so that one allocation does for the
// two. Its size is that of a cache line.
type scope struct {
	// Context is the nearest context outside that is no scope: values, deadline and cancellation come
	// from there directly, however deep scopes are nested, and enclosing scopes are not kept alive.
	context.Context
	node  *node
	extra *extra // nil without attributes
	wall  int64  // start, nanoseconds since 1970
	mono  int64  // start, nanoseconds since origin
	ended atomic.Bool
}

// origin is what monotonic times count from.
var origin = time.Now()

// Start starts a scope below the scope of ctx, and returns the context to hand to what belongs to it. The
// attributes are copied. An empty name is dropped: ctx is returned as it is, with the zero Scope.
//
// Start panics with a [*scopename.Error] if the process was started with TELEINSTR_STRICT_SCOPES=1 and
// name is not of the strict form.
//
// [*scopename.Error]: https://pkg.go.dev/github.com/teleinstr/teleinstr/scopes/scopename#Error
func (t *Telemetry) Start(ctx context.Context, name string, attrs ...slog.Attr) (context.Context, Scope) {
	if !t.Enabled() {
		return ctx, Scope{}
	}
	return start(ctx, t, name, attrs)
}

// StartRoot is like [Telemetry.Start], but starts a new chain: the scope has no parent. Values, deadline and
// cancellation of the new context are those of ctx.
func (t *Telemetry) StartRoot(ctx context.Context, name string, attrs ...slog.Attr) (context.Context, Scope) {
	if !t.Enabled() {
		return ctx, Scope{}
	}
	return startRoot(ctx, t, name, attrs)
}

// Do runs f in a scope. An error that f returns is recorded as the attribute error, and returned.
func (t *Telemetry) Do(ctx context.Context, name string, f func(context.Context) error, attrs ...slog.Attr) (err error) {
	ctx, scope := t.Start(ctx, name, attrs...)
	defer scope.EndErr(&err)
	return f(ctx)
}

// Time starts a scope and returns the function that ends it, to time a whole function in a line:
//
//	defer t.Time(ctx, "pipeline.plan")()
func (t *Telemetry) Time(ctx context.Context, name string, attrs ...slog.Attr) func() {
	if !t.Enabled() {
		return nothing
	}
	return startTimer(ctx, t, name, attrs)
}

// Start is [Telemetry.Start] of the Telemetry that ctx carries; see [FromContext].
func Start(ctx context.Context, name string, attrs ...slog.Attr) (inner context.Context, s Scope) {
	inner = ctx
	if recording.Load() != 0 { // Enabled, in a form that lets the compiler inline this function
		inner, s = start(ctx, nil, name, attrs)
	}
	return
}

// StartRoot is [Telemetry.StartRoot] of the Telemetry that ctx carries; see [FromContext].
func StartRoot(ctx context.Context, name string, attrs ...slog.Attr) (inner context.Context, s Scope) {
	inner = ctx
	if recording.Load() != 0 { // Enabled, in a form that lets the compiler inline this function
		inner, s = startRoot(ctx, nil, name, attrs)
	}
	return
}

// Do is [Telemetry.Do] of the Telemetry that ctx carries; see [FromContext].
func Do(ctx context.Context, name string, f func(context.Context) error, attrs ...slog.Attr) (err error) {
	ctx, scope := Start(ctx, name, attrs...)
	defer scope.EndErr(&err)
	return f(ctx)
}

// Time is [Telemetry.Time] of the Telemetry that ctx carries; see [FromContext].
func Time(ctx context.Context, name string, attrs ...slog.Attr) func() {
	if recording.Load() == 0 {
		return nothing
	}
	return startTimer(ctx, nil, name, attrs)
}

func start(ctx context.Context, t *Telemetry, name string, attrs []slog.Attr) (context.Context, Scope) {
	base, at := locate(ctx, t)
	if at == nil {
		return ctx, Scope{}
	}
	n := at.child(name, timing)
	if n == nil {
		return ctx, Scope{}
	}
	return open(base, n, attrs)
}

func startRoot(ctx context.Context, t *Telemetry, name string, attrs []slog.Attr) (context.Context, Scope) {
	base, at := locate(ctx, t)
	if at == nil {
		return ctx, Scope{}
	}
	n := at.t.root.child(name, timing)
	if n == nil {
		return ctx, Scope{}
	}
	return open(base, n, attrs)
}

func startTimer(ctx context.Context, t *Telemetry, name string, attrs []slog.Attr) func() {
	_, scope := start(ctx, t, name, attrs)
	return func() { scope.End() }
}

func nothing() {}

// open starts a scope whose context builds on base.
func open(base context.Context, n *node, attrs []slog.Attr) (context.Context, Scope) {
	s := &scope{Context: base, node: n}
	if len(attrs) > 0 || n.t.outcome || n.t.contextual {
		s.extra = startExtra(n.t, attrs)
	}
	now := time.Now()
	s.wall = now.UnixNano()
	s.mono = int64(now.Sub(origin))
	if n.t.contextual {
		var started *extra // not s.extra: reporters may keep it, and that is going to have the context
		if len(attrs) > 0 {
			started = &extra{attrs: s.extra.attrs}
		}
		s.Context = n.t.startScope(base, Metadata{node: n, extra: started, wall: s.wall, mono: s.mono})
		s.extra.ctx = s.Context
	}
	return s, Scope{s}
}

// End ends the scope and reports its timing, with the attributes added to those of the start. Only the
// first of all calls to End and EndErr does.
//
// A scope may end in any order with regard to others: it keeps its own path and parent.
func (s Scope) End(attrs ...slog.Attr) {
	if Compiled && s.s != nil {
		s.s.end(nil, attrs)
	}
}

// EndErr is like [Scope.End], and records *err as the attribute error unless it, or err, is nil. It is made
// to be deferred, where it sees what the function returned:
//
//	defer scope.EndErr(&err)
func (s Scope) EndErr(err *error, attrs ...slog.Attr) {
	if Compiled && s.s != nil {
		s.s.end(err, attrs)
	}
}

// Context returns the context of the scope, the one that Start returned with it; parent for the zero Scope.
func (s Scope) Context(parent context.Context) context.Context {
	if Compiled && s.s != nil {
		return s.s
	}
	return parent
}

func (s *scope) end(err *error, attrs []slog.Attr) {
	if s.ended.Swap(true) {
		return
	}
	now := time.Since(origin)
	t := s.node.t
	m := Metadata{node: s.node, extra: s.extra, wall: s.wall, mono: s.mono}
	m.duration = max(0, now-time.Duration(s.mono)) // negative where the two are on both sides of a synctest bubble
	if len(attrs) > 0 || err != nil && *err != nil || t.outcome {
		m.extra = s.extra.end(t, err, attrs)
	}
	if now%eventsPerCheck == 0 {
		t.checkRecursion()
	}
	if t.stopped.Load() {
		return
	}
	t.recordTiming(0, &m)
}

type scopeKey struct{}

// Value gives contexts derived from s the way back to it.
func (s *scope) Value(key any) any {
	if key == (scopeKey{}) {
		return s
	}
	return s.Context.Value(key)
}

// String names the scope where a context is printed, as fmt would otherwise read fields that change.
func (s *scope) String() string {
	return fmt.Sprintf("%v.tele(%q)", s.Context, s.node.path)
}

// locate returns where events made with ctx and t belong: the node of the innermost scope in ctx, or the root.
// A nil t stands for the Telemetry that ctx carries. The node is nil if that is the no-op. base is the
// context for a scope to build on.
func locate(ctx context.Context, t *Telemetry) (base context.Context, at *node) {
	base, at = enclosing(ctx)
	switch {
	case at == nil:
		if t == nil {
			t = Default()
		}
		if t != nil {
			at = &t.root
		}
	case t == nil:
		if at.t == silent {
			at = nil
		}
	case at.t != t:
		at = t.graft(at)
	}
	return base, at
}

// enclosing returns the node of the innermost scope in ctx, nil if there is none, and the context for
// another scope to build on.
func enclosing(ctx context.Context) (base context.Context, at *node) {
	if s, ok := ctx.(*scope); ok {
		return s.Context, s.node
	}
	if ctx == nil {
		return context.Background(), nil
	}
	if s := lookUp(ctx); s != nil {
		at = s.node
	}
	return ctx, at
}

// lookUp finds the scope in ctx by its key. A context whose method panics, such as a nil pointer of a
// type that implements context.Context, is taken as an empty one.
func lookUp(ctx context.Context) (s *scope) {
	defer func() {
		_ = recover()
	}()
	if tooManyLookUps() {
		return nil
	}
	s, _ = ctx.Value(scopeKey{}).(*scope)
	return s
}
