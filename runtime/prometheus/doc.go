// Package teleprom shows what a program times and counts to Prometheus.
//
//	reporter, err := teleprom.New(nil)
//	…
//	tele.SetDefault(tele.New(reporter))
//	server, err := reporter.Serve(":9464") // http://127.0.0.1:9464/metrics
//
// It is a module of its own, so that package tele needs nothing but the standard library.
//
// # Timings
//
// All scopes are one histogram, in seconds, with the path as a label:
//
//	tele_scope_duration_seconds{scope="pipeline.plan", error="false"}
//
// error is "true" where the function returned an error; its text is not told. The histogram has classic buckets and
// native ones, from which a server that knows them computes quantiles to within a tenth. [Options] leave out either.
//
// # Metrics
//
// A metric is named for its own name in the source, and has the path of the scopes around it as the label scope,
// empty outside of any:
//
//	tele.Count(ctx, "api.requests", 1)     tele_api_requests_total{scope="pipeline.plan"}   counter
//	tele.Gauge(ctx, "queue.depth", 7)      tele_queue_depth{scope="pipeline.plan"}          gauge
//	tele.Metric(ctx, "rows", 1200)         tele_rows{scope="pipeline.plan"}                 histogram
//	tele.Metric(ctx, "lag", time.Second)   tele_lag_seconds{scope="pipeline.plan"}          histogram
//
// A path is no part of a metric's name, as the path a.b might be that of b in a or that of a.b: the label would then be
// of no use for adding up. The value of a Metric is of unknown range, so that its histogram has native buckets only,
// unless Options say otherwise; a server without these still gets count and sum. Booleans are recorded as 0 and 1.
//
// # Names and labels
//
// Characters that Prometheus does not have in names become underscores. Where two names become one, such as queue.depth and
// queue_depth, or Count and Gauge of one name, the first to come keeps it, and events of the other are dropped,
// counted and logged.
//
// Attributes are not labels, unless [Options.Labels] chooses them: each value of a label is another series that
// server and program keep in memory. They are bounded all the same, see [Options.MaxSeries]; what is beyond the bound is added up
// in a series whose label is "_overflow". So memory and the size of a scrape do not depend on what is put into
// attributes and names. Label values are cut at 128 bytes, and are made valid UTF-8.
//
// # What goes wrong
//
// These tell of it, and the log does, at most every ten seconds:
//
//	tele_events_overflowed_total             events that were added up under _overflow
//	tele_events_dropped_total{reason="…"}    events that were not recorded:
//	    collision       another metric has the name, here or in the registry
//	    negative        a counter cannot go down
//	    not_finite      a NaN or an infinity would spoil the sum of a histogram for good
//	    not_a_number    the value of a Metric is none; texts are for logs
//	    too_many_names  there are more than MaxNames metrics
package teleprom // import "github.com/teleinstr/teleinstr/runtime/prometheus"
