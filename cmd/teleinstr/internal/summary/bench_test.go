package summary_test

import (
	"fmt"
	"io"
	"log/slog"
	"testing"

	"github.com/teleinstr/teleinstr/cmd/teleinstr/internal/summary"
)

// BenchmarkAdd adds a request of five scopes and two metrics, with and without details. The yardstick is the same into
// a map of counts by path.
func BenchmarkAdd(b *testing.B) {
	var r recorder
	for i := range 1000 {
		id := uint64(10 * i)
		for q := range 3 {
			r.timing("request.query", "request", id+2+uint64(q), id+1, 10*i+q, 10*i+q+1, slog.Int("rows", i), slog.String("table", "orders"))
			r.metric("request.query.rows", "counter", slog.IntValue(i), 10*i+q)
		}
		r.timing("request.render", "request", id+8, id+1, 10*i+5, 10*i+6)
		r.timing("request", "", id+1, 0, 10*i, 10*i+9, slog.String("route", fmt.Sprint("/", i%10)))
	}
	perEvent := func(b *testing.B) {
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(r.events)), "ns/event")
	}
	b.Run("map", func(b *testing.B) {
		for b.Loop() {
			counts := map[string]int{}
			for i := range r.events {
				counts[r.events[i].Scope]++
			}
			fmt.Fprint(io.Discard, len(counts))
		}
		perEvent(b)
	})
	for _, options := range []summary.Options{{}, {Details: true}, {Samples: 1000}} {
		b.Run(fmt.Sprintf("%+v", options), func(b *testing.B) {
			for b.Loop() {
				c := summary.New(options)
				for i := range r.events {
					c.Add(&r.events[i])
				}
			}
			perEvent(b)
		})
	}
}
