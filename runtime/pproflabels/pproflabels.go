// Package pproflabels is a reporter that labels goroutines with the scopes they are in, so that CPU profiles tell how much
// of the time each scope took.
//
//	tele.SetDefault(tele.New(pproflabels.New()))
//
// The label has the key scope, and the path for its value. In a profile, as the handler /debug/pprof/profile of package
// net/http/pprof makes them,
//
//	go tool pprof -tags cpu.pprof                          lists what each scope took, without the scopes inside it
//	go tool pprof -tagfocus scope=ingest.decode cpu.pprof  shows that scope alone
//	go tool pprof -tagroot scope -http : cpu.pprof         puts scopes at the root of the flame graph
//
// Profiles of goroutines have the labels too, those of memory, locks and blocking do not.
//
// # Goroutines
//
// A label belongs to a goroutine. The one that starts a scope has the label of the scope from then on, beside the labels
// that the context of the start has from [pprof.Do] or [pprof.WithLabels]. The context of the scope has the label too, so
// that pprof.Do with it keeps it.
//
// A goroutine that is started in a scope inherits the label, and keeps it, as long as it lives and does not start or end a
// scope itself: also after the scope has ended. That is what Go does with labels. A goroutine that existed before and is
// handed the context has no label of the scope until it starts one inside; a pool of workers starts a scope for each task.
//
// # Ends
//
// When the goroutine that started a scope ends it, it gets back the labels that it had before, whatever these were.
// Otherwise:
//
//   - If a scope is ended while one that was started after it on the same goroutine goes on, the label of that one stays. At
//     the end of that, the goroutine gets what it had before both.
//   - If a scope is ended by another goroutine, that one keeps its labels, unless they are inherited from that scope: then
//     it gets those from before it. The goroutine that started the scope cannot be reached. It loses the label when it
//     starts or ends a scope the next time; until then its time goes to a scope that has ended.
//   - Labels that the program has set in a scope, and not taken back, stay when the scope ends.
//
// The Reporter recognizes the labels of the last few thousand scopes. A goroutine that has an older one keeps it beyond the
// scopes that it starts, as if the program had set it.
//
// # Costs
//
// A scope takes three to four times as long, with seven allocations more, whether there is a profile or not.
//
// The labels of a goroutine cannot be read by the interface of runtime/pprof. The package takes two functions of the Go
// runtime by linkname, which the Go project has promised to keep for those who already do so (go.dev/issue/67401).
package pproflabels

import (
	"context"
	"log/slog"
	"runtime/pprof"
	"time"

	tele "github.com/teleinstr/teleinstr/runtime"
)

// Label is the key of the label.
const Label = "scope"

// A Reporter labels goroutines. It may be used concurrently. There should be one in a process: another takes its labels for those of the program.
type Reporter struct{ marks table }

var _ tele.ContextReporter = (*Reporter)(nil)

// New returns a Reporter.
func New() *Reporter { return new(Reporter) }

// A scope is the context of a scope.
type scope struct {
	context.Context // has the labels, for package pprof
	outside         context.Context
	r               *Reporter
	mark            *mark
	path            string
	start           time.Duration
}

// A scopeKey finds the innermost scope of a Reporter.
type scopeKey struct{ r *Reporter }

func (s *scope) Value(key any) any {
	if k, ok := key.(scopeKey); ok && k.r == s.r {
		return s
	}
	return s.Context.Value(key)
}

// StartScope implements [tele.ContextReporter]: it labels the goroutine.
func (r *Reporter) StartScope(ctx context.Context, path string, metadata tele.Metadata) context.Context {
	before := current()
	m := &mark{base: before}
	if outer := r.marks.find(before); outer != nil {
		m.startIn(outer)
	}
	s := &scope{outside: ctx, r: r, mark: m, path: path, start: metadata.StartMonotonic()}
	if direct, ok := ctx.(*scope); ok && direct.r == r {
		s.outside = direct.outside // labels and values come from there directly
	}
	s.Context = labelled(s.outside, path)
	pprof.SetGoroutineLabels(s.Context)
	m.labels = current()
	r.marks.add(m)
	return s
}

// labelled returns a context with the label. A context whose methods panic counts as empty.
func labelled(ctx context.Context, path string) (c context.Context) {
	labels := pprof.Labels(Label, path)
	defer func() {
		if recover() != nil {
			c = pprof.WithLabels(context.Background(), labels)
		}
	}()
	return pprof.WithLabels(ctx, labels)
}

// RecordTiming implements [tele.Reporter]: it gives the goroutine back the labels that it had before the scope.
func (r *Reporter) RecordTiming(path string, _ time.Duration, metadata tele.Metadata) {
	s := r.scopeOf(metadata.Context())
	if s == nil || s.path != path || s.start != metadata.StartMonotonic() {
		return
	}
	s.mark.ended.Store(true)
	has := s.mark
	if now := current(); now != has.labels {
		has = r.marks.find(now)
	}
	if has != nil && has.ended.Load() {
		set(has.restored())
	}
}

func (r *Reporter) scopeOf(ctx context.Context) *scope {
	if s, ok := ctx.(*scope); ok && s.r == r {
		return s
	}
	s, _ := ctx.Value(scopeKey{r}).(*scope)
	return s
}

// RecordMetric implements [tele.Reporter]. It does nothing.
func (r *Reporter) RecordMetric(string, slog.Value, tele.Metadata) {}
