package tele

import (
	"context"
	"log/slog"
	"sync/atomic"

	"github.com/teleinstr/teleinstr/runtime/internal/errlog"
	"github.com/teleinstr/teleinstr/runtime/internal/testhook"
)

// A Telemetry reports scopes and metrics to its reporters. The nil Telemetry is the no-op: its methods
// do nothing, allocate nothing, and give back the contexts that they are given.
//
// All methods may be called concurrently. A nil context is taken as an empty one.
type Telemetry struct {
	sinks []sink
	paths tree
	// root is where the chains of scopes hang. It is no scope itself.
	root node
	// contextual is whether reporters take part in contexts.
	contextual bool
	// outcome is whether timings tell a panic and a Goexit from a return.
	outcome bool
	// stopped is set if a reporter would never come to an end.
	stopped atomic.Bool
}

// New returns an enabled Telemetry if the process was started with TELEINSTR_TELEMETRY=1,
// GEMINI_BATCH_TELEMETRY=1 or DEBUG=1 and at least one reporter is given, and else the no-op, nil.
// Reporters that are nil do not count.
//
// Each event goes to every reporter, in the order given here, before the call that made it returns.
func New(reporters ...Reporter) *Telemetry {
	if !process.enabled {
		return nil
	}
	return newEnabled(reporters...)
}

func init() {
	testhook.NewEnabled = newEnabled
}

func newEnabled(reporters ...Reporter) *Telemetry {
	t := newTelemetry(reporters)
	if !Compiled || len(t.sinks) == 0 {
		return nil
	}
	setRecording(func() { recorder.made = true })
	return t
}

func newTelemetry(reporters []Reporter) *Telemetry {
	t := new(Telemetry)
	for _, r := range reporters {
		if r != nil {
			s := sink{Reporter: r, context: ContextReporterOf(r), failures: new(errlog.Limiter)}
			t.sinks = append(t.sinks, s)
			t.contextual = t.contextual || s.context != nil
		}
	}
	t.root = node{t: t, depth: -1}
	t.paths.init()
	return t
}

// Requested reports whether the process was started with telemetry on, so that [New] gives an enabled Telemetry to
// reporters. Reporters that open files or connections had better be made only then.
func Requested() bool {
	return Compiled && process.enabled
}

// Enabled reports whether t records: it is not the no-op, and telemetry is not paused.
func (t *Telemetry) Enabled() bool {
	return t != nil && recording.Load() != 0
}

var defaultTelemetry atomic.Pointer[Telemetry]

// SetDefault makes t the Telemetry of contexts that carry none, which is the no-op until then.
func SetDefault(t *Telemetry) {
	defaultTelemetry.Store(t)
}

// Default returns the Telemetry set by [SetDefault].
func Default() *Telemetry {
	return defaultTelemetry.Load()
}

// silent stands in the paths of contexts that carry the no-op.
var silent = newTelemetry(nil)

// NewContext returns a copy of ctx that carries t: the package-level functions then use t, and the scopes
// they start nest under the scope of ctx, if it has one. A nil t turns telemetry off for them.
func NewContext(ctx context.Context, t *Telemetry) context.Context {
	base, at := enclosing(ctx)
	if t == nil {
		t = silent
	}
	// Ended before it is handed out: it stands for a place in the tree, not for a scope to report.
	carrier := &scope{Context: base, node: t.graft(at)}
	carrier.ended.Store(true)
	return carrier
}

// FromContext returns the Telemetry that ctx carries, by its scope or by [NewContext], and else
// [Default].
func FromContext(ctx context.Context) *Telemetry {
	_, at := enclosing(ctx)
	switch {
	case at == nil:
		return Default()
	case at.t == silent:
		return nil
	}
	return at.t
}

// Background returns [context.Background], so that generated code need not import package context.
func Background() context.Context {
	return context.Background()
}

// TeleScope starts a scope.
//
// Deprecated: Use [Telemetry.Start]. go fix does.
//
//go:fix inline
func TeleScope(ctx context.Context, t *Telemetry, name string, attrs ...slog.Attr) (context.Context, Scope) {
	return t.Start(ctx, name, attrs...)
}
