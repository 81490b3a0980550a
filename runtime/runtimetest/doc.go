// Package runtimetest helps to test code that is instrumented, and reporters.
//
// A [Recorder] remembers the events of what a test runs:
//
//	var recorder runtimetest.Recorder
//	ctx := tele.NewContext(t.Context(), runtimetest.New(&recorder))
//	load(ctx)
//	if events := recorder.Events(); len(events) != 1 || events[0].Scope != "load" {
//		…
//	}
//
// [Run] tests that a reporter keeps to what users of any reporter rely on. The project's own reporters
// pass it.
package runtimetest
