// Package live shows what a running program times and counts, on pages in the style of net/http/pprof: the tree of scopes with their
// quantiles, what is in flight right now and for how long, the slowest of the last minutes, errors, and metrics.
//
//	view := live.New(nil)
//	tele.SetDefault(tele.New(view))
//	mux.Handle("/debug/tele/", view)
//
// A [View] is a reporter and the handler of its pages. Nothing is served unless it is mounted, at any path that ends with a slash, and importing
// this package registers nothing. It needs the standard library alone.
//
// # Pages
//
// Pages are made by the server and work without scripts; with one, which the view serves too, they refresh themselves. Below the path
// where the view is mounted there are
//
//   - the tree of scopes, sorted by what is clicked on, or as a flat list
//   - in-flight: scopes that have started and not ended, the oldest first
//   - slowest: scopes that ended in the last [Window], the slowest first
//   - errors: scopes that ended with an error, the latest first
//   - metrics: counters, gauges and other values
//   - json: all of it, as a [Snapshot]
//
// The tree counts from when the view was made or reset. Quantiles are off by a fifteenth of their value at most.
//
// # Who may look
//
// Pages show names, attributes and the texts of errors. They are for requests from the machine that the program runs on, and no others,
// as [Local] has it: connections from a loopback address, to a host by such a name, so that no web site can have a browser read them by a
// name of its own. Mount the view on a listener for this machine (127.0.0.1) nevertheless, as one would package net/http/pprof.
// [Options.Allow] lets others in.
//
// What is shown is escaped, characters that cannot be seen included, and pages forbid scripts but their own.
//
// # The switch
//
// With [Options.Control] there are buttons that pause telemetry and resume it ([tele.Pause]), and one that has the view forget what it has
// added up; also for programs:
//
//	curl -d action=pause localhost:6060/debug/tele/control
//
// or resume, or reset. A program that is to be looked at now and then is started with TELEINSTR_TELEMETRY=1, calls
// [tele.Pause], and costs until somebody resumes it what it costs with telemetry off. Pausing is for the whole process and all its
// reporters. A scope that starts before and ends while telemetry is paused is reported.
//
// # Bounds
//
// Names are bounded by [Options.MaxNames], scopes in flight by [Options.MaxInFlight]; what is beyond is counted, and the pages say so. Of each
// path, five scopes are kept as the slowest for each half of the window, and its last five errors, with their attributes as text, cut to 256
// bytes each and to 16 in number. Errors that come more often than a hundred times in a second are all counted, but
// not all kept. A path takes some 3 kB for each processor that works on it, up to 16, and a kilobyte or two for each scope kept.
//
// # Costs
//
// A scope takes some four times as long as reading the clock twice, and two allocations more than with a reporter that is told of ends only. Attributes of a
// scope that starts which are neither numbers, bools, times nor strings are made text of at once, as they may have changed when somebody looks.
//
// Give the view to [tele.New] directly, as package async may drop the end of a scope, which then stays in flight.
package live
