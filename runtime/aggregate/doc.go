// Package aggregate adds up what a program times and counts, in the program: count, sum, least, greatest and quantiles by name, to be read
// by way of package expvar, or by the program itself.
//
//	reporter, err := aggregate.New(nil)
//	…
//	tele.SetDefault(tele.New(reporter))
//	err = reporter.Publish("telemetry") // curl localhost:8080/debug/vars, where the program serves http.DefaultServeMux
//
// It is a module of its own, so that package tele needs nothing but the standard library.
//
// # What is kept
//
// Of scopes, the number, how many failed, and the durations. Of counters, the sum. Of gauges, the last value, the least and the
// greatest. Of other metrics, those that are numbers, what is kept of durations; booleans are 0 and 1, and a
// [time.Duration] is kept in seconds, apart from numbers of the same name. Other values cannot be added up: they are counted as unfit,
// as are numbers that are not finite, save in gauges. Attributes are left out.
//
// # Quantiles
//
// A quantile is that of a sketch, DDSketch: it is off by at most a hundredth of its value ([Options.Accuracy]), however many values there are
// and whatever they are like, and the size of a sketch does not depend on how many there are. Values that are less than the greatest by a factor of 10^17 are taken for greater
// than they are.
//
// # Bounds
//
// Events of more than [Options.MaxNames] names are dropped and counted. A name takes some kilobytes as a rule, and some 35 at most where its
// values are of all magnitudes and signs. Names are cut at 256 bytes, and made valid UTF-8.
package aggregate // import "github.com/teleinstr/teleinstr/runtime/aggregate"
