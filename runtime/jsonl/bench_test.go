//go:build !teleoff

package jsonl_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	tele "github.com/teleinstr/teleinstr/runtime"
	"github.com/teleinstr/teleinstr/runtime/jsonl"
	"github.com/teleinstr/teleinstr/runtime/runtimetest"
)

// An event is a timing as one would have package encoding/json write it.
type event struct {
	Seq            int            `json:"seq"`
	Type           string         `json:"type"`
	Scope          string         `json:"scope"`
	Duration       float64        `json:"duration_s"`
	Depth          int            `json:"depth"`
	ParentScope    string         `json:"parent_scope,omitempty"`
	CallCount      int            `json:"call_count"`
	StartMonotonic float64        `json:"start_monotonic_s"`
	EndMonotonic   float64        `json:"end_monotonic_s"`
	StartWallTime  float64        `json:"start_wall_time_s"`
	EndWallTime    float64        `json:"end_wall_time_s"`
	Stream         string         `json:"stream"`
	ID             int            `json:"id,omitempty"`
	ParentID       int            `json:"parent_id,omitempty"`
	Attrs          map[string]any `json:"attrs"`
}

// BenchmarkEvent compares a timing with two attributes, without its scope, with json.Marshal of the same, and with the handler of package
// slog that writes JSON. The metric x/marshal is the ratio to the first.
func BenchmarkEvent(b *testing.B) {
	var recorder runtimetest.Recorder
	telemetry := runtimetest.New(&recorder)
	ctx, plan := telemetry.Start(context.Background(), "pipeline.plan")
	defer plan.End()
	_, scope := telemetry.Start(ctx, "fetch", slog.String("tenant", "acme"), slog.Int("rows", 12))
	scope.End()
	e := recorder.Events()[0]

	var marshal float64
	perEvent := func(b *testing.B) {
		ns := float64(b.Elapsed()) / float64(b.N)
		if marshal == 0 {
			marshal = ns
		}
		b.ReportMetric(ns/marshal, "x/marshal")
	}
	b.Run("marshal", func(b *testing.B) {
		marshal = 0
		b.ReportAllocs()
		for i := range b.N {
			m := e.Metadata
			line, err := json.Marshal(event{
				i, "timing", e.Scope, e.Duration.Seconds(), m.Depth(), m.ParentScope(), m.CallCount(),
				m.StartMonotonic().Seconds(), m.EndMonotonic().Seconds(), float64(m.StartWallTime().UnixNano()) / 1e9, float64(m.EndWallTime().UnixNano()) / 1e9,
				"0123456789ab", i, i,
				map[string]any{"tenant": "acme", "rows": 12},
			})
			if err != nil {
				b.Fatal(err)
			}
			io.Discard.Write(line)
		}
		perEvent(b)
	})
	b.Run("slog", func(b *testing.B) {
		handler := slog.NewJSONHandler(io.Discard, nil)
		b.ReportAllocs()
		for range b.N {
			record := slog.NewRecord(time.Now(), slog.LevelInfo, "timing", 0)
			record.AddAttrs(slog.String("scope", e.Scope), slog.Float64("duration_s", e.Duration.Seconds()))
			for a := range e.Metadata.All() {
				record.AddAttrs(a)
			}
			handler.Handle(context.Background(), record)
		}
		perEvent(b)
	})
	b.Run("jsonl", func(b *testing.B) {
		r := jsonl.New(io.Discard, nil)
		b.ReportAllocs()
		for range b.N {
			r.RecordTiming(e.Scope, e.Duration, e.Metadata)
		}
		r.Close(context.Background())
		perEvent(b)
		b.ReportMetric(float64(r.Dropped()), "dropped")
	})
	b.Run("jsonl to a file", func(b *testing.B) {
		r, err := jsonl.Open(filepath.Join(b.TempDir(), "events.jsonl"), &jsonl.Options{MaxBytes: 16 << 20, Keep: 1})
		if err != nil {
			b.Fatal(err)
		}
		b.ReportAllocs()
		for range b.N {
			r.RecordTiming(e.Scope, e.Duration, e.Metadata)
		}
		r.Close(context.Background())
		perEvent(b)
		b.ReportMetric(float64(r.Dropped()), "dropped")
	})
}

// BenchmarkScope measures scopes with their events, by goroutines that compete for the Reporter.
func BenchmarkScope(b *testing.B) {
	r := jsonl.New(io.Discard, nil)
	defer r.Close(context.Background())
	telemetry := runtimetest.New(r)
	b.ReportAllocs()
	b.RunParallel(func(p *testing.PB) {
		ctx, plan := telemetry.Start(context.Background(), "pipeline.plan")
		defer plan.End()
		for p.Next() {
			_, scope := telemetry.Start(ctx, "fetch", tele.String("tenant", "acme"))
			scope.End()
		}
	})
	b.ReportMetric(float64(r.Dropped()), "dropped")
}

// BenchmarkRead compares reading of lines with two attributes with json.Unmarshal of the same lines, and with a search for their ends. The
// metric x/unmarshal is the ratio to the first. The consumer that works adds durations up by scope and attribute. With "-cpu 1,2" there
// is what helpers are worth.
func BenchmarkRead(b *testing.B) {
	const count = 10_000
	text := timings(count)
	var unmarshal float64
	measure := func(name string, read func(b *testing.B)) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(text)) / count)
			for i := 0; i < b.N; i += count {
				read(b)
			}
			ns := float64(b.Elapsed()) / float64(b.N)
			if name == "unmarshal" {
				unmarshal = ns
			}
			b.ReportMetric(ns/unmarshal, "x/unmarshal")
		})
	}
	measure("unmarshal", func(b *testing.B) {
		for line := range bytes.Lines(text) {
			var e event
			if err := json.Unmarshal(line, &e); err != nil {
				b.Fatal(err)
			}
		}
	})
	measure("lines", func(b *testing.B) {
		for range bytes.Lines(text) {
		}
	})
	measure("read", func(b *testing.B) {
		for _, err := range jsonl.Read(bytes.NewReader(text), nil) {
			if err != nil {
				b.Fatal(err)
			}
		}
	})
	measure("read and work", func(b *testing.B) {
		type key struct{ scope, attr, value string }
		sums := map[key]time.Duration{}
		for e, err := range jsonl.Read(bytes.NewReader(text), nil) {
			if err != nil {
				b.Fatal(err)
			}
			sums[key{scope: e.Scope}] += e.Duration
			for _, a := range e.Attrs {
				if a.Value.Kind() == slog.KindString {
					sums[key{e.Scope, a.Key, a.Value.String()}] += e.Duration
				}
			}
		}
	})
}

// timings returns the lines of n scopes with two attributes, inside of another.
func timings(n int) []byte {
	var out bytes.Buffer
	r := jsonl.New(&out, &jsonl.Options{Buffer: 64 << 20})
	telemetry := runtimetest.New(r)
	scopes := []string{"fetch", "decode.header", "decode.rows", "store"}
	ctx, plan := telemetry.Start(context.Background(), "pipeline.plan")
	defer plan.End() // too late to have a line
	for i := range n {
		_, scope := telemetry.Start(ctx, scopes[i%len(scopes)], tele.String("tenant", "acme"), tele.Int("rows", i))
		scope.End()
	}
	r.Close(context.Background())
	return out.Bytes()
}
