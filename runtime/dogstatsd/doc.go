// Package telestatsd sends what a program times and counts to a statsd server, such as the agent of Datadog, by UDP and the
// protocol DogStatsD.
//
//	reporter, err := telestatsd.New("127.0.0.1:8125", nil)
//	…
//	tele.SetDefault(tele.New(reporter))
//	defer reporter.Close()
//
// It is a module of its own, so that package tele needs nothing but the standard library. The client is Datadog's,
// which puts many values into a packet and adds up counters and gauges for two seconds before it sends them.
//
// # What is sent
//
// Names are paths; a counter is sent as what it went up by, a duration in milliseconds.
//
//	_, scope := tele.Start(ctx, "plan")         plan:5.200000|ms
//	tele.Count(ctx, "api.requests", 3)          plan.api.requests:3|c
//	tele.Gauge(ctx, "queue.depth", 7)           plan.queue.depth:7|g
//	tele.Metric(ctx, "rows", 1200)              plan.rows:1200.000000|ms
//	tele.Metric(ctx, "lag", time.Second)        plan.lag:1000.000000|ms
//
// A Metric goes as a timing, as that is what every statsd server computes a distribution of; booleans go as 0 and 1. With
// [Options.Distributions], timings and metrics go as distributions, for an agent of Datadog, which aggregates them over
// all hosts: plan:5.2|d. A value that is no number, or not finite, is not sent, and counted by [Reporter.Stats].
//
// A gauge that is negative is taken by Etsy's statsd, but not by Datadog's agent, as a difference from the value before.
//
// # Names and tags
//
// Names are made of letters, digits, underscores and dots, at most 200, and begin with a letter: other
// characters become underscores, an x is put in front of a name that begins with something else, and what is too long is cut. Names that
// are alike after that are one metric.
//
// Attributes are not tags, unless [Options.Tags] chooses them: each value is another metric, to be stored and perhaps to be paid for.
// Nothing is kept here beyond the two seconds, but what a server makes of a million values of a tag, it makes by itself. In
// values, other characters than letters, digits and _-.:/ become underscores, and what follows the first 100 bytes is cut; tags beyond
// 800 bytes in all are left out, so that an event fits into a packet. DD_ENV, DD_SERVICE and their kin in the environment become tags of
// everything: the client sees to that.
//
// # What gets lost
//
// The program does not wait for the network: packets wait in a queue, and are dropped where that is full. UDP does not tell
// whether anybody listens. [Reporter.Stats] tells what is known.
package telestatsd // import "github.com/teleinstr/teleinstr/runtime/dogstatsd"
