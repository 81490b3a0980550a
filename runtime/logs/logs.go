// Package logs is a reporter that makes a record of package [log/slog] of each event, for any handler.
//
//	tele.SetDefault(tele.New(logs.New(slog.Default().Handler(), nil)))
//
// A record reads, as a [slog.TextHandler] writes it,
//
//	time=… level=INFO msg=timing scope=ingest.decode duration_s=0.000153 depth=1 parent_scope=ingest call_count=1 start_monotonic_s=… file=a.log
//	time=… level=INFO msg=metric scope=ingest.decode.rows value=12 depth=2 parent_scope=ingest.decode metric_type=counter
//
// # Records
//
// The message is timing or metric. Attributes are the path as scope, then duration_s, in seconds, or value, then those of
// [tele.Metadata.All]. The time of the record is that at which the scope ended, by the wall clock, or at which the metric
// was recorded. There is no source position: that would be one of this package.
//
// An attribute of the user's that has the name of built-in metadata is passed over, as everywhere. One that is named scope,
// duration_s, value, time, level or msg stands beside that of the record, and what reads the output may take one for the
// other. [Options.Group] keeps them apart.
//
// # Levels
//
// Timings and metrics have [slog.LevelInfo], a timing with an error, or that tells of a panic, has [slog.LevelError];
// [Options] change that, also while the program runs, through a [slog.LevelVar]. The handler is asked first whether it takes
// records of the level. If it does not, nothing is made up for it.
//
// # Handlers
//
// A handler is called by the goroutine that made the event, many at a time, and holds it up for as long as it takes; package
// async stands in between if that is too long. An error that it returns is logged by the default logger, at most once in ten
// seconds. A panic is dealt with as that of any reporter. What it makes of a value is its own affair: as of Go 1.26, a
// [slog.TextHandler] never comes to the end of a map that contains itself.
//
// The context that a handler gets has the values of the event's, if a [tele.ContextReporter] is there too: a handler that
// adds the ids of traces finds them. Telemetry is off in this context, so that a handler that is instrumented itself does
// not make an event for each event. A handler that does so without its context is stopped as any such reporter, see
// [tele.Reporter]; one that logs by the logger it belongs to never ends, with or without telemetry.
package logs

import (
	"context"
	"log/slog"
	"time"

	tele "github.com/teleinstr/teleinstr/runtime"
	"github.com/teleinstr/teleinstr/runtime/internal/errlog"
	"github.com/teleinstr/teleinstr/scopes/scopename"
)

// Options say how events become records. The zero Options are ready for use.
type Options struct {
	// Timing and Metric are the levels of events, Info where nil.
	Timing, Metric slog.Leveler
	// Error is the level of timings with an error, Error if it is nil.
	Error slog.Leveler
	// Group, if not empty, is the key of a group that the attributes of the user are in: all of them, whatever their names.
	Group string
}

// A Reporter hands events to a handler. It may be used concurrently, as far as the handler may.
type Reporter struct {
	handler               slog.Handler
	timing, metric, error slog.Leveler
	group                 string
	quiet                 context.Context
	failures              errlog.Limiter
}

var _ tele.Reporter = (*Reporter)(nil)

// New returns a Reporter for a handler. Nil options stand for the zero Options.
func New(handler slog.Handler, options *Options) *Reporter {
	r := &Reporter{
		handler: handler, timing: slog.LevelInfo, metric: slog.LevelInfo, error: slog.LevelError,
		quiet: tele.NewContext(context.Background(), nil),
	}
	if options == nil {
		return r
	}
	if options.Timing != nil {
		r.timing = options.Timing
	}
	if options.Metric != nil {
		r.metric = options.Metric
	}
	if options.Error != nil {
		r.error = options.Error
	}
	r.group = options.Group
	return r
}

// RecordTiming implements [tele.Reporter].
func (r *Reporter) RecordTiming(scope string, duration time.Duration, metadata tele.Metadata) {
	level := r.timing.Level()
	if metadata.Err() != nil || metadata.Panicked() {
		level = r.error.Level()
	}
	r.record(level, metadata, metadata.EndWallTime, "timing", scope, slog.Float64("duration_s", duration.Seconds()))
}

// RecordMetric implements [tele.Reporter].
func (r *Reporter) RecordMetric(scope string, value slog.Value, metadata tele.Metadata) {
	r.record(r.metric.Level(), metadata, time.Now, "metric", scope, slog.Attr{Key: "value", Value: value})
}

func (r *Reporter) record(level slog.Level, metadata tele.Metadata, when func() time.Time, message, scope string, what slog.Attr) {
	ctx := r.quiet
	if own := metadata.Context(); own != context.Background() {
		ctx = tele.NewContext(own, nil)
	}
	if !r.handler.Enabled(ctx, level) {
		return
	}
	record := slog.NewRecord(when(), level, message, 0)
	record.AddAttrs(r.attrs(scope, what, metadata)...)
	if err := r.handler.Handle(ctx, record); err != nil {
		r.failures.Log("telemetry: logs: handler does not take a record", slog.Any("error", err))
	}
}

// attrs returns the attributes of a record.
func (r *Reporter) attrs(scope string, what slog.Attr, metadata tele.Metadata) []slog.Attr {
	const builtin = 9 // at most
	all := make([]slog.Attr, 0, builtin+len(metadata.Attrs()))
	all = append(all, slog.String("scope", scope), what)
	for a := range metadata.All() {
		if r.group != "" && !scopename.Reserved(a.Key) {
			break
		}
		all = append(all, a)
	}
	if r.group != "" {
		all = append(all, slog.Attr{Key: r.group, Value: slog.GroupValue(metadata.Attrs()...)})
	}
	return all
}
