//go:build !teleoff

//nolint:teleinstr // misuse is what some of these tests are about
package aggregate_test

import (
	"context"
	"encoding/json"
	"errors"
	"expvar"
	"fmt"
	"log/slog"
	"math"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	tele "github.com/teleinstr/teleinstr/runtime"
	"github.com/teleinstr/teleinstr/runtime/aggregate"
	"github.com/teleinstr/teleinstr/runtime/runtimetest"
)

func Example() {
	reporter, err := aggregate.New(nil)
	if err != nil {
		panic(err)
	}
	telemetry := runtimetest.New(reporter) // tele.New, for a program that was started with TELEINSTR_TELEMETRY=1

	for i := range 1000 {
		telemetry.Metric(context.Background(), "rows", i)
	}
	s := reporter.Snapshot()
	fmt.Printf("%d values, %v in all, half of them below %.0f\n", s.Values["rows"].Count, s.Values["rows"].Sum, s.Values["rows"].Quantiles["p50"])
	// Output: 1000 values, 499500 in all, half of them below 498
}

func newReporter(t testing.TB, options *aggregate.Options) (*aggregate.Reporter, *tele.Telemetry) {
	t.Helper()
	r, err := aggregate.New(options)
	if err != nil {
		t.Fatal(err)
	}
	return r, runtimetest.New(r)
}

func TestConformance(t *testing.T) {
	for name, options := range map[string]*aggregate.Options{"no options": nil, "bounds": {MaxNames: 1}} {
		t.Run(name, func(t *testing.T) {
			runtimetest.Run(t, func(t *testing.T) (tele.Reporter, runtimetest.Results) {
				r, _ := newReporter(t, options)
				t.Cleanup(func() {
					if text := r.String(); !json.Valid([]byte(text)) {
						t.Errorf("no JSON: %.1000s", text)
					}
				})
				return r, nil
			})
		})
	}
}

func TestSnapshot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, telemetry := newReporter(t, nil)
		for i := range 3 {
			telemetry.Do(context.Background(), "a", func(ctx context.Context) error {
				time.Sleep(time.Duration(i+1) * time.Second)
				telemetry.Count(ctx, "n", int64(10*(1-i)))
				telemetry.Gauge(ctx, "g", float64(i-5))
				telemetry.Metric(ctx, "v", i == 0)
				telemetry.Metric(ctx, "v", time.Minute)
				telemetry.Metric(ctx, "text", "x")
				if i == 2 {
					return errors.New("no route")
				}
				return nil
			})
		}
		telemetry.Metric(context.Background(), "v", math.NaN())
		telemetry.Metric(context.Background(), "v", math.MaxFloat64)
		telemetry.Gauge(context.Background(), "inf", math.Inf(-1))
		telemetry.Gauge(context.Background(), "nan", math.NaN())
		telemetry.Gauge(context.Background(), "nan", 5)
		telemetry.Gauge(context.Background(), "nan", math.NaN())
		var got map[string]any
		if err := json.Unmarshal([]byte(r.String()), &got); err != nil {
			t.Fatal(err)
		}
		const want = `{
	"timings": {"a": {"errors":1, "count":3, "sum":6, "min":1, "max":3, "quantiles":{"p50":1.99,"p90":1.99,"p99":1.99}}},
	"counters": {"a.n": {"count":3, "sum":0}},
	"gauges": {
		"a.g": {"count":3, "last":-3, "min":-5, "max":-3},
		"inf": {"count":1, "last":"-Inf", "min":"-Inf", "max":"-Inf"},
		"nan": {"count":3, "last":"NaN", "min":5, "max":5}
	},
	"values": {"a.v": {"count":3, "sum":1, "min":0, "max":1, "quantiles":{"p50":0,"p90":0,"p99":0}}},
	"durations": {"a.v": {"count":3, "sum":180, "min":60, "max":60, "quantiles":{"p50":60,"p90":60,"p99":60}}},
	"dropped": 0,
	"unfit": 5
}`
		var wanted map[string]any
		if err := json.Unmarshal([]byte(want), &wanted); err != nil {
			t.Fatal(err)
		}
		near(t, "", got, wanted)
	})
}

