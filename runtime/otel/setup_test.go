package teleotel

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"

	"go.opentelemetry.io/otel"

	tele "github.com/teleinstr/teleinstr/runtime"
)

// TestSetupOff is of a process with telemetry off, as that of the tests is.
func TestSetupOff(t *testing.T) {
	if tele.Requested() {
		t.Skip("the tests were started with telemetry on")
	}
	t.Setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "carrier pigeon")
	before := otel.GetTracerProvider()
	p, err := Setup(context.Background(), nil)
	if p != nil || err != nil {
		t.Fatalf("got %v, %v", p, err)
	}
	if otel.GetTracerProvider() != before || tele.Default() != nil {
		t.Error("something was set up")
	}
	for _, err := range []error{p.Flush(t.Context()), p.Shutdown(t.Context())} {
		if err != nil {
			t.Error(err)
		}
	}
	if p.Stats() != (Stats{}) {
		t.Errorf("%+v", p.Stats())
	}
}

func TestExports(t *testing.T) {
	for _, test := range []struct {
		env  map[string]string
		want string // otlp, grpc, error
	}{
		{nil, "true false <nil>"},
		{map[string]string{"OTEL_EXPORTER_OTLP_PROTOCOL": " grpc "}, "true true <nil>"},
		{map[string]string{"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "http/protobuf"}, "true false <nil>"},
		{map[string]string{"OTEL_EXPORTER_OTLP_METRICS_PROTOCOL": "grpc"}, "true false <nil>"},
		{map[string]string{"OTEL_TRACES_EXPORTER": "none", "OTEL_EXPORTER_OTLP_PROTOCOL": "x"}, "false false <nil>"},
		{map[string]string{"OTEL_TRACES_EXPORTER": "zipkin"}, `false false OTEL_TRACES_EXPORTER: "zipkin" is not supported; write otlp or none`},
		{
			map[string]string{"OTEL_EXPORTER_OTLP_PROTOCOL": "http/json"},
			`false false OTEL_EXPORTER_OTLP_PROTOCOL: "http/json" is not supported; write http/protobuf or grpc`,
		},
	} {
		env := environment{func(name string) string { return test.env[name] }}
		otlp, grpc, err := env.exports("TRACES")
		if got := fmt.Sprint(otlp, grpc, err); got != test.want {
			t.Errorf("%v: %s, want %s", test.env, got, test.want)
		}
	}
}

func TestPropagators(t *testing.T) {
	for value, want := range map[string]string{
		"":                      "[baggage traceparent tracestate] <nil>",
		"tracecontext":          "[traceparent tracestate] <nil>",
		"none":                  "[] <nil>",
		"baggage, tracecontext": "[baggage traceparent tracestate] <nil>",
		"b3":                    `[] OTEL_PROPAGATORS: "b3" is not supported; write tracecontext, baggage or none`,
	} {
		env := environment{func(string) string { return value }}
		p, err := env.propagator()
		fields := map[string]bool{}
		if p != nil {
			for _, f := range p.Fields() {
				fields[f] = true
			}
		}
		if got := fmt.Sprint(slices.Sorted(maps.Keys(fields)), " ", err); got != want {
			t.Errorf("%q: %s, want %s", value, got, want)
		}
	}
}

func TestQueueSize(t *testing.T) {
	for value, want := range map[string]string{
		"": "7 <nil>", "100": "100 <nil>",
		"0":  `0 Q: "0" is not supported; write a positive number`,
		"1k": `0 Q: "1k" is not supported; write a positive number`,
	} {
		env := environment{func(string) string { return value }}
		n, err := env.positive("Q", 7)
		if got := fmt.Sprint(n, " ", err); got != want {
			t.Errorf("%q: %s, want %s", value, got, want)
		}
	}
}

func TestResource(t *testing.T) {
	for _, test := range []struct{ env, option, want string }{
		{"", "mine", "mine"},
		{"service.name=theirs,k=v", "mine", "theirs"},
	} {
		t.Setenv("OTEL_RESOURCE_ATTRIBUTES", test.env) // read by the SDK
		r, err := environment{}.resource(t.Context(), test.option)
		if err != nil {
			t.Fatal(err)
		}
		if name, _ := r.Set().Value("service.name"); name.AsString() != test.want {
			t.Errorf("%q: service.name is %s, want %s", test.env, name.AsString(), test.want)
		}
		if _, ok := r.Set().Value("host.name"); !ok {
			t.Error("no host.name")
		}
	}
	t.Setenv("OTEL_SERVICE_NAME", "named")
	if r, err := (environment{}).resource(t.Context(), ""); err != nil {
		t.Error(err)
	} else if name, _ := r.Set().Value("service.name"); name.AsString() != "named" {
		t.Errorf("service.name is %s", name.AsString())
	}
}
