package otel

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// collectorSource is a module of its own, which go.sum pins.
const collectorSource = "testdata/collector"

// collectorBinary returns an OpenTelemetry Collector. It is built into the build directory of the checkout, unless it is there.
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

var buildCollector = sync.OnceValues(func() (string, error) {
	key := sha256.New()
	fmt.Fprintln(key, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	for _, name := range []string{"go.mod", "go.sum", "main.go"} {
		contents, err := os.ReadFile(filepath.Join(collectorSource, name))
		if err != nil {
			return "", err
		}
		fmt.Fprintf(key, "%d %s", len(contents), contents)
	}
	path, err := filepath.Abs(filepath.Join("../../build/otel-collector", fmt.Sprintf("%.8x", key.Sum(nil)), "collector"))
	if err != nil {
		return "", err
	}
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	cmd := exec.Command("go", "build", "-buildvcs=false", "-o", path+".new", ".")
	cmd.Dir = collectorSource
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("the OpenTelemetry Collector does not build: %w\n%s", err, out)
	}
	return path, os.Rename(path+".new", path)
})

// A collector is a running OpenTelemetry Collector.
type collector struct {
	http, grpc string // where it takes OTLP
	metrics    string // where it tells of itself
	dir        string // of the files that it writes
	cmd        *exec.Cmd
	log        *bytes.Buffer
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
func startCollector(t *testing.T, exporter string) *collector {
	t.Helper()
	return launch(t, 3, func(c *collector, ports []int) string {
		c.metrics = at(ports[2]) + "/metrics"
		return fmt.Sprintf(collectorConfig, ports[0], ports[1], ports[2], c.dir, exporter)
	})
}

// launch starts a collector with the configuration that configure makes of so many free ports, the first two of which are for
// HTTP and gRPC. It is stopped when the test ends, or by stop.
func launch(t *testing.T, n int, configure func(c *collector, ports []int) string) *collector {
	t.Helper()
	binary := collectorBinary(t)
	for tries := 0; ; tries++ {
		ports, err := freePorts(n)
		if err != nil {
			t.Fatal(err)
		}
		c := &collector{http: at(ports[0]), grpc: at(ports[min(1, n-1)]), dir: t.TempDir(), log: new(bytes.Buffer)}
		err = c.start(binary, configure(c, ports), ports)
		if err == nil {
			t.Cleanup(func() {
				if err := c.stop(); err != nil {
					t.Errorf("collector: %v\n%s", err, c.log)
				}
			})
			return c
		}
		if tries == 3 { // somebody else may have taken a port
			t.Fatal(err)
		}
	}
}

func at(port int) string { return "http://127.0.0.1:" + strconv.Itoa(port) }

// start starts the collector, and waits until it listens at all ports.
func (c *collector) start(binary, config string, ports []int) error {
	file := filepath.Join(c.dir, "config.yaml")
	if err := os.WriteFile(file, []byte(config), 0o666); err != nil {
		return err
	}
	c.cmd = exec.Command(binary, "--config", file)
	c.cmd.Stdout, c.cmd.Stderr = c.log, c.log
	if err := c.cmd.Start(); err != nil {
		return err
	}
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if !slices.ContainsFunc(ports, refuses) {
			return nil
		}
	}
	return errors.Join(fmt.Errorf("the collector does not start\n%s", config), c.stop(), errors.New(c.log.String()))
}

func refuses(port int) bool {
	connection, err := net.Dial("tcp", "127.0.0.1:"+strconv.Itoa(port))
	if err != nil {
		return true
	}
	connection.Close()
	return false
}

func freePorts(n int) (ports []int, err error) {
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer l.Close() // when all are found, so that they differ
		ports = append(ports, l.Addr().(*net.TCPAddr).Port)
	}
	return ports, nil
}

// stop has the collector write what it still holds, and end.
func (c *collector) stop() error {
	if c.cmd.ProcessState != nil {
		return nil
	}
	timer := time.AfterFunc(20*time.Second, func() { c.cmd.Process.Kill() })
	defer timer.Stop()
	return errors.Join(c.cmd.Process.Signal(os.Interrupt), c.cmd.Wait())
}

var sample = regexp.MustCompile(`(?m)^(\w+)(?:\{.*\})? (\S+)$`)

// count returns the sum of the collector's metrics about itself that have the name, which may lack the suffix _total.
func (c *collector) count(t *testing.T, name string) int64 {
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
