package runtimetest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	tele "github.com/teleinstr/teleinstr/runtime"
)

// absent, as a wanted value, is for a key that must not be there.
const absent = "\x00absent"

var cases = []testCase{
	{
		name:        "timing",
		explanation: "a timing carries its path, its duration, and the built-in metadata by the names of the specification",
		make: func(t *tele.Telemetry) {
			_, scope := t.Start(context.Background(), "pipeline.plan")
			for start := time.Now(); time.Since(start) < time.Millisecond; { // more than rounding makes up for
			}
			scope.End()
		},
		check: func(events []map[string]any) error {
			return errors.Join(checkTimes(events[0]), want(events, map[string]any{
				"scope": "pipeline.plan", "depth": 0, "call_count": 0, "parent_scope": absent, "metric_type": absent,
			}))
		},
	},
	{
		name:        "nested",
		explanation: "inner scopes come first, with the path of those around them",
		make: func(t *tele.Telemetry) {
			ctx, outer := t.Start(context.Background(), "pipeline")
			ctx, middle := t.Start(ctx, "plan.build")
			t.Count(ctx, "tokens", 3)
			middle.End()
			outer.End()
		},
		check: func(events []map[string]any) error {
			return want(events,
				map[string]any{"scope": "pipeline.plan.build.tokens", "depth": 2, "parent_scope": "pipeline.plan.build", "value": 3},
				map[string]any{"scope": "pipeline.plan.build", "depth": 1, "parent_scope": "pipeline", "call_count": 1},
				map[string]any{"scope": "pipeline", "depth": 0, "parent_scope": absent, "call_count": 0})
		},
	},
	{
		name:        "metrics",
		explanation: "a counter and a gauge say so in metric_type, another metric has none, and none has times",
		make: func(t *tele.Telemetry) {
			ctx := context.Background()
			t.Count(ctx, "c", -2)
			t.Gauge(ctx, "g", 0.91)
			t.Metric(ctx, "b", true)
			t.Metric(ctx, "s", "full")
		},
		check: func(events []map[string]any) error {
			return want(events,
				map[string]any{"scope": "c", "value": -2, "metric_type": "counter", "depth": 0, "start_wall_time_s": absent, "call_count": absent},
				map[string]any{"scope": "g", "value": 0.91, "metric_type": "gauge"},
				map[string]any{"scope": "b", "value": true, "metric_type": absent},
				map[string]any{"scope": "s", "value": "full", "metric_type": absent})
		},
	},
	{
		name:        "attributes",
		explanation: "the user's attributes are written by their keys, those of the start and those of the end; a slog.LogValuer by what it resolves to",
		make: func(t *tele.Telemetry) {
			_, scope := t.Start(context.Background(), "a", slog.String("s", "text"), slog.Int("i", -7), slog.Bool("b", true))
			scope.End(slog.Float64("f", 2.5), slog.Uint64("u", 7), slog.Any("v", valuer{}))
			t.Count(context.Background(), "c", 1, slog.String("s", ""))
		},
		check: func(events []map[string]any) error {
			return want(events,
				map[string]any{"s": "text", "i": -7, "b": true, "f": 2.5, "u": 7, "v": "resolved"},
				map[string]any{"s": ""})
		},
	},
	{
		name:        "error",
		explanation: "the error of a scope is written as error, by its text",
		make: func(t *tele.Telemetry) {
			err := fmt.Errorf("load: %w", errors.New("no route"))
			_, scope := t.Start(context.Background(), "a")
			scope.EndErr(&err)
		},
		check: func(events []map[string]any) error {
			return want(events, map[string]any{"error": "load: no route"})
		},
	},
	{
		name:        "reserved-keys",
		explanation: "an attribute with the name of built-in metadata does not take its place",
		//nolint:teleinstr // the names are what this is about
		make: func(t *tele.Telemetry) {
			_, scope := t.Start(context.Background(), "a", slog.Int("depth", 9), slog.String("parent_scope", "x"))
			scope.End(slog.String("kept", "y"))
			t.Gauge(context.Background(), "g", 1, slog.String("metric_type", "x"))
		},
		check: func(events []map[string]any) error {
			return want(events,
				map[string]any{"depth": 0, "parent_scope": absent, "kept": "y"},
				map[string]any{"metric_type": "gauge"})
		},
	},
	{
		name:        "hostile-text",
		explanation: "names, keys and values may hold any text; what is valid UTF-8 is written unchanged, the rest as valid UTF-8",
		make: func(t *tele.Telemetry) {
			for _, text := range hostile {
				t.Metric(context.Background(), text, text, slog.String("k", text))
				_, scope := t.Start(context.Background(), text, slog.String(text, "v"))
				scope.End()
			}
		},
		check: checkHostile,
	},
	{
		name:        "odd-numbers",
		explanation: "numbers that JSON does not have, and the largest there are, do not lose the event",
		make: func(t *tele.Telemetry) {
			for _, f := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), math.MaxFloat64, math.SmallestNonzeroFloat64} {
				t.Gauge(context.Background(), "g", f, slog.Float64("f", f))
			}
			t.Count(context.Background(), "c", math.MinInt64, slog.Uint64("u", math.MaxUint64))
		},
	},
	{
		name:        "odd-values",
		explanation: "values that cannot be written, or whose methods panic, do not lose the event, nor the rest of it",
		make: func(t *tele.Telemetry) {
			for _, v := range oddValues() {
				t.Metric(context.Background(), "m", v)
				t.Metric(context.Background(), "kept", "v", slog.Any("odd", v), slog.String("after", "v"))
			}
		},
		check: func(events []map[string]any) error {
			all := slices.Repeat([]map[string]any{{"scope": "m"}, {"scope": "kept", "value": "v", "after": "v"}}, len(oddValues()))
			return want(events, all...)
		},
	},
	{
		name:        "many",
		explanation: "a thousand events with many attributes are written one by one",
		make: func(t *tele.Telemetry) {
			var attrs []slog.Attr
			for i := range 50 {
				attrs = append(attrs, slog.Int(fmt.Sprintf("k%d", i), i))
			}
			for range 1000 {
				t.Count(context.Background(), "c", 1, attrs...)
			}
		},
		check: func(events []map[string]any) error {
			return want(events, slices.Repeat([]map[string]any{{"scope": "c", "k0": 0, "k49": 49}}, 1000)...)
		},
	},
	{
		name:        "concurrent",
		explanation: "several goroutines call the reporter at a time; no event is lost, or mixed with another",
		make: func(t *tele.Telemetry) {
			var workers sync.WaitGroup
			for i := range 8 {
				workers.Go(func() {
					for range 100 {
						name := fmt.Sprintf("g%d", i)
						ctx, scope := t.Start(context.Background(), name, slog.String("name", name))
						t.Count(ctx, "c", int64(i))
						scope.End()
					}
				})
			}
			workers.Wait()
		},
		check: checkConcurrent,
	},
	{
		name:        "no-event",
		explanation: "the zero Metadata does no harm",
		call: func(r tele.Reporter) {
			r.RecordTiming("a", 0, tele.Metadata{})
			r.RecordMetric("a", slog.Value{}, tele.Metadata{})
		},
	},
}

