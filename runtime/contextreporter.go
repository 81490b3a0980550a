package tele

import "context"

// A ContextReporter is a Reporter that is told when a scope starts, and takes part in its context: to put a span of its own into
// it for instance, that instrumentation of other makes finds there.
//
// A reporter that hands events on to another one, as that of package async does, may have a method
//
//	Unwrap() Reporter
//
// instead, which returns the other one: if that is a ContextReporter, it is told of starts directly.
type ContextReporter interface {
	Reporter
	// StartScope is called when a scope starts, by the goroutine that starts it, and returns the context for what
	// belongs to the scope: ctx, or one made of it. The reporters are called in order, each with the context that the
	// one before has returned. In what they are given later, [Metadata.Context] is the last of these contexts.
	//
	// scope is the path, and metadata is that of the start: there are no duration and no end yet. A panic is caught and
	// logged, and then, as if the result were nil, the context stays what it was. There is no call for a scope without
	// name, which is dropped, and no event for a scope that is never ended.
	StartScope(ctx context.Context, scope string, metadata Metadata) context.Context
}

// ContextReporterOf returns the ContextReporter that a reporter is, or hands events on to; nil if there is none. It is for reporters
// that have their own say in which starts are told.
func ContextReporterOf(r Reporter) ContextReporter {
	for r != nil {
		if c, ok := r.(ContextReporter); ok {
			return c
		}
		wrapper, ok := r.(interface{ Unwrap() Reporter })
		if !ok {
			return nil
		}
		r = wrapper.Unwrap()
	}
	return nil
}

// startScope tells reporters that a scope starts, and returns its context.
func (t *Telemetry) startScope(ctx context.Context, m Metadata) context.Context {
	for i := range t.sinks {
		if s := &t.sinks[i]; s.context != nil {
			ctx = s.startScope(ctx, m)
		}
	}
	return ctx
}

func (s *sink) startScope(ctx context.Context, m Metadata) (inner context.Context) {
	returned := false
	defer func() {
		if !returned {
			s.failures.LogReporter(s.context, recover())
		}
		if inner == nil {
			inner = ctx
		}
	}()
	inner = s.context.StartScope(ctx, m.node.path, m)
	returned = true
	return inner
}
