// Package summary adds up the events of a recording: a tree of scopes with their times, metrics, and on demand what
// is needed to look closer.
//
// Memory is bounded by the number of paths, and not by that of events: a path keeps counts, a sketch of its
// durations, and a few of its slowest scopes. What is beyond a bound is counted.
package summary
