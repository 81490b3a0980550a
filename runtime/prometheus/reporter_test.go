//go:build !teleoff

//nolint:teleinstr // misuse is what some of these tests are about
package teleprom_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	tele "github.com/teleinstr/teleinstr/runtime"
	teleprom "github.com/teleinstr/teleinstr/runtime/prometheus"
	"github.com/teleinstr/teleinstr/runtime/runtimetest"
)

func Example() {
	reporter, err := teleprom.New(&teleprom.Options{Labels: []string{"tenant"}})
	if err != nil {
		panic(err)
	}
	telemetry := runtimetest.New(reporter) // tele.New, for a program that was started with TELEINSTR_TELEMETRY=1

	ctx, scope := telemetry.Start(context.Background(), "pipeline.plan", slog.String("tenant", "acme"))
	telemetry.Count(ctx, "api.requests", 3, slog.String("tenant", "acme"))
	telemetry.Gauge(ctx, "queue.depth", 7)
	scope.End()

	response := httptest.NewRecorder()
	reporter.Handler().ServeHTTP(response, httptest.NewRequest("GET", "/metrics", nil))
	for line := range strings.Lines(response.Body.String()) {
		if strings.HasPrefix(line, "tele_api") || strings.HasPrefix(line, "tele_queue") || strings.HasPrefix(line, "tele_scope_duration_seconds_count") {
			fmt.Print(line)
		}
	}
	// Output:
	// tele_api_requests_total{scope="pipeline.plan",tenant="acme"} 3
	// tele_queue_depth{scope="pipeline.plan",tenant=""} 7
	// tele_scope_duration_seconds_count{error="false",scope="pipeline.plan",tenant="acme"} 1
}

func newReporter(t testing.TB, options *teleprom.Options) *teleprom.Reporter {
	t.Helper()
	r, err := teleprom.New(options)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// samples are what was gathered: counters, gauges and the numbers of observations by name{label="value",…}, labels sorted.
func samples(t testing.TB, from prometheus.Gatherer) map[string]float64 {
	t.Helper()
	all := map[string]float64{}
	for name, m := range metrics(t, from) {
		switch {
		case m.Counter != nil:
			all[name] = m.Counter.GetValue()
		case m.Gauge != nil:
			all[name] = m.Gauge.GetValue()
		case m.Histogram != nil:
			all[name] = float64(m.Histogram.GetSampleCount())
		}
	}
	return all
}

func metrics(t testing.TB, from prometheus.Gatherer) map[string]*dto.Metric {
	t.Helper()
	families, err := from.Gather()
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]*dto.Metric{}
	for _, f := range families {
		for _, m := range f.Metric {
			var labels []string
			for _, l := range m.Label {
				if l.GetValue() != "" {
					labels = append(labels, fmt.Sprintf("%s=%q", l.GetName(), l.GetValue()))
				}
			}
			all[f.GetName()+"{"+strings.Join(labels, ",")+"}"] = m
		}
	}
	return all
}

// want wants samples to have these values; a negative one for none.
func want(t *testing.T, got map[string]float64, want map[string]float64) {
	t.Helper()
	for name, value := range want {
		if v, ok := got[name]; value < 0 && ok || value >= 0 && v != value {
			t.Errorf("%s is %v (%v), want %v", name, v, ok, value)
		}
	}
	if t.Failed() {
		t.Logf("got %v", got)
	}
}

