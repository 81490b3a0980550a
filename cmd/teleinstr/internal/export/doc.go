// Package export writes recordings in the formats of other tools: profiles of pprof, traces of Perfetto and
// chrome://tracing, and files of speedscope.
package export