// near compares what came out of JSON, and numbers to a hundredth.
func near(t *testing.T, at string, got, want any) {
	t.Helper()
	switch w := want.(type) {
	case map[string]any:
		g, _ := got.(map[string]any)
		if len(g) != len(w) {
			t.Errorf("%s is %v, want %v", at, got, want)
			return
		}
		for k := range w {
			near(t, at+"/"+k, g[k], w[k])
		}
	case float64:
		if g, ok := got.(float64); !ok || math.Abs(g-w) > 0.0101*math.Abs(w) {
			t.Errorf("%s is %v, want %v", at, got, want)
		}
	default:
		if got != want {
			t.Errorf("%s is %v, want %v", at, got, want)
		}
	}
}

// TestAccuracy wants quantiles to be right to within their part, for values of very different magnitudes.
func TestAccuracy(t *testing.T) {
	for _, accuracy := range []float64{0, 0.1, 0.001} {
		r, telemetry := newReporter(t, &aggregate.Options{Accuracy: accuracy, Quantiles: []float64{0, 0.07, 0.5, 0.999, 1}})
		if accuracy == 0 {
			accuracy = 0.01
		}
		const n = 20_001
		value := func(i int) float64 { return math.Pow(10, float64(i)/n*4-3) }
		for i := range n {
			telemetry.Metric(context.Background(), "v", value((i*7919)%n))
		}
		got := r.Snapshot().Values["v"]
		for label, q := range map[string]float64{"p0": 0, "p7": 0.07, "p50": 0.5, "p99.9": 0.999, "p100": 1} {
			want := value(int(q * (n - 1)))
			if v, ok := got.Quantiles[label]; !ok || math.Abs(float64(v)-want) > accuracy*want*1.001 {
				t.Errorf("at %v, %s is %v, want %v", accuracy, label, v, want)
			}
		}
	}
}

func TestInvalidOptions(t *testing.T) {
	for wanted, options := range map[string]aggregate.Options{
		"accuracy 2: must be between 0.001 and 0.5": {Accuracy: 2},
		"quantile 99: must be between 0 and 1":      {Quantiles: []float64{0.5, 99}},
		"quantile NaN: must be between 0 and 1":     {Quantiles: []float64{math.NaN()}},
	} {
		if _, err := aggregate.New(&options); err == nil || err.Error() != wanted {
			t.Errorf("got  %v\nwant %s", err, wanted)
		}
	}
}

func TestPublish(t *testing.T) {
	r, telemetry := newReporter(t, nil)
	telemetry.Count(context.Background(), "größe\xff", 1)
	if err := r.Publish("telemetry"); err != nil {
		t.Fatal(err)
	}
	const taken = `expvar "telemetry": published already; choose another name`
	if err := r.Publish("telemetry"); err == nil || err.Error() != taken {
		t.Errorf("a second time: %v", err)
	}
	response := httptest.NewRecorder()
	expvar.Handler().ServeHTTP(response, httptest.NewRequest("GET", "/debug/vars", nil))
	var vars struct{ Telemetry aggregate.Snapshot }
	if err := json.Unmarshal(response.Body.Bytes(), &vars); err != nil {
		t.Fatal(err)
	}
	if name := "größe\uFFFD"; vars.Telemetry.Counters[name].Sum != 1 || r.Snapshot().Counters[name].Sum != 1 {
		t.Errorf("got %+v", vars)
	}
}