func TestConformance(t *testing.T) {
	for name, options := range map[string]*teleprom.Options{
		"no options": nil,
		"labels":     {Labels: []string{"k", "s", "odd", "name", "v", "日本", "a b"}},
		"bounds":     {Labels: []string{"k"}, MaxSeries: 1, MaxNames: 2},
		"no buckets": {Buckets: []float64{}, BucketFactor: 1},
		"registerer": {Registerer: prometheus.NewRegistry()},
	} {
		t.Run(name, func(t *testing.T) {
			silence(t)
			runtimetest.Run(t, func(t *testing.T) (tele.Reporter, runtimetest.Results) {
				o := options
				if o != nil && o.Registerer != nil {
					o = &teleprom.Options{Registerer: prometheus.NewPedanticRegistry()}
				}
				r := newReporter(t, o)
				t.Cleanup(func() {
					samples(t, r)
					if o != nil && o.Registerer != nil {
						samples(t, o.Registerer.(prometheus.Gatherer))
					}
				})
				return r, nil
			})
		})
	}
}

func TestTimings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newReporter(t, nil)
		telemetry := runtimetest.New(r)
		for i := range 4 {
			telemetry.Do(context.Background(), "a", func(ctx context.Context) error {
				defer telemetry.Time(ctx, "b")()
				time.Sleep(time.Duration(i) * time.Second)
				if i == 3 {
					return errors.New("secret")
				}
				return nil
			})
		}
		all := metrics(t, r)
		h := all[`tele_scope_duration_seconds{error="false",scope="a"}`].GetHistogram()
		if h.GetSampleCount() != 3 || h.GetSampleSum() != 3 {
			t.Errorf("%d observations of %v seconds, want 3 of 3", h.GetSampleCount(), h.GetSampleSum())
		}
		if len(h.Bucket) != len(teleprom.DefaultBuckets()) || len(h.PositiveSpan) == 0 || h.GetZeroCount() != 1 {
			t.Errorf("%d classic buckets, native %v, %d in the one for zero", len(h.Bucket), h.PositiveSpan, h.GetZeroCount())
		}
		want(t, samples(t, r), map[string]float64{
			`tele_scope_duration_seconds{error="true",scope="a"}`:    1,
			`tele_scope_duration_seconds{error="false",scope="a.b"}`: 4,
		})
	})
}

func TestMetrics(t *testing.T) {
	silence(t)
	r := newReporter(t, nil)
	telemetry := runtimetest.New(r)
	ctx, _ := telemetry.Start(context.Background(), "a.b")
	for range 2 {
		telemetry.Count(ctx, "n", 2)
		telemetry.Gauge(ctx, "level", -1.5)
		telemetry.Metric(ctx, "rows", 7)
		telemetry.Metric(ctx, "lag", time.Minute)
		telemetry.Metric(ctx, "full", true)
	}
	telemetry.Count(context.Background(), "n", 1)
	telemetry.Count(ctx, "n", -1)
	telemetry.Gauge(ctx, "inf", math.Inf(1))
	telemetry.Metric(ctx, "rows", math.NaN())
	telemetry.Metric(ctx, "rows", math.Inf(-1))
	telemetry.Metric(ctx, "text", "full")
	want(t, samples(t, r), map[string]float64{
		`tele_n_total{scope="a.b"}`:                         4,
		`tele_n_total{}`:                                    1,
		`tele_rows{scope="a.b"}`:                            2,
		`tele_lag_seconds{scope="a.b"}`:                     2,
		`tele_inf{scope="a.b"}`:                             math.Inf(1),
		`tele_text{scope="a.b"}`:                            -1,
		`tele_events_dropped_total{reason="negative"}`:      1,
		`tele_events_dropped_total{reason="not_finite"}`:    2,
		`tele_events_dropped_total{reason="not_a_number"}`:  1,
		`tele_events_dropped_total{reason="collision"}`:     0,
		`tele_events_overflowed_total{}`:                    0,
		`tele_scope_duration_seconds{error="",scope="a.b"}`: -1,
	})
	all := metrics(t, r)
	if got := all[`tele_level{scope="a.b"}`].GetGauge().GetValue(); got != -1.5 {
		t.Errorf("gauge is %v", got)
	}
	for name, sum := range map[string]float64{"rows": 14, "lag_seconds": 120, "full": 2} {
		if got := all["tele_"+name+`{scope="a.b"}`].GetHistogram().GetSampleSum(); got != sum {
			t.Errorf("sum of %s is %v, want %v", name, got, sum)
		}
	}
	if h := all[`tele_rows{scope="a.b"}`].GetHistogram(); len(h.Bucket) != 0 || len(h.PositiveSpan) == 0 {
		t.Errorf("buckets of a metric: classic %v, native %v", h.Bucket, h.PositiveSpan)
	}
}

