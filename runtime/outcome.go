package tele

import (
	"log/slog"
	"runtime"
	"strings"
)

const (
	// outcomeKey is the attribute that tells a scope whose function did not return.
	outcomeKey = "outcome"

	panicked = "panic"
	goexit   = "goexit"
)

// WithOutcome returns a Telemetry with the reporters of t that looks how scopes come to their end. A timing
// carries the attribute outcome with the value panic if its End was deferred and is called by a panic that unwinds the
// function, and goexit if the goroutine is ending, as by [runtime.Goexit] or the FailNow of a test. Nothing is
// recovered. The no-op returns itself.
//
// The stack is read for this when the scope starts and when it ends, which costs several times what the
// scope does, and an allocation.
func (t *Telemetry) WithOutcome() *Telemetry {
	if t == nil {
		return nil
	}
	c := newTelemetry(nil)
	c.sinks, c.contextual = t.sinks, t.contextual
	c.outcome = true
	return c
}

// Panicked reports whether a timing tells that its scope came to its end by a panic, see [Telemetry.WithOutcome].
func (m Metadata) Panicked() bool {
	attrs := m.Attrs()
	if len(attrs) == 0 {
		return false
	}
	last := attrs[len(attrs)-1] // where the Telemetry puts it
	return last.Key == outcomeKey && last.Value.Kind() == slog.KindString && last.Value.String() == panicked
}

// starter returns the entry of the function that started a scope: the innermost one outside this package.
func starter() uintptr {
	var pcs [5]uintptr
	for _, pc := range pcs[:runtime.Callers(5, pcs[:])] { // from the caller of start
		if f := runtime.FuncForPC(pc - 1); !strings.HasPrefix(f.Name(), packagePath) {
			return f.Entry()
		}
	}
	return 0
}

// outcome says how a scope comes to its end, empty if it is not by a panic or Goexit. It is for the deferred
// functions of the function that started the scope. The stack then reads, from the inside,
//
//	scope.end, Scope.End, [F.deferwrap1 or F.func1,] F                   as F returns
//	scope.end, Scope.End, [F.deferwrap1 or F.func1,] runtime.gopanic …   as F panics
//
// so that the first of F and the functions of the runtime decides. In a function that returns while a panic
// outside of it unwinds the stack, F comes first.
func outcome(starter uintptr) string {
	var pcs [5]uintptr
	for _, pc := range pcs[:runtime.Callers(4, pcs[:])] { // from the caller of scope.end
		f := runtime.FuncForPC(pc - 1)
		switch {
		case f.Entry() == starter:
			return ""
		case f.Name() == "runtime.gopanic":
			return panicked
		case f.Name() == "runtime.Goexit":
			return goexit
		}
	}
	return ""
}
