// Package teleotel gives scopes and metrics to OpenTelemetry: a scope is a span, and a measurement of the histogram
// tele.scope.duration; metrics are instruments. A program that has no OpenTelemetry yet sets everything up by
//
//	pipeline, err := teleotel.Setup(ctx, nil)
//	if err != nil {
//		…
//	}
//	defer pipeline.Shutdown(context.Background())
//
// and is started with TELEINSTR_TELEMETRY=1 and the variables that OpenTelemetry's specification names, such as
// OTEL_SERVICE_NAME and OTEL_EXPORTER_OTLP_ENDPOINT. One that has it uses the reporter alone:
//
//	tele.SetDefault(tele.New(teleotel.New(nil)))
//
// # Spans
//
// A span has the name that stands in the source, is of kind internal, and has the times of its scope. Its parent is the span
// in the context that the scope was started with, whoever made that, and the scope's context carries the live span: a scope in a handler
// wrapped by otelhttp is a child of the server's span, and a request made with a scope's context is a child of the
// scope, in another process as well, through whatever propagator is set. Nothing else is needed.
//
// A scope that was started with [tele.StartRoot] inside another scope starts a new trace, with a link to the span it was
// started under. Under a span of other instrumentation, and no scope, it looks like any first scope, and is a child.
//
// A scope that never ends leaves no span, as it leaves no event; children that did end then name a parent that nobody
// has seen.
//
// # Attributes
//
// A span carries tele.scope, which is the path, depth, call_count and parent_scope, and the user's attributes; times are
// those of the span itself. Groups are written with dots (request.id), durations in seconds, times as RFC 3339 has them, other
// values as text or JSON. Text that is not UTF-8 is mended, as a single such text would have a batch of spans refused. What panics
// while it is written out says so in its attribute.
//
// The error of a scope is an exception event, the span's status and error.type: its innermost type, or what its method ErrorType
// returns. A scope that ends by a panic, which [tele.Telemetry.WithOutcome] tells, has the status error and the
// error.type panic; of goexit there is the attribute outcome alone, as it need not be a failure.
//
// # Metrics
//
// The histogram tele.scope.duration is in seconds and has the attributes tele.scope and, after an error, error.type. Its bounds go from
// 10 µs to 60 s, see [DurationBounds]. A View of the MeterProvider has the last word; exponential histograms for
// instance are [an example] here.
//
// A counter, a gauge, or another numeric metric is an instrument with the name of the metric, without its scope, which is
// the attribute tele.scope. Other metrics are histograms, with a bound for each power of ten. A value that is no number becomes an
// event of the span, as no instrument takes it. A counter of OpenTelemetry only goes up: negative increments are dropped.
//
// The user's attributes stay off metrics, where each combination of values costs memory here and money further
// on: [Options.MetricAttribute] lets some through. Measurements are made with the context of the scope, so that exemplars lead to spans.
//
// # What is lost
//
// OpenTelemetry's batch processor drops spans without a word when they come faster than they go. Set up by [Setup], every span
// that ends is counted, as exported, failed or dropped: see [SpanStats]. The counts are there as metrics too, tele.otel.spans with the
// attribute tele.fate, and what was lost is logged by [Pipeline.Shutdown].
//
// # Costs
//
// See the benchmarks of this package, which compare a scope with a span made by hand.
//
// [an example]: https://pkg.go.dev/github.com/teleinstr/teleinstr/runtime/otel#example-package-View
package teleotel // import "github.com/teleinstr/teleinstr/runtime/otel"