// TestLabels wants attributes to be labels if they are chosen, and only then.
func TestLabels(t *testing.T) {
	r := newReporter(t, &teleprom.Options{Labels: []string{"tenant", "http.code"}, Namespace: "shop"})
	telemetry := runtimetest.New(r)
	_, scope := telemetry.Start(context.Background(), "a", slog.String("tenant", "x"), slog.String("password", "p"))
	scope.End(slog.String("tenant", "y\xff"), slog.Int("http.code", 200))
	telemetry.Count(context.Background(), "n", 1, slog.String("tenant", strings.Repeat("é", 1000)))
	for name := range samples(t, r) {
		if strings.Contains(name, "password") || len(name) > 250 {
			t.Errorf("got %s", name)
		}
	}
	want(t, samples(t, r), map[string]float64{
		`shop_scope_duration_seconds{error="false",http_code="200",scope="a",tenant="y` + "\uFFFD" + `"}`: 1,
		`shop_n_total{tenant="` + strings.Repeat("é", 64) + `…"}`:                                         1,
	})
}

// TestLabelsAreToldApart wants values that would read alike once joined to be different series.
func TestLabelsAreToldApart(t *testing.T) {
	r := newReporter(t, &teleprom.Options{Labels: []string{"a", "b"}})
	telemetry := runtimetest.New(r)
	for _, pair := range [][2]string{{"x", "yz"}, {"xy", "z"}, {"x1:", "y"}, {"x", "1:y"}, {"x:", "y"}, {"x", ":y"}} {
		telemetry.Count(context.Background(), "n", 1, slog.String("a", pair[0]), slog.String("b", pair[1]))
	}
	if got := len(samples(t, r)) - 6; got != 6 { // less the reporter's own
		t.Errorf("%d series, want 6: %v", got, samples(t, r))
	}
}

// TestCollisions wants what comes first to keep a name, and the rest to be told.
func TestCollisions(t *testing.T) {
	for _, c := range []struct {
		name          string
		first, second func(*tele.Telemetry, context.Context)
	}{
		{"spelling", count("a.b"), count("a_b")},
		{"suffix", count("a"), count("a_total")},
		{"gauge in place of a counter", count("a"), gauge("a_total")},
		{"family in OpenMetrics", count("a"), gauge("a")},
		{"sum of a histogram", value("a"), gauge("a.sum")},
		{"histogram over a counter", gauge("a.count"), value("a")},
		{"unit", value("a_seconds"), func(t *tele.Telemetry, ctx context.Context) { t.Metric(ctx, "a", time.Second) }},
		{"timings", func(*tele.Telemetry, context.Context) {}, gauge("scope.duration.seconds")},
		{"count of timings", func(*tele.Telemetry, context.Context) {}, gauge("scope_duration_seconds_count")},
		{"the reporter's own", func(*tele.Telemetry, context.Context) {}, count("events.dropped")},
	} {
		t.Run(c.name, func(t *testing.T) {
			log := silence(t)
			registry := prometheus.NewPedanticRegistry()
			r := newReporter(t, &teleprom.Options{Registerer: registry})
			telemetry := runtimetest.New(r)
			c.first(telemetry, context.Background())
			before := len(samples(t, r))
			for range 3 {
				c.second(telemetry, context.Background())
			}
			after := samples(t, registry)
			if len(after) != before || after[`tele_events_dropped_total{reason="collision"}`] != 3 {
				t.Errorf("not refused: %v", after)
			}
			if got := strings.Count(log.String(), "reason=collision"); got != 1 || !strings.Contains(log.String(), "taken_by=") {
				t.Errorf("%d entries, want one: %s", got, log)
			}
		})
	}
}

