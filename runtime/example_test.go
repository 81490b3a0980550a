//go:build !teleoff

package tele_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"time"

	tele "github.com/teleinstr/teleinstr/runtime"
)

// printer is a reporter that prints what does not change from run to run.
type printer struct{}

func (printer) RecordTiming(scope string, _ time.Duration, metadata tele.Metadata) {
	fmt.Println("timing", scope, metadata.Attrs())
}

func (printer) RecordMetric(scope string, value slog.Value, metadata tele.Metadata) {
	fmt.Println("metric", scope, value, metadata.MetricType(), metadata.Attrs())
}

// The examples run with TELEINSTR_TELEMETRY=1 in the environment.
func Example() {
	tele.SetDefault(tele.New(printer{}))
	defer tele.SetDefault(nil)

	ctx, scope := tele.Start(context.Background(), "pipeline.plan", slog.Int("batch_size", 32))
	tele.Count(ctx, "api.requests", 1)
	tele.Gauge(ctx, "token_efficiency", 0.91)
	scope.End()
	// Output:
	// metric pipeline.plan.api.requests 1 counter []
	// metric pipeline.plan.token_efficiency 0.91 gauge []
	// timing pipeline.plan [batch_size=32]
}

// A Telemetry need not be the default: call its methods, or let a context carry it.
func ExampleNew() {
	telemetry := tele.New(printer{})
	telemetry.Count(context.Background(), "explicit", 1)

	ctx := tele.NewContext(context.Background(), telemetry)
	tele.Count(ctx, "carried", 1)
	tele.Count(context.Background(), "nowhere", 1)
	// Output:
	// metric explicit 1 counter []
	// metric carried 1 counter []
}

// Scopes nest by their contexts, across goroutines too.
func ExampleStart() {
	ctx := tele.NewContext(context.Background(), tele.New(printer{}))
	ctx, scope := tele.Start(ctx, "ingest")
	done := make(chan bool)
	go func() {
		_, scope := tele.Start(ctx, "parse")
		scope.End()
		close(done)
	}()
	<-done
	scope.End()
	// Output:
	// timing ingest.parse []
	// timing ingest []
}

// StartRoot starts a chain of its own, for work that a request sets off and does not wait for.
func ExampleStartRoot() {
	ctx := tele.NewContext(context.Background(), tele.New(printer{}))
	ctx, request := tele.Start(ctx, "request")
	_, refresh := tele.StartRoot(ctx, "cache.refresh")
	refresh.End()
	request.End()
	// Output:
	// timing cache.refresh []
	// timing request []
}

func ExampleDo() {
	ctx := tele.NewContext(context.Background(), tele.New(printer{}))
	err := tele.Do(ctx, "load", func(ctx context.Context) error {
		tele.Count(ctx, "attempts", 1)
		return errors.New("no route")
	}, slog.String("host", "db1"))
	fmt.Println("returned:", err)
	// Output:
	// metric load.attempts 1 counter []
	// timing load [host=db1 error=no route]
	// returned: no route
}

// Deferred, the function that Time returns times the rest of the function around it.
func ExampleTime() {
	ctx := tele.NewContext(context.Background(), tele.New(printer{}))
	plan := func() {
		defer tele.Time(ctx, "plan", slog.Int("steps", 3))()
		fmt.Println("planning")
	}
	plan()
	// Output:
	// planning
	// timing plan [steps=3]
}

// A deferred EndErr records the error that the function returns. Attributes of the end are those that were
// not known at the start.
func ExampleScope_EndErr() {
	ctx := tele.NewContext(context.Background(), tele.New(printer{}))
	load := func(shard int) (rows []string, err error) {
		_, scope := tele.Start(ctx, "load", slog.Int("shard", shard))
		defer func() { scope.EndErr(&err, slog.Int("rows", len(rows))) }()
		if shard == 0 {
			return nil, errors.New("no such table")
		}
		return make([]string, 7), nil
	}
	load(1)
	load(0)
	// Output:
	// timing load [shard=1 rows=7]
	// timing load [shard=0 rows=0 error=no such table]
}

