package otel

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/teleinstr/teleinstr/integration/otel/collector"
)

// collectorBinary returns an OpenTelemetry Collector, which may have to be built.
func collectorBinary(t *testing.T) string {
	t.Helper()
	path, err := buildCollector()
	if err == nil {
		return path
	}
	if os.Getenv("CI") == "true" {
		t.Fatal(err)
	}
	t.Skip(err)
	return ""
}

var buildCollector = sync.OnceValues(func() (string, error) { return collector.Build("../..") })

// A running collector is an OpenTelemetry Collector.
type running struct {
	http, grpc string // where it takes OTLP
	metrics    string // where it tells of itself
	dir        string // of the files that it writes
	*collector.Collector
}

// collectorConfig has the ports for HTTP, gRPC and metrics, the directory, and the exporter of traces.
const collectorConfig = `receivers:
  otlp:
    protocols:
      http: {endpoint: 127.0.0.1:%d}
      grpc: {endpoint: 127.0.0.1:%d}
processors:
  batch: {timeout: 100ms}
exporters:
  nop:
  file/traces: {path: %[4]s/traces}
  file/metrics: {path: %[4]s/metrics}
service:
  pipelines:
    traces: {receivers: [otlp], processors: [batch], exporters: [%[5]s]}
    metrics: {receivers: [otlp], processors: [batch], exporters: [file/metrics]}
  telemetry:
    logs: {level: warn}
    metrics: {readers: [{pull: {exporter: {prometheus: {host: 127.0.0.1, port: %[3]d}}}}]}
`

// startCollector starts a collector that hands traces to the exporter.
func startCollector(t *testing.T, exporter string) *running {
	t.Helper()
	return launch(t, 3, func(c *running, ports []int) string {
		c.metrics = collector.URL(ports[2]) + "/metrics"
		return fmt.Sprintf(collectorConfig, ports[0], ports[1], ports[2], c.dir, exporter)
	})
}

// launch starts a collector with the configuration that configure makes of so many free ports, the first two of which are for
// HTTP and gRPC. It is stopped when the test ends, or by Stop.
func launch(t *testing.T, n int, configure func(c *running, ports []int) string) *running {
	t.Helper()
	binary := collectorBinary(t)
	for tries := 0; ; tries++ {
		ports, err := collector.FreePorts(n)
		if err != nil {
			t.Fatal(err)
		}
		c := &running{http: collector.URL(ports[0]), grpc: collector.URL(ports[min(1, n-1)]), dir: t.TempDir()}
		c.Collector, err = collector.Start(binary, c.dir, configure(c, ports), ports)
		if err == nil {
			t.Cleanup(func() {
				if err := c.Stop(); err != nil {
					t.Errorf("collector: %v\n%s", err, &c.Log)
				}
			})
			return c
		}
		if tries == 3 { // somebody else may have taken a port
			t.Fatal(err)
		}
	}
}

var sample = regexp.MustCompile(`(?m)^(\w+)(?:\{.*\})? (\S+)$`)

// count returns the sum of the collector's metrics about itself that have the name, which may lack the suffix _total.
func (c *running) count(t *testing.T, name string) int64 {
	t.Helper()
	response, err := http.Get(c.metrics)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	total := 0.0
	for _, m := range sample.FindAllStringSubmatch(string(body), -1) {
		if strings.TrimSuffix(m[1], "_total") != name {
			continue
		}
		n, err := strconv.ParseFloat(m[2], 64)
		if err != nil {
			t.Fatal(err)
		}
		total += n
	}
	return int64(total)
}
