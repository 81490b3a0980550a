package teleotel

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetricgrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetrichttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// An environment is what the process was told of OpenTelemetry. The SDK and the exporters read some variables themselves.
type environment struct{ getenv func(name string) string }

func (e environment) get(name string) string { return strings.TrimSpace(e.getenv(name)) }

// first returns the value of the first variable that has one.
func (e environment) first(fallback string, names ...string) (name, value string) {
	for _, name := range names {
		if value := e.get(name); value != "" {
			return name, value
		}
	}
	return "", fallback
}

func (e environment) list(name, fallback string) (all []string) {
	_, value := e.first(fallback, name)
	for part := range strings.SplitSeq(value, ",") {
		all = append(all, strings.TrimSpace(part))
	}
	return all
}

func (e environment) positive(name string, fallback int) (int, error) {
	value := e.get(name)
	if value == "" {
		return fallback, nil
	}
	n, err := strconv.Atoi(value)
	if err != nil || n <= 0 {
		return 0, unsupported(name, value, "a positive number")
	}
	return n, nil
}

func unsupported(name, value, remedy string) error {
	return fmt.Errorf("%s: %q is not supported; write %s", name, value, remedy)
}

// exports reports whether a signal, TRACES or METRICS, is to be exported, and whether by gRPC.
func (e environment) exports(signal string) (otlp, grpc bool, err error) {
	name, value := e.first("otlp", "OTEL_"+signal+"_EXPORTER")
	switch value {
	case "otlp":
	case "none":
		return false, false, nil
	default:
		return false, false, unsupported(name, value, "otlp or none")
	}
	name, value = e.first("http/protobuf", "OTEL_EXPORTER_OTLP_"+signal+"_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
	switch value {
	case "grpc":
		return true, true, nil
	case "http/protobuf":
		return true, false, nil
	}
	return false, false, unsupported(name, value, "http/protobuf or grpc")
}

// spanExporter returns nil if there is to be none.
func (e environment) spanExporter(ctx context.Context) (sdktrace.SpanExporter, error) {
	otlp, grpc, err := e.exports("TRACES")
	switch {
	case err != nil || !otlp:
		return nil, err
	case grpc:
		return otlptracegrpc.New(ctx)
	}
	return otlptracehttp.New(ctx)
}

// metricExporter returns nil if there is to be none.
func (e environment) metricExporter(ctx context.Context) (sdkmetric.Exporter, error) {
	otlp, grpc, err := e.exports("METRICS")
	switch {
	case err != nil || !otlp:
		return nil, err
	case grpc:
		return otlpmetricgrpc.New(ctx)
	}
	return otlpmetrichttp.New(ctx)
}

// A countingMetricExporter counts the exports of another one that fail.
type countingMetricExporter struct {
	sdkmetric.Exporter
	account *account
}

func (e countingMetricExporter) Export(ctx context.Context, metrics *metricdata.ResourceMetrics) error {
	err := e.Exporter.Export(ctx, metrics)
	if err != nil {
		e.account.metricsFailed.Add(1)
	}
	return err
}
