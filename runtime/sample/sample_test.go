//go:build !teleoff

//nolint:teleinstr // misuse is what some of these tests are about
package sample_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	tele "github.com/teleinstr/teleinstr/runtime"
	"github.com/teleinstr/teleinstr/runtime/async"
	"github.com/teleinstr/teleinstr/runtime/runtimetest"
	"github.com/teleinstr/teleinstr/runtime/sample"
)

func Example() {
	var recorder runtimetest.Recorder // what is expensive
	reporter, err := sample.New(&recorder, sample.Any(sample.Errors(), sample.Slow(time.Second), sample.Rate(0)), nil)
	if err != nil {
		panic(err)
	}
	telemetry := runtimetest.New(reporter) // tele.New, for a program that was started with TELEINSTR_TELEMETRY=1

	for i := range 100 {
		telemetry.Do(context.Background(), "load", func(context.Context) error {
			if i == 7 {
				return errors.New("no route")
			}
			return nil
		})
	}
	for _, event := range recorder.Events() {
		fmt.Println(event.Scope, event.Metadata.Err())
	}
	fmt.Println("left out:", reporter.Dropped().Timings)
	// Output:
	// load no route
	// left out: 99
}

func ExampleScopes() {
	var recorder runtimetest.Recorder
	rule := sample.All(sample.Scopes("api.**"), sample.Not(sample.Scopes("api.health", "**.cache.*")))
	reporter, err := sample.New(&recorder, rule, nil)
	if err != nil {
		panic(err)
	}
	telemetry := runtimetest.New(reporter)

	for _, name := range []string{"api.load", "api.health", "api.load.cache.get", "worker"} {
		telemetry.Time(context.Background(), name)()
	}
	for _, event := range recorder.Events() {
		fmt.Println(event.Scope)
	}
	// Output: api.load
}