type valuer struct{}

func (valuer) LogValue() slog.Value { return slog.StringValue("resolved") }

var hostile = []string{
	"a b", "a=b", `a"b`, "a'b", "a\\b", "a,b;c|d", "a\nb", "\r\n", "\x00", "\x1b[31mred", "\u2028", "größe.日本", "a..b", ".", "<a>&b</a>",
	"\xff\xfe", "a\xc3", "${x}%s%n", strings.Repeat("x", 10_000), strings.Repeat("日本.", 5_000),
}

func checkHostile(events []map[string]any) error {
	for i, text := range hostile {
		metric, timing := events[2*i], events[2*i+1]
		for what, v := range map[string]any{"scope": metric["scope"], "value": metric["value"], "k": metric["k"], "scope of a timing": timing["scope"]} {
			s, ok := v.(string)
			long := len(text) > 5000 && len(s) > 5000 && strings.HasPrefix(text, s[:5000])
			if !ok || !utf8.ValidString(s) || utf8.ValidString(text) && s != text && !long {
				return fmt.Errorf("%s: got %.100q, want %.100q", what, fmt.Sprint(v), text)
			}
		}
		if utf8.ValidString(text) && len(text) < 1000 && timing[text] != "v" {
			return fmt.Errorf("attribute %q is missing", text)
		}
	}
	return nil
}

