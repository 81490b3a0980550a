//go:build !teleoff

//nolint:teleinstr // misuse is what some of these tests are about
package logs_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	tele "github.com/teleinstr/teleinstr/runtime"
	"github.com/teleinstr/teleinstr/runtime/logs"
	"github.com/teleinstr/teleinstr/runtime/runtimetest"
)

func Example() {
	handler := slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: withoutTimes})
	reporter := logs.New(handler, &logs.Options{Group: "attrs"})
	telemetry := runtimetest.New(reporter) // tele.New in a program
	telemetry.Do(context.Background(), "ingest", func(ctx context.Context) error {
		telemetry.Count(ctx, "rows", 12)
		return errors.New("truncated")
	}, slog.String("file", "a.log"))
	// Output:
	// level=INFO msg=metric scope=ingest.rows value=12 depth=1 parent_scope=ingest metric_type=counter
	// level=ERROR msg=timing scope=ingest depth=0 call_count=0 attrs.file=a.log attrs.error=truncated
}

// withoutTimes leaves out what changes from run to run.
func withoutTimes(_ []string, a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey || strings.HasSuffix(a.Key, "_s") {
		return slog.Attr{}
	}
	return a
}

// TestConformance runs the conformance suite on what handlers of package slog write; there is nothing to compare for that of text.
func TestConformance(t *testing.T) {
	t.Run("json", func(t *testing.T) {
		runtimetest.Run(t, func(t *testing.T) (tele.Reporter, runtimetest.Results) {
			var out bytes.Buffer
			return logs.New(slog.NewJSONHandler(&out, nil), nil), func() (events []map[string]any) {
				for line := range bytes.Lines(out.Bytes()) {
					var event map[string]any
					if err := json.Unmarshal(line, &event); err != nil {
						t.Errorf("%v: %s", err, line)
					}
					events = append(events, event)
				}
				return events
			}
		})
	})
	t.Run("text", func(t *testing.T) {
		runtimetest.Run(t, func(t *testing.T) (tele.Reporter, runtimetest.Results) {
			return logs.New(slog.NewTextHandler(io.Discard, nil), &logs.Options{Group: "attrs"}), nil
		})
	})
}

// A keeper is a handler that keeps the records it takes.
type keeper struct {
	slog.Handler
	min     slog.Level
	handle  func(context.Context)
	fail    error
	mu      sync.Mutex
	records []slog.Record
}

func (k *keeper) Enabled(_ context.Context, level slog.Level) bool { return level >= k.min }

func (k *keeper) Handle(ctx context.Context, r slog.Record) error {
	if k.handle != nil {
		k.handle(ctx)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.records = append(k.records, r)
	return k.fail
}

func (k *keeper) levels() (levels []string) {
	for _, r := range k.records {
		levels = append(levels, r.Level.String())
	}
	return levels
}

// events makes a timing, one with an error, one that panics, and a metric.
func events(telemetry *tele.Telemetry) {
	telemetry = telemetry.WithOutcome()
	ctx := context.Background()
	telemetry.Time(ctx, "a")()
	telemetry.Do(ctx, "b", func(context.Context) error { return errors.New("no route") })
	func() {
		defer func() { recover() }()
		defer telemetry.Time(ctx, "c")()
		panic("c")
	}()
	telemetry.Count(ctx, "d", 1)
}

func TestLevels(t *testing.T) {
	var level slog.LevelVar
	level.Set(slog.LevelWarn)
	for _, c := range []struct {
		options *logs.Options
		min     slog.Level
		want    string
	}{
		{nil, slog.LevelDebug, "INFO ERROR ERROR INFO"},
		{&logs.Options{Timing: slog.LevelDebug}, slog.LevelDebug, "DEBUG ERROR ERROR INFO"},
		{&logs.Options{Metric: &level, Error: slog.LevelInfo}, slog.LevelDebug, "INFO INFO INFO WARN"},
		{&logs.Options{Metric: slog.LevelDebug}, slog.LevelInfo, "INFO ERROR ERROR"},
		{nil, slog.LevelError, "ERROR ERROR"},
		{nil, slog.LevelError + 1, ""},
	} {
		k := &keeper{min: c.min}
		events(runtimetest.New(logs.New(k, c.options)))
		if got := strings.Join(k.levels(), " "); got != c.want {
			t.Errorf("%+v: got %s, want %s", c.options, got, c.want)
		}
	}
}

func TestRecordTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := new(keeper)
		telemetry := runtimetest.New(logs.New(k, nil))
		start := time.Now()
		_, scope := telemetry.Start(context.Background(), "a")
		time.Sleep(3 * time.Second)
		scope.End()
		time.Sleep(time.Second)
		telemetry.Count(context.Background(), "n", 1)
		for i, want := range []time.Duration{3 * time.Second, 4 * time.Second} {
			if got := k.records[i].Time.Sub(start); got != want || k.records[i].PC != 0 {
				t.Errorf("record %d is of %v, want %v", i, got, want)
			}
		}
	})
}

