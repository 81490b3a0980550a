package otel

import (
	"fmt"
	"os/exec"
	"testing"
	"time"

	"github.com/teleinstr/teleinstr/integration/otel/collector"
	teleotel "github.com/teleinstr/teleinstr/runtime/otel"
)

// TestLoad makes 100,000 scopes a second for 30 seconds, with a queue that is larger than the default, and wants to know of
// each what has become of it.
func TestLoad(t *testing.T) {
	length := 30 * time.Second
	if testing.Short() {
		length = 2 * time.Second
	}
	load(t, 100_000, length, "OTEL_BSP_MAX_QUEUE_SIZE=65536", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE=4096")
}

// TestLoadDefaults does it for some seconds with the default queue, by either protocol.
func TestLoadDefaults(t *testing.T) {
	for _, protocol := range []string{"http/protobuf", "grpc"} {
		t.Run(protocol, func(t *testing.T) {
			load(t, 100_000, 2*time.Second, "OTEL_EXPORTER_OTLP_PROTOCOL="+protocol)
		})
	}
}

// TestLoadDrops wants a queue that is too small to drop, and the dropped spans to be counted.
func TestLoadDrops(t *testing.T) {
	if s := load(t, 1_000_000, 100*time.Millisecond, "OTEL_BSP_MAX_QUEUE_SIZE=64"); s.Spans.Dropped == 0 {
		t.Error("nothing was dropped")
	}
}

// TestLoadSampled has a tenth of the spans sampled, which metrics are to take no notice of.
func TestLoadSampled(t *testing.T) {
	s := load(t, 100_000, 2*time.Second, "OTEL_TRACES_SAMPLER=parentbased_traceidratio", "OTEL_TRACES_SAMPLER_ARG=0.1")
	if s.Unsampled == 0 || s.Spans.Ended == 0 {
		t.Errorf("%+v", s)
	}
}

func load(t *testing.T, rate int, length time.Duration, env ...string) teleotel.Stats {
	c := startCollector(t, "nop")
	endpoint := c.http
	if len(env) > 0 && env[0] == "OTEL_EXPORTER_OTLP_PROTOCOL=grpc" {
		endpoint = c.grpc
	}
	p := start(t, "generator", append(env, "OTEL_EXPORTER_OTLP_ENDPOINT="+endpoint), fmt.Sprint(rate), "2", length.String())
	generated, took := p.generated(t)
	s := p.end(t)
	arrived := c.count(t, "otelcol_receiver_accepted_spans")
	t.Logf("%d scopes in %v, %.0f a second; %d have arrived", generated, took.Round(time.Millisecond), float64(generated)/took.Seconds(), arrived)
	t.Logf("%+v", s)
	wantAccount(t, s, generated)
	if arrived < s.Spans.Exported || arrived > s.Spans.Exported+s.Spans.Failed {
		t.Errorf("%d have arrived, %d are counted as exported and %d as failed", arrived, s.Spans.Exported, s.Spans.Failed)
	}
	if err := c.Stop(); err != nil {
		t.Fatal(err)
	}
	t.Logf("processor time: %v of the program, %v of the collector", processorTime(p.cmd), processorTime(c.Cmd))
	points := c.points(t)
	for key, want := range map[string]int64{
		"generator tele.scope.durations{load.scope}": generated, // totals, of which none is lost
		"generator tele.otel.spans{span}{exported}":  s.Spans.Exported,
		"generator tele.otel.spans{span}{dropped}":   s.Spans.Dropped,
		"generator tele.otel.spans{span}{failed}":    s.Spans.Failed,
	} {
		if got := points[key].Count + points[key].AsInt; got != want {
			t.Errorf("%s: %d, want %d", key, got, want)
		}
	}
	return s
}

func processorTime(cmd *exec.Cmd) time.Duration {
	return (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Round(time.Millisecond)
}

// generated returns what the generator says.
func (p *process) generated(t *testing.T) (n int64, took time.Duration) {
	t.Helper()
	var text string
	if _, err := fmt.Sscan(p.line(t), &n, &text); err != nil {
		t.Fatal(err)
	}
	took, err := time.ParseDuration(text)
	if err != nil {
		t.Fatal(err)
	}
	return n, took
}

// wantAccount wants each of the scopes to be accounted for.
func wantAccount(t *testing.T, s teleotel.Stats, generated int64) {
	t.Helper()
	if s.Scopes != generated || s.Unsampled+s.Spans.Exported+s.Spans.Failed+s.Spans.Dropped != generated || s.Spans.Ended != generated-s.Unsampled {
		t.Errorf("%+v do not account for %d scopes", s, generated)
	}
}

// TestNoCollector has nobody listen.
func TestNoCollector(t *testing.T) {
	ports, err := collector.FreePorts(1)
	if err != nil {
		t.Fatal(err)
	}
	for _, protocol := range []string{"http/protobuf", "grpc"} {
		t.Run(protocol, func(t *testing.T) {
			p := start(t, "generator", []string{
				fmt.Sprintf("OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:%d", ports[0]), "OTEL_EXPORTER_OTLP_PROTOCOL=" + protocol,
				"OTEL_BSP_EXPORT_TIMEOUT=200", "OTEL_EXPORTER_OTLP_TIMEOUT=200",
			}, "1000", "1", "1s")
			generated, _ := p.generated(t)
			s := p.end(t)
			wantAccount(t, s, generated)
			if s.Spans.Exported != 0 || s.Spans.Failed == 0 {
				t.Errorf("%+v, want none exported", s)
			}
		})
	}
}

// TestCollectorStops has the collector end while spans come.
func TestCollectorStops(t *testing.T) {
	c := startCollector(t, "nop")
	p := start(t, "generator", []string{"OTEL_EXPORTER_OTLP_ENDPOINT=" + c.http, "OTEL_EXPORTER_OTLP_TIMEOUT=200", "OTEL_BSP_SCHEDULE_DELAY=50"},
		"5000", "1", "3s")
	for deadline := time.Now().Add(30 * time.Second); c.count(t, "otelcol_receiver_accepted_spans") == 0; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("nothing arrives")
		}
	}
	if err := c.Stop(); err != nil {
		t.Fatal(err)
	}
	generated, _ := p.generated(t)
	s := p.end(t)
	wantAccount(t, s, generated)
	t.Logf("%+v", s.Spans)
	if s.Spans.Exported == 0 || s.Spans.Failed == 0 {
		t.Errorf("%+v, want some exported and some failed", s)
	}
}
