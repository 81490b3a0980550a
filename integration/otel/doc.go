// Package otel holds that what runtime/otel exports arrives: its tests run programs of several processes, and an OpenTelemetry
// Collector, which they build once.
package otel
