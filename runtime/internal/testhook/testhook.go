// Package testhook lets package runtimetest make an enabled Telemetry whatever the environment says. Package tele reads that once,
// when the process starts, so that a test could not set it; and it is not to have a function that anybody might call instead.
package testhook

// NewEnabled is a func(...tele.Reporter) *tele.Telemetry, set by package tele.
var NewEnabled any
