// Package sample passes some events on to another reporter and leaves the rest out: those of some scopes, of some of all chains, of
// slow scopes, of scopes that failed.
//
//	reporter, err := sample.New(exporter, sample.Any(
//		sample.Errors(),
//		sample.Slow(time.Second),
//		sample.Rate(0.01),
//	), nil)
//	…
//	tele.SetDefault(tele.New(reporter, prometheus))
//
// Every reporter is wrapped by itself: above, prometheus gets all events, and exporter what failed, what took a second or
// more, and all there is of one chain in a hundred.
//
// # Rules
//
// [Scopes], [Rate], [Slow] and [Errors] say which timings to keep; [Any], [All] and [Not] put them together:
//
//	sample.All(sample.Scopes("api.**"), sample.Not(sample.Scopes("api.health", "**.cache.*")))
//
// A wrapper may be wrapped again, and then both must keep an event.
//
// # Chains
//
// [Rate] draws a number for each chain: when its root starts, for all scopes below, in whatever goroutine. So either a root is
// kept with its children, or none of them is, and everything that samples in a process, with whatever reporter behind, draws
// the same: what Rate(0.01) keeps, Rate(0.1) keeps as well, and a Rate around another does not multiply with it. With
// [Options.TraceID] the number comes from the identity of a trace, and is the same in all processes that know that.
//
// # Metrics
//
// Metrics all pass, as a sum of which parts are missing is wrong. [Options.Metrics] says otherwise.
//
// # Reporters that take part in contexts
//
// A [tele.ContextReporter] that is wrapped is told of starts, save of those that no end can make it keep: it starts no span that would
// be thrown away. Whether a scope is slow or fails is known at its end only, so that a rule with Slow or Errors lets spans start that then
// are never reported; a span inside such a one, that is reported, refers to a parent that nobody gets to see.
package sample