func count(name string) func(*tele.Telemetry, context.Context) {
	return func(t *tele.Telemetry, ctx context.Context) { t.Count(ctx, name, 1) }
}

func gauge(name string) func(*tele.Telemetry, context.Context) {
	return func(t *tele.Telemetry, ctx context.Context) { t.Gauge(ctx, name, 1) }
}

func value(name string) func(*tele.Telemetry, context.Context) {
	return func(t *tele.Telemetry, ctx context.Context) { t.Metric(ctx, name, 1) }
}

// TestRegisterer wants the program's own metrics to stay what they are.
func TestRegisterer(t *testing.T) {
	silence(t)
	registry := prometheus.NewRegistry()
	own := prometheus.NewCounter(prometheus.CounterOpts{Name: "tele_jobs_total"})
	registry.MustRegister(own)
	own.Add(5)
	r := newReporter(t, &teleprom.Options{Registerer: registry})
	telemetry := runtimetest.New(r)
	telemetry.Count(context.Background(), "jobs", 1)
	telemetry.Count(context.Background(), "others", 1)
	want(t, samples(t, registry), map[string]float64{
		"tele_jobs_total{}": 5, "tele_others_total{}": 1, `tele_events_dropped_total{reason="collision"}`: 1,
	})
	want(t, samples(t, r), map[string]float64{"tele_jobs_total{}": -1, "tele_others_total{}": 1})

	if _, err := teleprom.New(&teleprom.Options{Registerer: registry}); err == nil {
		t.Error("a second reporter has the same names")
	}
	newReporter(t, &teleprom.Options{Registerer: registry, Namespace: "second"})
	if _, err := teleprom.New(&teleprom.Options{Registerer: halfTaken()}); err == nil {
		t.Error("a histogram of timings is there already")
	}
}

// halfTaken returns a registry with a metric that only the last of a reporter's own is in the way of; it wants none of the others
// to be left when that is refused.
func halfTaken() prometheus.Registerer {
	registry := prometheus.NewRegistry()
	registry.MustRegister(prometheus.NewGauge(prometheus.GaugeOpts{Name: "tele_scope_duration_seconds"}))
	if _, err := teleprom.New(&teleprom.Options{Registerer: registry}); err == nil {
		panic("not refused")
	}
	if families, _ := registry.Gather(); len(families) != 1 {
		panic("the rest is left")
	}
	return registry
}

func TestInvalidOptions(t *testing.T) {
	for wanted, options := range map[string]teleprom.Options{
		`namespace "a b": no name in Prometheus; write "a_b"`:                              {Namespace: "a b"},
		`namespace "1": no name in Prometheus; write "_1"`:                                 {Namespace: "1"},
		"buckets: 1 follows 2; bounds must increase":                                       {Buckets: []float64{2, 1}},
		"value buckets: NaN follows 2; bounds must increase":                               {ValueBuckets: []float64{2, math.NaN()}},
		`label "scope": the label scope is the path; choose another key`:                   {Labels: []string{"scope"}},
		`label "error": the label error is whether there was an error; choose another key`: {Labels: []string{"error"}},
		`label "le": the label le is the bound of a bucket; choose another key`:            {Labels: []string{"le"}},
		`label "a_b": the label a_b is the attribute "a.b"; choose another key`:            {Labels: []string{"a.b", "a_b"}},
		`label "a": the label a is the attribute "a"; choose another key`:                  {Labels: []string{"a", "a"}},
		`label "depth": built-in metadata, not an attribute; choose another`:               {Labels: []string{"depth"}},
		`label "": no key`: {Labels: []string{""}},
		`label "__b": the label _b is the attribute "_b"; choose another key`: {Labels: []string{"_b", "__b"}},
	} {
		if _, err := teleprom.New(&options); err == nil || err.Error() != wanted {
			t.Errorf("got  %v\nwant %s", err, wanted)
		}
	}
}

