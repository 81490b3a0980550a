// Package runtimetest helps to test code that is instrumented, and reporters.
//
// A [Recorder] remembers the events of what a test runs:
//
//	var recorder runtimetest.Recorder
//	ctx := tele.NewContext(t.Context(), runtimetest.New(&recorder))
//	load(ctx)
//	if events := recorder.Events(); … {
package runtimetest