func ExampleMetric() {
	ctx := tele.NewContext(context.Background(), tele.New(printer{}))
	tele.Metric(ctx, "backoff", 250*time.Millisecond, slog.Int("attempt", 2))
	tele.Count(ctx, "retries", 1)
	tele.Gauge(ctx, "queue.depth", 17)
	// Output:
	// metric backoff 250ms  [attempt=2]
	// metric retries 1 counter []
	// metric queue.depth 17 gauge []
}

// Enabled saves the work of finding out what nobody will be told.
func ExampleEnabled() {
	ctx := tele.NewContext(context.Background(), tele.New(printer{}))
	if tele.Enabled() {
		tele.Gauge(ctx, "cache.fill", expensiveCount()/100)
	}
	// Output:
	// metric cache.fill 0.42 gauge []
}

func expensiveCount() float64 { return 42 }

// All gives what a reporter writes out, under the names that every reporter uses.
func ExampleMetadata_All() {
	ctx := tele.NewContext(context.Background(), tele.New(keys{}))
	ctx, outer := tele.Start(ctx, "a")
	_, inner := tele.Start(ctx, "b", slog.String("user", "gopher"))
	inner.End()
	tele.Count(ctx, "n", 1)
	outer.End()
	// Output:
	// a.b: depth parent_scope call_count start_monotonic_s end_monotonic_s start_wall_time_s end_wall_time_s user
	// a.n: depth parent_scope metric_type
	// a: depth call_count start_monotonic_s end_monotonic_s start_wall_time_s end_wall_time_s
}

type keys struct{}

func (keys) RecordTiming(scope string, _ time.Duration, metadata tele.Metadata) {
	fmt.Print(scope, ":")
	for attr := range metadata.All() {
		fmt.Print(" ", attr.Key)
	}
	fmt.Println()
}

func (k keys) RecordMetric(scope string, _ slog.Value, metadata tele.Metadata) {
	k.RecordTiming(scope, 0, metadata)
}

// NewContext has a context carry a Telemetry, or, with nil, silence.
func ExampleNewContext() {
	ctx := tele.NewContext(context.Background(), tele.New(printer{}))
	tele.Count(ctx, "heard", 1)
	quiet := tele.NewContext(ctx, nil)
	tele.Count(quiet, "unheard", 1)
	fmt.Println(tele.FromContext(ctx).Enabled(), tele.FromContext(quiet).Enabled())
	// Output:
	// metric heard 1 counter []
	// true false
}

// Paused, telemetry is off in the whole process. A scope that has started is still reported.
func ExamplePause() {
	ctx := tele.NewContext(context.Background(), tele.New(printer{}))
	ctx, scope := tele.Start(ctx, "job")
	tele.Pause()
	tele.Count(ctx, "unheard", 1)
	scope.End()
	tele.Resume()
	tele.Count(ctx, "heard", 1)
	// Output:
	// timing job []
	// metric job.heard 1 counter []
}

// Requested is for reporters that are dear to make.
func ExampleRequested() {
	if tele.Requested() {
		fmt.Println("opening a file for events")
	}
	// Output: opening a file for events
}

// Attributes that are known only at the end are given to End. A second end does nothing.
func ExampleScope_End() {
	ctx := tele.NewContext(context.Background(), tele.New(printer{}))
	_, scope := tele.Start(ctx, "read", slog.String("file", "a.log"))
	scope.End(slog.Int("rows", 12))
	scope.End()
	// Output: timing read [file=a.log rows=12]
}

// Context gives the context of a scope again, where only the scope was kept. That of the zero Scope is the one given.
func ExampleScope_Context() {
	outer := tele.NewContext(context.Background(), tele.New(printer{}))
	_, scope := tele.Start(outer, "batch")
	tele.Count(scope.Context(outer), "rows", 3)
	tele.Count(tele.Scope{}.Context(outer), "batches", 1)
	scope.End()
	// Output:
	// metric batch.rows 3 counter []
	// metric batches 1 counter []
	// timing batch []
}

