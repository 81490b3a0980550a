//go:build !teleoff

package teleotel_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	tele "github.com/teleinstr/teleinstr/runtime"
	teleotel "github.com/teleinstr/teleinstr/runtime/otel"
	"github.com/teleinstr/teleinstr/runtime/runtimetest"
)

// A program that has no OpenTelemetry yet. Nothing is exported unless the process was started with TELEINSTR_TELEMETRY=1.
func ExampleSetup() {
	ctx := context.Background()
	pipeline, err := teleotel.Setup(ctx, &teleotel.SetupOptions{ServiceName: "orders"})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	defer func() {
		ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
		defer cancel()
		if err := pipeline.Shutdown(ctx); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}()

	ctx, scope := tele.Start(ctx, "pipeline.plan", slog.Int("batch_size", 32))
	defer scope.End()
	tele.Count(ctx, "api.requests", 1)
	// Output:
}

// A program that has providers of its own. runtimetest.New stands for tele.New, which looks at the environment.
func ExampleNew() {
	exporter := tracetest.NewInMemoryExporter()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSyncer(exporter))
	telemetry := runtimetest.New(teleotel.New(&teleotel.Options{TracerProvider: provider}))

	ctx, request := provider.Tracer("http").Start(context.Background(), "GET /orders")
	err := telemetry.Do(ctx, "orders.load", func(context.Context) error { return errors.New("no route") })
	request.End()

	for _, span := range exporter.GetSpans() {
		isChild := span.Parent.SpanID() == request.SpanContext().SpanID()
		fmt.Printf("%s: child of the request: %t, status %q\n", span.Name, isChild, span.Status.Description)
	}
	fmt.Println(err)
	// Output:
	// orders.load: child of the request: true, status "no route"
	// GET /orders: child of the request: false, status ""
	// no route
}

// A view replaces the bounds of the durations, here by an exponential histogram, which needs none.
func Example_view() {
	provider := sdkmetric.NewMeterProvider(sdkmetric.WithView(sdkmetric.NewView(
		sdkmetric.Instrument{Name: teleotel.DurationMetric},
		sdkmetric.Stream{Aggregation: sdkmetric.AggregationBase2ExponentialHistogram{MaxSize: 160, MaxScale: 20}},
	)))
	reporter := teleotel.New(&teleotel.Options{MeterProvider: provider})
	tele.SetDefault(tele.New(reporter))
	// Output:
}

// Only attributes with few different values belong on metrics.
func ExampleOptions_metricAttribute() {
	reporter := teleotel.New(&teleotel.Options{
		MetricAttribute: func(key string) bool { return key == "tenant.tier" || key == "cache" },
	})
	tele.SetDefault(tele.New(reporter))
	// Output:
}
