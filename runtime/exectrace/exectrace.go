// Package exectrace is a reporter that puts scopes and metrics into execution traces, those of package [runtime/trace], so
// that go tool trace shows them among goroutines, system calls and garbage collections.
//
//	tele.SetDefault(tele.New(exectrace.New()))
//
// It does nothing but while a trace is recorded: by go test -trace, by the handler /debug/pprof/trace of package
// net/http/pprof, by [trace.Start], or by a [trace.FlightRecorder].
//
// # Scopes
//
// A scope is a task, with the path for its type, inside the task of the scope around it, or of the context that it is
// started with. The page User-defined tasks of go tool trace has a distribution of their durations by type, and for each
// task what goes on in it. Package runtime/trace finds the task in the context of a scope as well: regions and messages that
// the program makes with it belong to the task.
//
// At the end of a scope its attributes are messages of the task, each with the key for its category, as JSON text: the error
// of a scope is the message of the category error.
//
// There is no region for a scope. A region must end on the goroutine it was started on, after all regions started there in
// between; else the whole trace cannot be read. A scope may be ended by any goroutine in any order, and when it starts,
// nobody knows which one it will be. Who wants regions calls [trace.WithRegion] with the context of the scope.
//
// A task belongs to a trace if it starts and ends while that is recorded; go tool trace shows others as unfinished, or as
// begun before.
//
// # Metrics
//
// A metric is a message of the task of its context, with the path for its category and the value as JSON text.
//
// The trace keeps the first 1024 bytes of a text.
package exectrace

import (
	"context"
	"log/slog"
	"runtime/trace"
	"time"

	tele "github.com/teleinstr/teleinstr/runtime"
	"github.com/teleinstr/teleinstr/runtime/internal/jsonvalue"
)

// A Reporter writes to the execution trace that is being recorded. It may be used concurrently.
type Reporter struct {
	_ byte // for each to have an address of its own
}

var _ tele.ContextReporter = (*Reporter)(nil)

// New returns a Reporter.
func New() *Reporter { return new(Reporter) }

// A taskContext is the context of a scope whose task was started.
type taskContext struct {
	context.Context // has the task, for package trace
	r               *Reporter
	task            *trace.Task
	path            string
	start           time.Duration
	depth           int
}

// A taskKey finds the innermost taskContext of a Reporter.
type taskKey struct{ r *Reporter }

func (t *taskContext) Value(key any) any {
	if k, ok := key.(taskKey); ok && k.r == t.r {
		return t
	}
	return t.Context.Value(key)
}

// StartScope implements [tele.ContextReporter]: it starts a task, if a trace is being recorded.
func (r *Reporter) StartScope(ctx context.Context, scope string, metadata tele.Metadata) context.Context {
	if !trace.IsEnabled() {
		return nil
	}
	ctx = usable(ctx)
	parent := ctx
	if metadata.Depth() == 0 && ctx.Value(taskKey{r}) != nil {
		parent = context.Background() // a root scope inside another one is no part of that
	}
	withTask, task := trace.NewTask(parent, scope)
	if parent != ctx {
		withTask = rootContext{ctx, withTask}
	}
	return &taskContext{withTask, r, task, scope, metadata.StartMonotonic(), metadata.Depth()}
}

// usable returns the empty context for one whose methods panic, such as a nil pointer.
func usable(ctx context.Context) (c context.Context) {
	defer func() {
		if recover() != nil {
			c = context.Background()
		}
	}()
	ctx.Value(taskKey{})
	return ctx
}

// A rootContext has its task from elsewhere.
type rootContext struct {
	context.Context
	task context.Context
}

func (r rootContext) Value(key any) any {
	if v := r.task.Value(key); v != nil {
		return v
	}
	return r.Context.Value(key)
}

// RecordTiming implements [tele.Reporter]: it ends the task.
func (r *Reporter) RecordTiming(scope string, _ time.Duration, metadata tele.Metadata) {
	t := r.taskOf(scope, metadata)
	if t == nil {
		return
	}
	if trace.IsEnabled() {
		for _, a := range metadata.Attrs() {
			trace.Log(t, a.Key, text(a.Value))
		}
	}
	t.task.End()
}

// taskOf returns the task of a scope. It has none if no trace was recorded when it started; the one in its context is
// then that of a scope around it.
func (r *Reporter) taskOf(scope string, metadata tele.Metadata) *taskContext {
	ctx := metadata.Context()
	t, ok := ctx.(*taskContext)
	if !ok || t.r != r {
		t, _ = ctx.Value(taskKey{r}).(*taskContext)
	}
	if t == nil || t.path != scope || t.depth != metadata.Depth() || t.start != metadata.StartMonotonic() {
		return nil
	}
	return t
}

// RecordMetric implements [tele.Reporter]: it writes a message.
func (r *Reporter) RecordMetric(scope string, value slog.Value, metadata tele.Metadata) {
	if trace.IsEnabled() {
		trace.Log(usable(metadata.Context()), scope, text(value))
	}
}

// maxText is the length that traces keep of a text.
const maxText = 1024

// text returns a value as JSON, a string without the quotes around it.
func text(value slog.Value) string {
	b, _ := jsonvalue.Append(nil, value, maxText)
	if b[0] == '"' {
		b = b[1 : len(b)-1]
	}
	return string(b[:min(len(b), maxText)])
}