// TestGroup wants attributes of any name to be kept apart from the record's own.
func TestGroup(t *testing.T) {
	var out bytes.Buffer
	telemetry := runtimetest.New(logs.New(slog.NewJSONHandler(&out, &slog.HandlerOptions{ReplaceAttr: withoutTimes}), &logs.Options{Group: "attrs"}))
	telemetry.Gauge(context.Background(), "g", 1, slog.String("scope", "x"), slog.Int("depth", 9), slog.String("msg", "y"))
	telemetry.Count(context.Background(), "n", 1)
	const want = `{"level":"INFO","msg":"metric","scope":"g","value":1,"depth":0,"metric_type":"gauge","attrs":{"scope":"x","depth":9,"msg":"y"}}
{"level":"INFO","msg":"metric","scope":"n","value":1,"depth":0,"metric_type":"counter"}
`
	if out.String() != want {
		t.Errorf("got  %s\nwant %s", out.String(), want)
	}
}

// A tracer is a ContextReporter whose contexts say so.
type tracer struct{ runtimetest.Recorder }

type traceKey struct{}

func (*tracer) StartScope(ctx context.Context, scope string, _ tele.Metadata) context.Context {
	return context.WithValue(ctx, traceKey{}, scope)
}

// TestInstrumentedHandler wants a handler that makes events itself to make none here, and to find what others have put into the context.
func TestInstrumentedHandler(t *testing.T) {
	for _, contextual := range []bool{false, true} {
		k := new(keeper)
		reporters := []tele.Reporter{logs.New(k, nil)}
		want := "<nil> <nil> "
		if contextual {
			reporters = append(reporters, new(tracer))
			want = "a a "
		}
		telemetry := runtimetest.New(reporters...)
		tele.SetDefault(telemetry)
		defer tele.SetDefault(nil)
		found := ""
		k.handle = func(ctx context.Context) {
			defer tele.Time(ctx, "handle")()
			tele.Count(ctx, "handled", 1)
			if v := ctx.Value(traceKey{}); v != nil {
				found += v.(string) + " "
			} else {
				found += "<nil> "
			}
		}
		ctx, scope := telemetry.Start(context.Background(), "a")
		telemetry.Count(ctx, "n", 1)
		scope.End()
		if len(k.records) != 2 || found != want {
			t.Errorf("contextual %v: %d records, found %q", contextual, len(k.records), found)
		}
	}
}

// TestHandlerFails wants an error of a handler to be logged, though not each, nor for ever if that is the logger's own handler.
func TestHandlerFails(t *testing.T) {
	before := slog.Default()
	defer slog.SetDefault(before)
	k := &keeper{fail: errors.New("disk full")}
	slog.SetDefault(slog.New(k))
	telemetry := runtimetest.New(logs.New(k, nil))
	for range 5 {
		telemetry.Count(context.Background(), "n", 1)
	}
	entries := ""
	for _, r := range k.records {
		if r.Message != "metric" {
			r.Attrs(func(a slog.Attr) bool { entries += a.String(); return true })
		}
	}
	if len(k.records) != 6 || entries != "error=disk full" {
		t.Errorf("%d records, entries %q", len(k.records), entries)
	}
}

// TestConcurrentUse has many goroutines at a handler while its level changes.
func TestConcurrentUse(t *testing.T) {
	var level slog.LevelVar
	k := &keeper{min: slog.LevelInfo}
	telemetry := runtimetest.New(logs.New(k, &logs.Options{Metric: &level}))
	var workers sync.WaitGroup
	for range 8 {
		workers.Go(func() {
			for range 100 {
				ctx, scope := telemetry.Start(context.Background(), "a")
				telemetry.Count(ctx, "n", 1)
				scope.End()
				level.Set(slog.LevelDebug)
			}
		})
	}
	workers.Wait()
	if n := len(k.records); n < 801 || n > 808 {
		t.Errorf("%d records", n)
	}
}

// TestRecords wants records to be such as a handler of package slog copes with.
func TestRecords(t *testing.T) {
	var out bytes.Buffer
	r := logs.New(slog.NewJSONHandler(&out, nil), nil)
	runtimetest.New(r).Metric(context.Background(), "m", slog.GroupValue(slog.Int("a", 1)), slog.Group("g", "b", 2), slog.Group("empty"))
	var got map[string]any
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got["value"].(map[string]any)["a"] != 1.0 || got["g"].(map[string]any)["b"] != 2.0 || got["empty"] != nil {
		t.Errorf("got %v", got)
	}
}

func BenchmarkTiming(b *testing.B) {
	telemetry := runtimetest.New(logs.New(slog.NewJSONHandler(io.Discard, nil), nil))
	off := runtimetest.New(logs.New(slog.DiscardHandler, nil))
	for name, t := range map[string]*tele.Telemetry{"json": telemetry, "discarded": off} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for range b.N {
				_, scope := t.Start(context.Background(), "a", tele.Int("n", 1))
				scope.End()
			}
		})
	}
}