func TestBounds(t *testing.T) {
	r, telemetry := newReporter(t, &aggregate.Options{MaxNames: 10})
	for i := range 100 {
		telemetry.Count(context.Background(), fmt.Sprint("n", i%20), 1)
	}
	telemetry.Count(context.Background(), "n0", 1)
	s := r.Snapshot()
	if len(s.Counters) != 10 || s.Dropped != 50 || s.Counters["n0"].Sum != 6 {
		t.Errorf("got %+v", s)
	}
	if r.Reset().Dropped != 50 || r.Reset().Dropped != 0 {
		t.Error("Reset leaves the number of dropped events")
	}
	long, telemetry := newReporter(t, nil)
	telemetry.Count(context.Background(), strings.Repeat("é", 1000), 1)
	for name := range long.Snapshot().Counters {
		if name != strings.Repeat("é", 128)+"…" {
			t.Errorf("name %q", name)
		}
	}
}

// TestMillionValues wants a sketch not to grow with values of all magnitudes and signs.
func TestMillionValues(t *testing.T) {
	if testing.Short() {
		t.Skip("takes its time with the race detector")
	}
	r, telemetry := newReporter(t, nil)
	before := heap()
	for i := range 500_000 {
		x := math.Exp(float64(i%1400) - 700)
		telemetry.Metric(context.Background(), "v", x)
		telemetry.Metric(context.Background(), "v", -x)
	}
	if grown := int64(heap()) - int64(before); grown > 60<<10 {
		t.Errorf("%d bytes more than before", grown)
	}
	if n := r.Snapshot().Values["v"].Count; n != 1_000_000 {
		t.Errorf("%d values", n)
	}
}

// TestMillionNames wants memory not to grow with the number of names.
func TestMillionNames(t *testing.T) {
	if testing.Short() {
		t.Skip("takes its time with the race detector")
	}
	r, _ := newReporter(t, &aggregate.Options{MaxNames: 10})
	before := heap()
	for i := range 1_000_000 {
		r.RecordTiming(fmt.Sprint("some-rather-long-name-", i), 1, tele.Metadata{})
	}
	if grown := int64(heap()) - int64(before); grown > 60<<10 {
		t.Errorf("%d bytes more than before", grown)
	}
	if s := r.Snapshot(); len(s.Timings) != 10 || s.Dropped != 1_000_000-10 {
		t.Errorf("%d names, %d dropped", len(s.Timings), s.Dropped)
	}
}

// TestReset wants every event in one result, while there are others all the time.
func TestReset(t *testing.T) {
	r, telemetry := newReporter(t, nil)
	var workers sync.WaitGroup
	done := make(chan struct{})
	var timings, counts, sum int64
	collect := func(s aggregate.Snapshot) {
		timings += s.Timings["a"].Count
		counts += s.Counters["a.n"].Count
		sum += s.Counters["a.n"].Sum
		if s.Dropped != 0 || s.Unfit != 0 {
			t.Errorf("%d dropped, %d unfit", s.Dropped, s.Unfit)
		}
	}
	for range 4 {
		workers.Go(func() {
			for range 2000 {
				ctx, scope := telemetry.Start(context.Background(), "a")
				telemetry.Count(ctx, "n", 2)
				scope.End()
			}
		})
	}
	go func() {
		workers.Wait()
		close(done)
	}()
	for running := true; running; {
		select {
		case <-done:
			running = false
		default:
		}
		_ = r.String()
		collect(r.Reset())
	}
	collect(r.Reset())
	if timings != 8000 || counts != 8000 || sum != 16000 {
		t.Errorf("%d timings, %d counts of %d in all", timings, counts, sum)
	}
	if s := r.Snapshot(); len(s.Timings)+len(s.Counters) != 0 {
		t.Errorf("after the last Reset: %+v", s)
	}
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func BenchmarkTiming(b *testing.B) {
	_, telemetry := newReporter(b, nil)
	b.ReportAllocs()
	for b.Loop() {
		_, scope := telemetry.Start(context.Background(), "pipeline.plan", slog.String("tenant", "acme"))
		scope.End()
	}
}
