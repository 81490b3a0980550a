//go:build !teleoff

package live_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	tele "github.com/teleinstr/teleinstr/runtime"
	"github.com/teleinstr/teleinstr/runtime/live"
	"github.com/teleinstr/teleinstr/runtime/runtimetest"
)

// A nothing is a reporter that does nothing.
type nothing struct{}

func (nothing) RecordTiming(string, time.Duration, tele.Metadata) {}
func (nothing) RecordMetric(string, slog.Value, tele.Metadata)    {}

// BenchmarkEvent compares events with reading the clock twice, which is the metric x/clock; nothing is a scope whose reporter does nothing.
func BenchmarkEvent(b *testing.B) {
	var clock float64
	run := func(name string, reporter tele.Reporter, event func(*tele.Telemetry, context.Context)) {
		b.Run(name, func(b *testing.B) {
			telemetry := runtimetest.New(reporter)
			ctx, outer := telemetry.Start(context.Background(), "pipeline")
			defer outer.End()
			b.ReportAllocs()
			for b.Loop() {
				event(telemetry, ctx)
			}
			ns := float64(b.Elapsed()) / float64(b.N)
			if clock == 0 {
				clock = ns
			}
			b.ReportMetric(ns/clock, "x/clock")
		})
	}
	scope := func(t *tele.Telemetry, ctx context.Context) {
		_, s := t.Start(ctx, "plan")
		s.End()
	}
	failure := errors.New("no route")
	run("clock", nothing{}, func(*tele.Telemetry, context.Context) {
		_ = time.Since(time.Now())
	})
	run("nothing", nothing{}, scope)
	run("scope", live.New(nil), scope)
	run("two attributes", live.New(nil), func(t *tele.Telemetry, ctx context.Context) {
		_, s := t.Start(ctx, "plan", slog.String("tenant", "acme"), slog.Int("rows", 7))
		s.End()
	})
	run("pointer", live.New(nil), func(t *tele.Telemetry, ctx context.Context) {
		_, s := t.Start(ctx, "plan", slog.Any("p", t))
		s.End()
	})
	run("error", live.New(nil), func(t *tele.Telemetry, ctx context.Context) {
		_, s := t.Start(ctx, "plan")
		s.EndErr(&failure)
	})
	run("count", live.New(nil), func(t *tele.Telemetry, ctx context.Context) { t.Count(ctx, "rows", 1) })
	run("gauge", live.New(nil), func(t *tele.Telemetry, ctx context.Context) { t.Gauge(ctx, "depth", 1) })
}

// BenchmarkGoroutines has one goroutine make scopes of a path, and then two; the metric x/one is how much more they do together.
func BenchmarkGoroutines(b *testing.B) {
	var one float64
	for _, goroutines := range []int{1, 2} {
		b.Run([]string{"", "one", "two"}[goroutines], func(b *testing.B) {
			telemetry := runtimetest.New(live.New(nil))
			var group sync.WaitGroup
			for range goroutines {
				group.Go(func() {
					for range b.N {
						_, s := telemetry.Start(context.Background(), "plan")
						s.End()
					}
				})
			}
			group.Wait()
			rate := float64(b.N*goroutines) / b.Elapsed().Seconds()
			if goroutines == 1 {
				one = rate
			}
			b.ReportMetric(rate/one, "x/one")
		})
	}
}

// BenchmarkPage makes a page of 1000 paths and as many scopes in flight.
func BenchmarkPage(b *testing.B) {
	view := live.New(nil)
	telemetry := runtimetest.New(view)
	for i := range 1000 {
		name := "s" + string(rune('a'+i/26%26)) + string(rune('a'+i%26)) + string(rune('a'+i/676))
		telemetry.Start(context.Background(), name) //nolint:teleinstr // stays in flight
		_, s := telemetry.Start(context.Background(), name, slog.Int("i", i))
		s.End()
	}
	for _, path := range []string{"/", "/in-flight", "/json"} {
		b.Run(path, func(b *testing.B) {
			for b.Loop() {
				view.ServeHTTP(httptest.NewRecorder(), request("GET", path, ""))
			}
		})
	}
}
