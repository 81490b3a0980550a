package otel

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestDocumented runs the collectors of docs/otel.md, with other addresses, in front of one that stands for the backend.
func TestDocumented(t *testing.T) {
	t.Run("one machine", func(t *testing.T) {
		backend := startCollector(t, "file/traces")
		one := documented(t, "collector.yaml", "https://otel.example.com", backend.http)
		arrives(t, backend, one.http, "http/protobuf", one)
	})
	t.Run("many hosts", func(t *testing.T) {
		backend := startCollector(t, "file/traces")
		gateway := documented(t, "gateway.yaml", "https://otel.example.com", backend.http)
		agent := documented(t, "agent.yaml", "gateway.example.com:4317", strings.TrimPrefix(gateway.grpc, "http://"))
		arrives(t, backend, agent.grpc, "grpc", agent, gateway)
	})
}

// documented starts the collector of a file, with a next one at another address.
func documented(t *testing.T, name, next, at string) *running {
	t.Helper()
	contents, err := os.ReadFile(filepath.Join("testdata/checkout/docs/otel", name))
	if err != nil {
		t.Fatal(err)
	}
	config := string(contents)
	if !strings.Contains(config, next) {
		t.Fatalf("%s does not name %s", name, next)
	}
	n := 2
	if !strings.Contains(config, ":4318") {
		n = 1
	}
	return launch(t, n, func(c *running, ports []int) string {
		config := strings.ReplaceAll(config, next, at)
		config = strings.ReplaceAll(config, "127.0.0.1:4318", fmt.Sprintf("127.0.0.1:%d", ports[0]))
		for _, host := range []string{"127.0.0.1", "0.0.0.0"} {
			config = strings.ReplaceAll(config, host+":4317", fmt.Sprintf("127.0.0.1:%d", ports[n-1]))
		}
		return config + "  telemetry: {metrics: {level: none}, logs: {level: warn}}\n"
	})
}

// arrives sends scopes to an address, and wants them at the backend when those in between have stopped.
func arrives(t *testing.T, backend *running, endpoint, protocol string, between ...*running) {
	p := start(t, "generator", []string{"OTEL_EXPORTER_OTLP_ENDPOINT=" + endpoint, "OTEL_EXPORTER_OTLP_PROTOCOL=" + protocol}, "100", "1", "1s")
	generated, _ := p.generated(t)
	wantAccount(t, p.end(t), generated)
	for _, c := range append(between, backend) {
		if err := c.Stop(); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(strings.ToLower(c.Log.String()), "deprecated") {
			t.Errorf("%s", &c.Log)
		}
	}
	if n := len(backend.spans(t)); int64(n) != generated {
		t.Errorf("%d spans have arrived, want %d", n, generated)
	}
	if n := backend.points(t)["generator tele.scope.durations{load.scope}"].Count; n != generated {
		t.Errorf("the histogram counts %d, want %d", n, generated)
	}
}
