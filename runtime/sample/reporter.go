package sample

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	tele "github.com/teleinstr/teleinstr/runtime"
	"github.com/teleinstr/teleinstr/runtime/internal/errlog"
)

// Metrics says what becomes of metrics.
type Metrics int

const (
	PassMetrics   Metrics = iota // all are passed on
	SampleMetrics                // the rule decides
	DropMetrics                  // none is passed on
)

// Options say how a Reporter samples. The zero Options are ready for use.
type Options struct {
	// Metrics says what becomes of metrics.
	Metrics Metrics
	// TraceID returns the identity of the trace that a chain belongs to, as the program has found it in a request, and "" if there
	// is none. It is called with the context in which a chain begins. What Rate draws then depends on the identity alone.
	TraceID func(context.Context) string
}

// Counts are numbers of events.
type Counts struct {
	Timings, Metrics int64
}

// A Reporter passes on the events that a rule keeps. It may be used concurrently, if the other reporter may.
type Reporter struct {
	to      tele.Reporter
	context tele.ContextReporter // that to is, or hands events on to; nil if there is none
	rule    Rule
	options Options

	timings, metrics atomic.Int64 // left out
	failures         errlog.Limiter
}

var _ tele.Reporter = (*Reporter)(nil)

// New returns a Reporter that passes on to another one what the rule keeps. Nil options stand for the zero Options. It is an error
// if the rule is none, as with a pattern that is malformed.
func New(to tele.Reporter, rule Rule, options *Options) (*Reporter, error) {
	if err := rule.check(); err != nil {
		return nil, err
	}
	r := &Reporter{to: to, context: tele.ContextReporterOf(to), rule: rule}
	if options != nil {
		r.options = *options
	}
	return r, nil
}

// RecordTiming implements [tele.Reporter].
func (r *Reporter) RecordTiming(scope string, duration time.Duration, metadata tele.Metadata) {
	e := event{kind: timing, path: scope, duration: duration, failed: metadata.Err() != nil || metadata.Panicked()}
	if r.rule.draws {
		e.draw = drawOf(metadata.Context())
	}
	if r.rule.judge(&e) != keep {
		r.timings.Add(1)
		return
	}
	r.to.RecordTiming(scope, duration, metadata)
}

// RecordMetric implements [tele.Reporter].
func (r *Reporter) RecordMetric(scope string, value slog.Value, metadata tele.Metadata) {
	if !r.keepsMetric(scope, metadata) {
		r.metrics.Add(1)
		return
	}
	r.to.RecordMetric(scope, value, metadata)
}

func (r *Reporter) keepsMetric(path string, metadata tele.Metadata) bool {
	if r.options.Metrics != SampleMetrics {
		return r.options.Metrics == PassMetrics
	}
	e := event{kind: metric, path: path, scope: metadata.ParentScope()}
	if r.rule.draws {
		e.draw = drawOf(metadata.Context())
	}
	return r.rule.judge(&e) == keep
}

// Dropped returns the numbers of events that were not passed on.
func (r *Reporter) Dropped() Counts {
	return Counts{Timings: r.timings.Load(), Metrics: r.metrics.Load()}
}

// Unwrap returns what package tele tells of starts: a [tele.ContextReporter], or nil if neither the rule nor the other reporter needs
// to know of them.
func (r *Reporter) Unwrap() tele.Reporter {
	if r.context == nil && !r.rule.draws {
		return nil
	}
	return starter{r}
}

// A starter is a Reporter that is told of starts. It is a type of its own because a program in which nobody is told has not to
// pay for contexts.
type starter struct{ *Reporter }

// StartScope implements [tele.ContextReporter].
func (s starter) StartScope(ctx context.Context, scope string, metadata tele.Metadata) context.Context {
	e := event{kind: start, path: scope}
	if s.rule.draws {
		ctx, e.draw = s.draw(ctx, scope, metadata)
	}
	if s.context == nil || s.rule.judge(&e) == drop {
		return ctx
	}
	return s.startInner(ctx, scope, metadata)
}

// startInner tells the other reporter of a start. What has been drawn is not lost, whatever that does.
func (s starter) startInner(ctx context.Context, scope string, metadata tele.Metadata) (inner context.Context) {
	returned := false
	defer func() {
		if !returned {
			s.failures.LogReporter(s.context, recover())
		}
		if inner == nil {
			inner = ctx
		}
	}()
	inner = s.context.StartScope(ctx, scope, metadata)
	returned = true
	return inner
}
