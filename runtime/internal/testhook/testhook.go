// Package testhook lets package runtimetest make an enabled Telemetry whatever the environment says.
package testhook

// NewEnabled is a func(...tele.Reporter) *tele.Telemetry, set by package tele.
var NewEnabled any
