//go:build !teleoff

package runtimetest

import (
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	tele "github.com/teleinstr/teleinstr/runtime"
	"github.com/teleinstr/teleinstr/runtime/async"
	"github.com/teleinstr/teleinstr/runtime/simple"
)

// results reads a recorder the way that Run wants it.
func (r *Recorder) results() (all []map[string]any) {
	for _, e := range r.Events() {
		m := map[string]any{"scope": strings.ToValidUTF8(e.Scope, "�")}
		if e.Timing {
			m["duration_s"] = e.Duration.Seconds()
		} else {
			m["value"] = asText(e.Value)
		}
		for a := range e.Metadata.All() {
			m[a.Key] = asText(a.Value)
		}
		all = append(all, m)
	}
	return all
}

func asText(v slog.Value) any {
	if v.Kind() == slog.KindString {
		return strings.ToValidUTF8(v.String(), "�")
	}
	return v
}

func TestRecorder(t *testing.T) {
	Run(t, func(*testing.T) (tele.Reporter, Results) {
		r := new(Recorder)
		return r, r.results
	})
}

func TestAsync(t *testing.T) {
	Run(t, func(t *testing.T) (tele.Reporter, Results) {
		to := new(Recorder)
		r := async.New(to, nil)
		return r, func() []map[string]any {
			if err := r.Close(t.Context()); err != nil {
				t.Error(err)
			}
			return to.results()
		}
	})
}

func TestSimple(t *testing.T) {
	Run(t, func(t *testing.T) (tele.Reporter, Results) {
		r := simple.New(nil)
		t.Cleanup(func() {
			r.WriteReport(t.Output())
		})
		return r, nil
	})
}

// flawed is a reporter that does one thing wrong.
type flawed struct {
	Recorder
	flaw   func(e *Event)
	before func(e Event) (drop bool)
}

func (f *flawed) RecordTiming(scope string, duration time.Duration, metadata tele.Metadata) {
	f.record(Event{Timing: true, Scope: scope, Duration: duration, Metadata: metadata})
}

func (f *flawed) RecordMetric(scope string, value slog.Value, metadata tele.Metadata) {
	f.record(Event{Scope: scope, Value: value, Metadata: metadata})
}

func (f *flawed) record(e Event) {
	if f.before != nil && f.before(e) {
		return
	}
	if f.flaw != nil {
		f.flaw(&e)
	}
	f.add(e)
}

// Every kind of flaw is found, by a case that is there for it.
func TestFlawsAreFound(t *testing.T) {
	var mu sync.Mutex
	dropped := 0
	for _, f := range []struct {
		name    string
		flawed  *flawed
		results func(m map[string]any)
		found   string // by this case
		problem string
	}{
		{"none", &flawed{}, nil, "", ""},
		{"panic", &flawed{before: func(e Event) bool { panic("own") }}, nil, "timing", "panic: own"},
		{"panic over nothing", &flawed{before: func(e Event) bool {
			if e.Metadata.StartWallTime().IsZero() && e.Value.Kind() == slog.KindAny && e.Value.Any() == nil && e.Scope == "a" {
				panic("nothing")
			}
			return false
		}}, nil, "no-event", "panic: nothing"},
		{"changed attributes", &flawed{flaw: func(e *Event) {
			for i := range e.Metadata.Attrs() {
				e.Metadata.Attrs()[i] = slog.Int("x", 1)
			}
		}}, nil, "attributes", "changed the attributes"},
		{"lost events", &flawed{before: func(e Event) bool {
			mu.Lock()
			defer mu.Unlock()
			dropped++
			return dropped%100 == 99
		}}, nil, "concurrent", "events came out"},
		{"own name for path", &flawed{flaw: func(e *Event) { e.Scope = e.Scope[strings.LastIndexByte(e.Scope, '.')+1:] }}, nil, "nested", "scope is tokens"},
		{"milliseconds", &flawed{flaw: func(e *Event) { e.Duration *= 1000 }}, nil, "timing", "do not differ by duration_s"},
		{"end for start", &flawed{}, func(m map[string]any) {
			if m["end_wall_time_s"] != nil {
				m["end_wall_time_s"] = m["start_wall_time_s"]
			}
		}, "timing", "the wall times do not differ by duration_s"},
		{"no times", &flawed{}, func(m map[string]any) { delete(m, "start_wall_time_s") }, "timing", "want a number of seconds"},
		{"empty parent", &flawed{}, func(m map[string]any) {
			if m["depth"].(slog.Value).Int64() == 0 {
				m["parent_scope"] = ""
			}
		}, "timing", "should be absent"},
		{"no type", &flawed{}, func(m map[string]any) { delete(m, "metric_type") }, "metrics", "metric_type is missing"},
		{"quoted", &flawed{}, func(m map[string]any) { m["scope"] = strings.ReplaceAll(m["scope"].(string), "\n", `\n`) }, "hostile-text", "scope"},
		{"no error", &flawed{}, func(m map[string]any) { delete(m, "error") }, "error", "error is missing"},
		{"user before built-in", &flawed{}, func(m map[string]any) {
			if m["kept"] != nil {
				m["depth"] = 9
			}
		}, "reserved-keys", "depth is 9"},
	} {
		found := false
		for _, c := range cases {
			r := &flawed{flaw: f.flawed.flaw, before: f.flawed.before}
			for _, err := range c.test(r, func() []map[string]any {
				all := r.results()
				for _, m := range all {
					if f.results != nil {
						f.results(m)
					}
				}
				return all
			}) {
				if f.found == "" {
					t.Errorf("%s: %s finds %v", f.name, c.name, err)
				}
				found = found || c.name == f.found && strings.Contains(err.Error(), f.problem)
			}
		}
		if !found && f.found != "" {
			t.Errorf("%s: not found by %s", f.name, f.found)
		}
	}
}