// With WithOutcome, timings tell of panics and of goroutines that end, and stop neither.
func ExampleTelemetry_WithOutcome() {
	ctx := tele.NewContext(context.Background(), tele.New(printer{}).WithOutcome())
	defer func() { fmt.Println("recovered:", recover()) }()
	func() {
		_, scope := tele.Start(ctx, "divide")
		defer scope.End()
		panic("by zero")
	}()
	// Output:
	// timing divide [outcome=panic]
	// recovered: by zero
}

// A request carries its context; that of Rebind's result is the scope's.
func ExampleRebind() {
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, scope := tele.Start(tele.ContextOf(r), "serve")
		defer scope.End()
		r = tele.Rebind(r, scope)
		tele.Count(r.Context(), "requests", 1)
	})
	ctx := tele.NewContext(context.Background(), tele.New(printer{}))
	handler.ServeHTTP(nil, httptest.NewRequest("GET", "/", nil).WithContext(ctx))
	// Output:
	// metric serve.requests 1 counter []
	// timing serve []
}

// A value that panics while it is worked out is an attribute that says so.
func ExampleTry() {
	var user *struct{ Name string }
	fmt.Println(tele.Try("user", func() any { return user.Name }))
	fmt.Println(tele.Try("rows", func() any { return 12 }))
	// Output:
	// user=!PANIC: runtime error: invalid memory address or nil pointer dereference
	// rows=12
}

// A reporter is two methods. It is called by whoever makes the event, many at a time.
func ExampleReporter() {
	longest := new(longest)
	ctx := tele.NewContext(context.Background(), tele.New(longest))
	tele.Do(ctx, "short", func(context.Context) error { return nil })
	tele.Do(ctx, "long", func(context.Context) error { time.Sleep(20 * time.Millisecond); return nil })
	fmt.Println(longest.scope)
	// Output: long
}

type longest struct {
	mu    sync.Mutex
	scope string
	took  time.Duration
}

func (l *longest) RecordTiming(scope string, duration time.Duration, _ tele.Metadata) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if duration > l.took {
		l.scope, l.took = scope, duration
	}
}

func (l *longest) RecordMetric(string, slog.Value, tele.Metadata) {}

// A ContextReporter is told of starts, and may put something of its own into the context of a scope.
func ExampleContextReporter() {
	ctx := tele.NewContext(context.Background(), tele.New(tracer{}))
	ctx, scope := tele.Start(ctx, "request")
	fmt.Println("span in the context:", ctx.Value(spanKey{}))
	scope.End()
	// Output:
	// starts request
	// span in the context: span of request
	// timing request []
}

type spanKey struct{}

type tracer struct{ printer }

func (tracer) StartScope(ctx context.Context, scope string, _ tele.Metadata) context.Context {
	fmt.Println("starts", scope)
	return context.WithValue(ctx, spanKey{}, "span of "+scope)
}

// What an event carries of itself has methods.
func ExampleMetadata() {
	ctx := tele.NewContext(context.Background(), tele.New(described{}))
	ctx, outer := tele.Start(ctx, "ingest")
	_, inner := tele.Start(ctx, "decode", slog.String("file", "a.log"))
	err := errors.New("truncated")
	inner.EndErr(&err)
	tele.Gauge(ctx, "queue.depth", 3)
	outer.End()
	// Output:
	// ingest.decode: 1 below "ingest", error truncated, times true
	// ingest.queue.depth: a gauge
	// ingest: 0 below "", error <nil>, times true
}

type described struct{}

func (described) RecordTiming(scope string, d time.Duration, m tele.Metadata) {
	times := m.EndMonotonic()-m.StartMonotonic() == d && m.EndWallTime().Sub(m.StartWallTime()) == d
	fmt.Printf("%s: %d below %q, error %v, times %v\n", scope, m.Depth(), m.ParentScope(), m.Err(), times)
}

func (described) RecordMetric(scope string, _ slog.Value, m tele.Metadata) {
	fmt.Printf("%s: a %s\n", scope, m.MetricType())
}