// TestMillionValues wants neither memory nor a scrape to grow with a million values of a label, of scopes, or of names.
func TestMillionValues(t *testing.T) {
	if testing.Short() {
		t.Skip("takes its time with the race detector")
	}
	const values = 1_000_000
	log := silence(t)
	r := newReporter(t, &teleprom.Options{Labels: []string{"id"}, MaxSeries: 100})
	telemetry := runtimetest.New(r)
	before := heap()
	for i := range values {
		telemetry.Count(context.Background(), "n", 1, slog.String("id", fmt.Sprint("some-rather-long-identifier-", i)))
	}
	all := samples(t, r)
	want(t, all, map[string]float64{
		`tele_n_total{id="some-rather-long-identifier-99"}`:  1,
		`tele_n_total{id="some-rather-long-identifier-100"}`: -1,
		`tele_n_total{id="_overflow"}`:                       values - 100,
		`tele_events_overflowed_total{}`:                     values - 100,
	})
	if grown := int64(heap()) - int64(before); grown > 4<<20 {
		t.Errorf("%d bytes more than before", grown)
	}
	if len(all) > 110 {
		t.Errorf("%d series", len(all))
	}
	if got := strings.Count(log.String(), "too many series"); got == 0 || got > 5 {
		t.Errorf("%d entries about series: %s", got, log)
	}
	runtime.KeepAlive(r)
}

// TestManyScopes wants scopes beyond the bound to be one, and the attributes of others to be left out of theirs.
func TestManyScopes(t *testing.T) {
	silence(t)
	r := newReporter(t, &teleprom.Options{Labels: []string{"id"}, MaxSeries: 10})
	telemetry := runtimetest.New(r)
	for i := range 50 {
		for scope := range 50 {
			_, s := telemetry.Start(context.Background(), fmt.Sprint("s", scope), slog.Int("id", i))
			s.End()
		}
	}
	all := samples(t, r)
	sum := 0.0
	timings := 0
	for name, n := range all {
		if strings.HasPrefix(name, "tele_scope_duration_seconds") {
			timings++
			sum += n
		}
	}
	if timings > 22 || sum != 2500 {
		t.Errorf("%d series of %v timings", timings, sum)
	}
	want(t, all, map[string]float64{
		`tele_scope_duration_seconds{error="false",id="0",scope="s9"}`:                1,
		`tele_scope_duration_seconds{error="false",id="_overflow",scope="s10"}`:       50,
		`tele_scope_duration_seconds{error="false",id="_overflow",scope="_overflow"}`: 1990,
	})
}

func TestManyNames(t *testing.T) {
	silence(t)
	r := newReporter(t, &teleprom.Options{MaxNames: 10})
	telemetry := runtimetest.New(r)
	for i := range 1000 {
		telemetry.Count(context.Background(), fmt.Sprint("n", i%100), 1)
	}
	want(t, samples(t, r), map[string]float64{
		"tele_n9_total{}": 10, "tele_n10_total{}": -1, `tele_events_dropped_total{reason="too_many_names"}`: 900,
	})
}

func TestBuckets(t *testing.T) {
	r := newReporter(t, &teleprom.Options{Buckets: []float64{}, ValueBuckets: []float64{1, 10}, BucketFactor: 1})
	telemetry := runtimetest.New(r)
	telemetry.Time(context.Background(), "a")()
	telemetry.Metric(context.Background(), "v", 5)
	all := metrics(t, r)
	timing, value := all[`tele_scope_duration_seconds{error="false",scope="a"}`].GetHistogram(), all[`tele_v{}`].GetHistogram()
	if len(timing.Bucket) != 0 || timing.Schema != nil || timing.GetSampleCount() != 1 {
		t.Errorf("without buckets there are %v", timing)
	}
	if len(value.Bucket) != 2 || value.Bucket[1].GetCumulativeCount() != 1 || value.Schema != nil {
		t.Errorf("with classic buckets there are %v", value)
	}
}