func oddValues() []any {
	var nobody *time.Time
	cycle := map[string]any{}
	cycle["self"] = &cycle
	return []any{
		nil, nobody, func() {}, make(chan int), complex(1, 2),
		struct{ f func() }{},
		cycle,
		[]byte{0xff},
		panicking{},
		panickingError{},
		panickingValuer{},
		endless{},
		slog.GroupValue(slog.Int("a", 1)), slog.Group("g", "a", 1),
		map[any]int{1: 2},
		errors.New("text"), time.Unix(0, 0), time.Minute,
	}
}

type panicking struct{}

func (panicking) String() string               { panic("String") }
func (panicking) MarshalJSON() ([]byte, error) { panic("MarshalJSON") }
func (panicking) MarshalText() ([]byte, error) { panic("MarshalText") }

type panickingError struct{}

func (panickingError) Error() string { panic("Error") }

type panickingValuer struct{}

func (panickingValuer) LogValue() slog.Value { panic("LogValue") }

type endless struct{}

func (e endless) LogValue() slog.Value { return slog.AnyValue(e) }

func checkConcurrent(events []map[string]any) error {
	count := map[string]int{}
	for _, e := range events {
		scope, _ := e["scope"].(string)
		count[scope]++
		if name, timing := e["name"]; timing && name != scope {
			return fmt.Errorf("event of %v has the attributes of %v", scope, name)
		}
	}
	for i := range 8 {
		for _, scope := range []string{fmt.Sprintf("g%d", i), fmt.Sprintf("g%d.c", i)} {
			if count[scope] != 100 {
				return fmt.Errorf("%d events of %s, want 100", count[scope], scope)
			}
		}
	}
	return nil
}

// want returns what the events lack of the wanted keys.
func want(events []map[string]any, wanted ...map[string]any) error {
	for i, w := range wanted {
		for _, key := range slices.Sorted(maps.Keys(w)) {
			got, ok := events[i][key]
			switch {
			case w[key] == absent && ok:
				return fmt.Errorf("event %d: %s is %v, should be absent", i, key, got)
			case w[key] == absent:
			case !ok:
				return fmt.Errorf("event %d: %s is missing", i, key)
			case plain(got) != plain(w[key]):
				return fmt.Errorf("event %d: %s is %v, want %v", i, key, got, w[key])
			}
		}
	}
	return nil
}

// plain makes values of different types comparable.
func plain(v any) any {
	switch v := v.(type) {
	case slog.Value:
		return plain(v.Resolve().Any())
	case int:
		return float64(v)
	case int64:
		return float64(v)
	case uint64:
		return float64(v)
	case error:
		return v.Error()
	}
	return v
}

// checkTimes checks the times of a timing against each other, as closely as seconds in a float64 allow.
func checkTimes(event map[string]any) error {
	t := map[string]float64{}
	for _, key := range []string{"duration_s", "start_monotonic_s", "end_monotonic_s", "start_wall_time_s", "end_wall_time_s"} {
		f, ok := plain(event[key]).(float64)
		if !ok {
			return fmt.Errorf("%s is %v, want a number of seconds", key, event[key])
		}
		t[key] = f
	}
	near := func(a, b float64) bool { return math.Abs(a-b) < 1e-5 }
	switch {
	case t["duration_s"] < 0 || t["duration_s"] > 60:
		return fmt.Errorf("duration_s is %v", t["duration_s"])
	case !near(t["end_monotonic_s"]-t["start_monotonic_s"], t["duration_s"]):
		return errors.New("the monotonic times do not differ by duration_s")
	case !near(t["end_wall_time_s"]-t["start_wall_time_s"], t["duration_s"]):
		return errors.New("the wall times do not differ by duration_s")
	case math.Abs(t["start_wall_time_s"]-float64(time.Now().Unix())) > 3600:
		return fmt.Errorf("start_wall_time_s is %v, want seconds since 1970", t["start_wall_time_s"])
	}
	return nil
}
