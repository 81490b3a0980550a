//go:build !teleoff

package tele_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
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
	load := func(id int) (rows []string, err error) {
		_, scope := tele.Start(ctx, "load", slog.Int("id", id))
		defer func() { scope.EndErr(&err, slog.Int("rows", len(rows))) }()
		if id == 0 {
			return nil, errors.New("no such table")
		}
		return make([]string, 7), nil
	}
	load(1)
	load(0)
	// Output:
	// timing load [id=1 rows=7]
	// timing load [id=0 rows=0 error=no such table]
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