func TestConcurrentUse(t *testing.T) {
	r := newReporter(t, &teleprom.Options{Labels: []string{"i"}})
	telemetry := runtimetest.New(r)
	var workers sync.WaitGroup
	for i := range 8 {
		workers.Go(func() {
			for j := range 200 {
				ctx, scope := telemetry.Start(context.Background(), fmt.Sprint("s", j%10), slog.Int("i", i))
				telemetry.Count(ctx, fmt.Sprint("n", j%7), 1)
				telemetry.Gauge(ctx, "g", 1)
				scope.End()
				if j%50 == 0 {
					r.Gather()
				}
			}
		})
	}
	workers.Wait()
	want(t, samples(t, r), map[string]float64{
		`tele_scope_duration_seconds{error="false",i="7",scope="s0"}`: 20, `tele_n0_total{scope="s0"}`: 8 * 3,
	})
}

func TestServe(t *testing.T) {
	log := silence(t)
	r := newReporter(t, nil)
	runtimetest.New(r).Count(context.Background(), "n", 1)
	server, err := r.Serve(":0")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(server.URL, "http://127.0.0.1:") || !strings.Contains(log.String(), "url="+server.URL) || !strings.Contains(log.String(), "this machine only") {
		t.Errorf("listens at %s and says %s", server.URL, log)
	}
	response, err := http.Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(response.Body)
	response.Body.Close()
	if err != nil || !bytes.Contains(body, []byte("tele_n_total{scope=\"\"} 1\n")) {
		t.Errorf("got %s, %v", body, err)
	}
	if _, err := r.Serve(strings.TrimSuffix(strings.TrimPrefix(server.URL, "http://"), "/metrics")); err == nil {
		t.Error("a port that is taken is no error")
	}
	if err := server.Close(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := http.Get(server.URL); err == nil {
		t.Error("still there after Close")
	}
	for _, addr := range []string{"nonsense", "1:2:3", ":nonsense"} {
		if _, err := r.Serve(addr); err == nil {
			t.Errorf("%q is an address", addr)
		}
	}
}

// silence collects what is logged.
func silence(t *testing.T) *safeBuffer {
	log := new(safeBuffer)
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(log, nil)))
	t.Cleanup(func() { slog.SetDefault(before) })
	return log
}

type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func BenchmarkTiming(b *testing.B) {
	for name, labels := range map[string][]string{"no labels": nil, "label": {"tenant"}} {
		b.Run(name, func(b *testing.B) {
			r := newReporter(b, &teleprom.Options{Labels: labels})
			telemetry := runtimetest.New(r)
			b.ReportAllocs()
			for b.Loop() {
				_, scope := telemetry.Start(context.Background(), "pipeline.plan", slog.String("tenant", "acme"))
				scope.End()
			}
		})
	}
}

// BenchmarkReporter is the part of the reporter in a timing.
func BenchmarkReporter(b *testing.B) {
	r := newReporter(b, nil)
	b.ReportAllocs()
	for b.Loop() {
		r.RecordTiming("pipeline.plan", time.Millisecond, tele.Metadata{})
	}
}

// BenchmarkPeer is what one would write by hand, with two readings of the clock.
func BenchmarkPeer(b *testing.B) {
	h := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "h", Buckets: teleprom.DefaultBuckets(), NativeHistogramBucketFactor: 1.1,
	}, []string{"scope", "error"})
	b.ReportAllocs()
	for b.Loop() {
		start := time.Now()
		h.WithLabelValues("pipeline.plan", "false").Observe(time.Since(start).Seconds())
	}
}