func newReporter(t testing.TB, to tele.Reporter, rule sample.Rule, options *sample.Options) *sample.Reporter {
	t.Helper()
	r, err := sample.New(to, rule, options)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// everything is a rule that keeps all, for as many reasons as there are.
func everything() sample.Rule {
	return sample.All(sample.Scopes("**"), sample.Rate(1), sample.Any(sample.Slow(0), sample.Errors()), sample.Not(sample.Rate(0)))
}

func TestConformance(t *testing.T) {
	for name, to := range map[string]func(tele.Reporter) tele.Reporter{
		"reporter":         func(r tele.Reporter) tele.Reporter { return r },
		"context reporter": func(r tele.Reporter) tele.Reporter { return &spans{Reporter: r} },
		"twice": func(r tele.Reporter) tele.Reporter {
			return newReporter(t, &spans{Reporter: r}, everything(), nil)
		},
	} {
		t.Run(name, func(t *testing.T) {
			runtimetest.Run(t, func(t *testing.T) (tele.Reporter, runtimetest.Results) {
				recorder := new(runtimetest.Recorder)
				return newReporter(t, to(recorder), everything(), nil), func() (all []map[string]any) {
					for _, e := range recorder.Events() {
						all = append(all, asMap(e))
					}
					return all
				}
			})
		})
	}
}

// asMap writes an event out.
func asMap(e runtimetest.Event) map[string]any {
	m := map[string]any{"scope": strings.ToValidUTF8(e.Scope, "?"), "value": e.Value}
	if e.Timing {
		m["duration_s"] = e.Duration.Seconds()
	}
	for a := range e.Metadata.All() {
		m[strings.ToValidUTF8(a.Key, "?")] = a.Value
	}
	for key, value := range m {
		if v, ok := value.(slog.Value); ok && v.Kind() == slog.KindString {
			m[key] = strings.ToValidUTF8(v.String(), "?")
		}
	}
	return m
}

// TestConformanceOfLess wants no event to do harm where most are left out.
func TestConformanceOfLess(t *testing.T) {
	rule := sample.Any(sample.All(sample.Rate(0.5), sample.Scopes("*.?[!x]*.**", "a")), sample.Not(sample.Slow(time.Hour)))
	runtimetest.Run(t, func(t *testing.T) (tele.Reporter, runtimetest.Results) {
		return newReporter(t, new(spans), rule, &sample.Options{Metrics: sample.SampleMetrics}), nil
	})
}

func TestScopes(t *testing.T) {
	long := strings.Repeat("a.", 4000) + "a"
	for _, c := range []struct {
		pattern string
		yes, no []string
	}{
		{"a", []string{"a"}, []string{"b", "a.a", "aa", "A"}},
		{"a.b", []string{"a.b"}, []string{"a", "a.b.c", "a/b", "axb"}},
		{"*", []string{"a", "a/b", "größe"}, []string{"a.b", "a.b.c"}},
		{"a.*", []string{"a.b", "a."}, []string{"a", "a.b.c", "b.a"}},
		{"a.*.c", []string{"a.b.c"}, []string{"a.c", "a.b.b.c"}},
		{"a.**", []string{"a", "a.b", "a.b.c"}, []string{"b", "ab", "b.a"}},
		{"**", []string{"a", "a.b", ".", "a..b"}, nil},
		{"**.c", []string{"c", "b.c", "a.b.c", "c.c"}, []string{"c.d", "bc"}},
		{"a.**.c", []string{"a.c", "a.b.c", "a.c.b.c"}, []string{"a", "c", "a.b", "b.a.c"}},
		{"**.b.**", []string{"b", "a.b", "b.a", "a.a.b.a"}, []string{"a", "a.c"}},
		{"**.a.*.**.a", []string{"a.b.a", "b.a.a.a"}, []string{"a.a", "a.b"}},
		{"**.a.b", []string{"a.a.b", "a.b.a.b"}, []string{"a.b.a"}},
		{"v?.load", []string{"v1.load"}, []string{"v.load", "v12.load"}},
		{"[a-c]x", []string{"ax"}, []string{"dx"}},
		{"a*c.d", []string{"ac.d", "abc.d"}, []string{"ab.c.d"}},
		{"a/b", []string{"a/b"}, []string{"a.b"}},
		{`\*`, []string{"*"}, []string{"a"}},
		{"***", []string{"a"}, []string{"a.b"}},
		{"**.**.**.b.**.**.**.b", nil, []string{long}},
		{"**.**.**.a.**.**.**.a", []string{long}, nil},
	} {
		recorder := new(runtimetest.Recorder)
		r := newReporter(t, recorder, sample.Scopes("nothing", c.pattern), nil)
		for _, path := range slices.Concat(c.yes, c.no) {
			r.RecordTiming(path, 1, tele.Metadata{})
		}
		if got := scopes(recorder); !slices.Equal(got, c.yes) {
			t.Errorf("%s: got %.100q, want %.100q", c.pattern, got, c.yes)
		}
		if got := r.Dropped(); got != (sample.Counts{Timings: int64(len(c.no))}) {
			t.Errorf("%s: left out %v", c.pattern, got)
		}
	}
}

func scopes(r *runtimetest.Recorder) (all []string) {
	for _, e := range r.Events() {
		all = append(all, e.Scope)
	}
	return all
}

func TestInvalidRules(t *testing.T) {
	for wanted, rule := range map[string]sample.Rule{
		`pattern "a.[": syntax error in pattern; quote [, *, ? and \ by \`:        sample.Any(sample.Scopes("b", "a.[")),
		"rate 1.5: a share is between 0 and 1":                                    sample.Not(sample.Rate(1.5)),
		"rate NaN: a share is between 0 and 1":                                    sample.Rate(math.NaN()),
		"the zero Rule: says nothing; use Scopes, Rate, Slow or Errors":           sample.All(sample.Slow(1), sample.Rule{}),
		"rate -1: a share is between 0 and 1\nrate 2: a share is between 0 and 1": sample.All(sample.Rate(-1), sample.Rate(2)),
	} {
		if _, err := sample.New(new(runtimetest.Recorder), rule, nil); err == nil || err.Error() != wanted {
			t.Errorf("got  %v\nwant %s", err, wanted)
		}
	}
}

// TestRules wants of each rule what it keeps of a fast success, a slow success and a fast failure.
func TestRules(t *testing.T) {
	slow, failed, never, always := sample.Slow(time.Second), sample.Errors(), sample.Rate(0), sample.Rate(1)
	for _, c := range []struct {
		name string
		rule sample.Rule
		want string
	}{
		{"Slow", slow, "slow"},
		{"Errors", failed, "failed"},
		{"Rate(0)", never, ""},
		{"Rate(1)", always, "fast slow failed"},
		{"Any", sample.Any(slow, failed, never), "slow failed"},
		{"Any()", sample.Any(), ""},
		{"All", sample.All(slow, always), "slow"},
		{"All of different", sample.All(slow, failed), ""},
		{"All()", sample.All(), "fast slow failed"},
		{"Not", sample.Not(slow), "fast failed"},
		{"Not(Any)", sample.Not(sample.Any(slow, failed)), "fast"},
		{"Scopes or failed", sample.Any(failed, sample.Scopes("fast")), "fast failed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := new(spans)
				r := newReporter(t, s, c.rule, nil)
				telemetry := runtimetest.New(r)
				for name, d := range map[string]time.Duration{"fast": time.Second - 1, "slow": time.Second, "failed": 0} {
					telemetry.Do(context.Background(), name, func(context.Context) error {
						time.Sleep(d)
						if name == "failed" {
							return errors.New("no route")
						}
						return nil
					})
				}
				got, want := scopes(&s.Recorder), strings.Fields(c.want)
				slices.Sort(got)
				slices.Sort(want)
				if !slices.Equal(got, want) {
					t.Errorf("kept %q, want %q", got, want)
				}
				if r.Dropped().Timings != int64(3-len(want)) {
					t.Errorf("left out %d", r.Dropped().Timings)
				}
			})
		})
	}
}

func TestPanicsAreErrors(t *testing.T) {
	recorder := new(runtimetest.Recorder)
	telemetry := runtimetest.New(newReporter(t, recorder, sample.Errors(), nil)).WithOutcome()
	func() {
		defer func() { _ = recover() }()
		_, scope := telemetry.Start(context.Background(), "a")
		defer scope.End()
		panic("no route")
	}()
	telemetry.Time(context.Background(), "b", slog.String("outcome", "fine"))()
	telemetry.Time(context.Background(), "c", slog.String("state", "panic"))()
	if got := scopes(recorder); !slices.Equal(got, []string{"a"}) {
		t.Errorf("kept %q", got)
	}
}

// A spans reporter is a ContextReporter that wants the events it gets to be of scopes that it was told of, in the contexts that it made.
type spans struct {
	runtimetest.Recorder
	tele.Reporter // in place of the Recorder

	mu      sync.Mutex
	started []string
	foreign []string // events without their span
}

type spanKey struct{}

func (s *spans) StartScope(ctx context.Context, scope string, _ tele.Metadata) context.Context {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.started = append(s.started, scope)
	return context.WithValue(ctx, spanKey{}, scope)
}

func (s *spans) RecordTiming(scope string, duration time.Duration, metadata tele.Metadata) {
	if metadata.Context().Value(spanKey{}) != scope {
		s.mu.Lock()
		s.foreign = append(s.foreign, scope)
		s.mu.Unlock()
	}
	if s.Reporter != nil {
		s.Reporter.RecordTiming(scope, duration, metadata)
		return
	}
	s.Recorder.RecordTiming(scope, duration, metadata)
}

func (s *spans) RecordMetric(scope string, value slog.Value, metadata tele.Metadata) {
	if s.Reporter != nil {
		s.Reporter.RecordMetric(scope, value, metadata)
		return
	}
	s.Recorder.RecordMetric(scope, value, metadata)
}

// tree makes a root with children, some in goroutines, one of them with a chain of its own inside, and metrics.
func tree(telemetry *tele.Telemetry, name string) {
	ctx, root := telemetry.Start(context.Background(), name)
	defer root.End()
	var children sync.WaitGroup
	for range 3 {
		children.Go(func() {
			ctx, child := telemetry.Start(ctx, "child")
			defer child.End()
			telemetry.Count(ctx, "n", 1)
			_, own := telemetry.StartRoot(ctx, "own."+name)
			own.End()
			telemetry.Time(context.WithoutCancel(ctx), "grandchild")()
		})
	}
	children.Wait()
}

// TestChains wants a root to be kept with all its children or with none, whoever else takes part in contexts.
func TestChains(t *testing.T) {
	const roots = 1000
	s, other := new(spans), new(spans)
	inside := async.New(s, &async.Options{Buffer: 20 * roots})
	r := newReporter(t, inside, sample.Rate(0.5), &sample.Options{Metrics: sample.SampleMetrics})
	outside := async.New(r, &async.Options{Buffer: 20 * roots})
	same := newReporter(t, other, sample.Rate(0.5), nil)
	more := newReporter(t, new(runtimetest.Recorder), sample.Rate(0.75), nil)
	telemetry := runtimetest.New(new(spans), outside, same, new(spans), more)
	for i := range roots {
		tree(telemetry, fmt.Sprint("root", i))
	}
	if err := errors.Join(outside.Close(t.Context()), inside.Close(t.Context())); err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	owns, ownsOf := 0, map[string]int{}
	for _, e := range s.Events() {
		root, rest, _ := strings.Cut(e.Scope, ".")
		if root == "own" {
			owns++
			ownsOf[rest]++
			continue
		}
		seen[root]++
	}
	for root, n := range seen {
		if n != 10 {
			t.Errorf("%s is kept with %d events of 10", root, n)
		}
	}
	if n := len(seen); n < roots*4/10 || n > roots*6/10 {
		t.Errorf("kept %d of %d roots at a rate of one half", n, roots)
	}
	if all := slices.Collect(maps.Values(ownsOf)); !slices.Contains(all, 1) || !slices.Contains(all, 2) {
		t.Error("chains that begin inside of another one do not draw for themselves")
	}
	if owns < 3*roots*4/10 || owns > 3*roots*6/10 {
		t.Errorf("kept %d of %d roots inside of others", owns, 3*roots)
	}
	if len(s.foreign) > 0 || len(other.foreign) > 0 {
		t.Errorf("without their span: %.200q %.200q", s.foreign, other.foreign)
	}
	if got := len(s.started); got != len(other.started) {
		t.Errorf("two wrappers at one rate keep %d and %d", got, len(other.started))
	}
	if a, b := same.Dropped().Timings, more.Dropped().Timings; b > a*6/10 || b < a*4/10 {
		t.Errorf("left out %d at a half, %d at three quarters", a, b)
	}
}

// TestNestedWrappers wants rates not to multiply, and counts to be those of each wrapper.
func TestNestedWrappers(t *testing.T) {
	s := new(spans)
	inner := newReporter(t, s, sample.Rate(0.5), nil)
	outer := newReporter(t, inner, sample.All(sample.Rate(0.5), sample.Not(sample.Scopes("no"))), nil)
	telemetry := runtimetest.New(outer)
	for range 1000 {
		telemetry.Time(context.Background(), "a")()
		telemetry.Time(context.Background(), "no")()
	}
	kept := len(s.Events())
	if kept < 400 || kept > 600 || len(s.started) != kept || len(s.foreign) > 0 {
		t.Errorf("kept %d, started %d, %d without span", kept, len(s.started), len(s.foreign))
	}
	if inner.Dropped().Timings != 0 || outer.Dropped().Timings != int64(2000-kept) {
		t.Errorf("left out %v inside, %v outside, of %d", inner.Dropped(), outer.Dropped(), 2000-kept)
	}
}

// TestStarts wants the other reporter to be told of all that it may get, and of nothing that it cannot.
func TestStarts(t *testing.T) {
	for _, c := range []struct {
		name string
		rule sample.Rule
		want string
	}{
		{"patterns", sample.Scopes("a", "*.c"), "a a.c"},
		{"never", sample.Rate(0), ""},
		{"slow may be", sample.Slow(time.Hour), "a a.b a.c"},
		{"slow never matters", sample.All(sample.Slow(time.Hour), sample.Scopes("a.b")), "a.b"},
		{"slow always matters", sample.Any(sample.Slow(time.Hour), sample.Scopes("a.b")), "a a.b a.c"},
		{"errors may be", sample.Any(sample.Errors(), sample.Rate(0)), "a a.b a.c"},
		{"not an unknown", sample.Not(sample.Errors()), "a a.b a.c"},
		{"not", sample.Not(sample.Scopes("a")), "a.b a.c"},
	} {
		s := new(spans)
		telemetry := runtimetest.New(newReporter(t, s, c.rule, nil))
		ctx, scope := telemetry.Start(context.Background(), "a")
		telemetry.Time(ctx, "b")()
		telemetry.Time(ctx, "c")()
		scope.End()
		if got := strings.Join(s.started, " "); got != c.want || len(s.foreign) > 0 {
			t.Errorf("%s: told of %q, want %q; without span %q", c.name, got, c.want, s.foreign)
		}
	}
}

// TestNobodyIsTold wants contexts to be left alone where neither the rule nor the reporter needs them.
func TestNobodyIsTold(t *testing.T) {
	for _, rule := range []sample.Rule{sample.Slow(0), sample.Errors(), sample.Scopes("**")} {
		if got := newReporter(t, new(runtimetest.Recorder), rule, nil).Unwrap(); got != nil {
			t.Errorf("%T is told of starts", got)
		}
	}
}

func TestMetrics(t *testing.T) {
	for _, c := range []struct {
		metrics sample.Metrics
		rule    sample.Rule
		want    string
	}{
		{sample.PassMetrics, sample.Rate(0), "a.n b.n c"},
		{sample.DropMetrics, sample.Rate(1), ""},
		{sample.SampleMetrics, sample.Scopes("a", "c"), "a.n c"},
		{sample.SampleMetrics, sample.Not(sample.Scopes("*.n")), "c"},
		{sample.SampleMetrics, sample.Scopes(""), ""},
		{sample.SampleMetrics, sample.Any(sample.Slow(0), sample.Errors()), ""},
		{sample.SampleMetrics, sample.Rate(1), "a.n b.n c"},
	} {
		recorder := new(runtimetest.Recorder)
		r := newReporter(t, recorder, c.rule, &sample.Options{Metrics: c.metrics})
		telemetry := runtimetest.New(r)
		for _, name := range []string{"a", "b"} {
			ctx, _ := telemetry.Start(context.Background(), name)
			telemetry.Count(ctx, "n", 1)
		}
		telemetry.Gauge(context.Background(), "c", 1)
		if got := strings.Join(scopes(recorder), " "); got != c.want {
			t.Errorf("%v: kept %q, want %q", c, got, c.want)
		}
		if got := r.Dropped(); got != (sample.Counts{Metrics: int64(3 - len(strings.Fields(c.want)))}) {
			t.Errorf("%v: left out %v", c, got)
		}
	}
}

type traceKey struct{}

// TestTraceID wants what is kept of traces to depend on their identity alone, and evenly so.
func TestTraceID(t *testing.T) {
	options := &sample.Options{TraceID: func(ctx context.Context) string {
		id, _ := ctx.Value(traceKey{}).(string)
		return id
	}}
	kept := func() string {
		recorder := new(runtimetest.Recorder)
		telemetry := runtimetest.New(newReporter(t, recorder, sample.Rate(0.25), options))
		for i := range 2000 {
			ctx := context.WithValue(context.Background(), traceKey{}, fmt.Sprintf("%032x", i))
			telemetry.Time(ctx, fmt.Sprint("s", i))()
		}
		return strings.Join(scopes(recorder), " ")
	}
	first := kept()
	if n := len(strings.Fields(first)); n < 400 || n > 600 {
		t.Errorf("kept %d of 2000 at a quarter", n)
	}
	if !strings.HasPrefix(first, "s2 s5 s6 s8 ") { // a change of this would part processes of different versions
		t.Errorf("kept %.50s…", first)
	}
	if kept() != first {
		t.Error("kept others the second time")
	}
	recorder := new(runtimetest.Recorder)
	telemetry := runtimetest.New(newReporter(t, recorder, sample.Rate(0.5), options))
	for range 1000 {
		telemetry.Time(context.Background(), "a")()
	}
	if n := len(recorder.Events()); n < 400 || n > 600 {
		t.Errorf("without identities, kept %d of 1000 at a half", n)
	}
}

// TestBadContextReporter wants what a chain has drawn to hold whatever the other reporter does at a start.
func TestBadContextReporter(t *testing.T) {
	var log bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	defer slog.SetDefault(before)
	bad := new(badStarter)
	telemetry := runtimetest.New(newReporter(t, bad, sample.Rate(0.5), nil))
	for i := range 200 {
		bad.panics = i%2 == 0
		ctx, scope := telemetry.Start(context.Background(), fmt.Sprint("s", i))
		telemetry.Time(ctx, "child")()
		scope.End()
	}
	if bad.calls != len(bad.Events()) {
		t.Errorf("told of %d starts, and of %d ends", bad.calls, len(bad.Events()))
	}
	if n := strings.Count(log.String(), "badStarter"); n != 1 {
		t.Errorf("%d entries: %s", n, &log)
	}
}

type badStarter struct {
	runtimetest.Recorder
	panics bool
	calls  int
}

func (r *badStarter) StartScope(context.Context, string, tele.Metadata) context.Context {
	r.calls++
	if r.panics {
		panic("no scope today")
	}
	return nil
}

func BenchmarkTiming(b *testing.B) {
	for name, rule := range map[string]sample.Rule{
		"scopes": sample.Scopes("api.**.cache.*"), "slow": sample.Slow(time.Hour), "rate": sample.Rate(0.01),
	} {
		b.Run(name, func(b *testing.B) {
			telemetry := runtimetest.New(newReporter(b, new(nothing), rule, nil))
			b.ReportAllocs()
			for b.Loop() {
				telemetry.Time(context.Background(), "api.v1.load.cache.get.more")()
			}
		})
	}
}

type nothing struct{}

func (nothing) RecordTiming(string, time.Duration, tele.Metadata) {}
func (nothing) RecordMetric(string, slog.Value, tele.Metadata)    {}
