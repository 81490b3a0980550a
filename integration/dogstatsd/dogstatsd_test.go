package dogstatsd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	tele "github.com/teleinstr/teleinstr/runtime"
	telestatsd "github.com/teleinstr/teleinstr/runtime/dogstatsd"
	"github.com/teleinstr/teleinstr/runtime/runtimetest"
)

const (
	statsdVersion = "0.9.0"
	// patience is how long the server may take for anything.
	patience = 60 * time.Second
)

// unavailable ends a test for which something cannot be had, which is no excuse in CI.
func unavailable(t *testing.T, err error) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(err)
	}
	t.Skip(err)
}

// TestStatsd sends events and reads, from the console of the server, what it has added up.
func TestStatsd(t *testing.T) {
	s := startServer(t, installServer(t))
	reporter, err := telestatsd.New(s.addr, &telestatsd.Options{Namespace: "shop", Tags: []string{"tenant", "error", "at"}})
	if err != nil {
		t.Fatal(err)
	}
	telemetry := runtimetest.New(reporter)
	for i := range 10 {
		reporter.RecordTiming("plan", time.Duration(i+1)*5200*time.Microsecond, tele.Metadata{})
		telemetry.Count(context.Background(), "api.requests", 3, slog.String("tenant", "acme"))
		telemetry.Gauge(context.Background(), "queue.depth", float64(i))
		telemetry.Metric(context.Background(), "rows", 1200)
	}
	telemetry.Do(context.Background(), "load", func(ctx context.Context) error {
		telemetry.Count(ctx, "größe:1|c\nx:1", 1, slog.String("at", "12:30|#,x")) //nolint:teleinstr // the name is what this is about
		return errors.New("no route")
	})
	if err := reporter.Close(); err != nil {
		t.Fatal(err)
	}
	// In what the server prints, the tags belong to the name; it has no other letters than those of English.
	s.want(t,
		`'shop.api.requests;tenant=acme': 30,`,
		`'shop.load.gr__e_1_c_x_1;at=1230___x': 1`,
		`'shop.queue.depth': 9`,
		`count: 10,`,
		`upper: 52,`,
		`mean: 28.6,`,
		`upper: 1200,`,
		`'shop.load;error=true': [`,
		`'statsd.bad_lines_seen': 0,`,
	)
	s.reject(t, "Bad line")
}

// installServer returns the file of the server, in the build directory of the checkout.
func installServer(t *testing.T) string {
	for _, program := range []string{"npm", "node"} {
		if _, err := exec.LookPath(program); err != nil {
			unavailable(t, err)
		}
	}
	dir, err := filepath.Abs("../../build/statsd")
	if err != nil {
		t.Fatal(err)
	}
	module := filepath.Join(dir, "node_modules", "statsd")
	var manifest struct{ Version string }
	if text, err := os.ReadFile(filepath.Join(module, "package.json")); err == nil {
		json.Unmarshal(text, &manifest) // of another version if that is none
	}
	if manifest.Version != statsdVersion {
		if err := os.MkdirAll(dir, 0o777); err != nil {
			t.Fatal(err)
		}
		// There are examples in Go among the files of the server. As a module of its own they are none of the checkout's packages.
		if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module example.com/statsd\n"), 0o666); err != nil {
			t.Fatal(err)
		}
		npm := exec.Command("npm", "install", "--prefix", dir, "--no-save", "--no-package-lock", "--no-audit", "--no-fund", "--omit=optional",
			"--ignore-scripts", "statsd@"+statsdVersion)
		if out, err := npm.CombinedOutput(); err != nil {
			unavailable(t, fmt.Errorf("npm: %w\n%s", err, out))
		}
	}
	return filepath.Join(module, "stats.js")
}

// A server is a statsd that runs.
type server struct {
	addr    string
	console *console
}

// A console collects what the server prints.
type console struct {
	mu   sync.Mutex
	text strings.Builder
}

func (c *console) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.text.Write(p)
}

func (c *console) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.text.String()
}

// startServer starts a server that prints every second what has come since. It ends with the test.
func startServer(t *testing.T, script string) server {
	s := server{freeAddr(t), new(console)}
	_, port, _ := net.SplitHostPort(s.addr)
	config := filepath.Join(t.TempDir(), "config.js")
	text := fmt.Sprintf(`{
	address: "127.0.0.1", port: %s, mgmt_address: "127.0.0.1", mgmt_port: 0,
	flushInterval: 1000, backends: ["./backends/console"], dumpMessages: true, log: {backend: "stdout"},
}`, port)
	if err := os.WriteFile(config, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("node", script, config)
	cmd.Stdout, cmd.Stderr = s.console, s.console
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	s.want(t, "server is up", "Flushing stats") // so that there is a second for events that are to be added up
	return s
}

func freeAddr(t *testing.T) string {
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	return conn.LocalAddr().String()
}

// want waits until the server has printed all texts.
func (s server) want(t *testing.T, texts ...string) {
	t.Helper()
	start := time.Now()
	for _, text := range texts {
		for !strings.Contains(s.console.String(), text) {
			if time.Since(start) > patience {
				t.Fatalf("the server does not print %s, but\n%s", text, s.console)
			}
			time.Sleep(20 * time.Millisecond)
		}
	}
}

func (s server) reject(t *testing.T, text string) {
	t.Helper()
	if strings.Contains(s.console.String(), text) {
		t.Errorf("the server prints %s\n%s", text, s.console)
	}
}
