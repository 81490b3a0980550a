package auto

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"

	tele "github.com/teleinstr/teleinstr/runtime"
	"github.com/teleinstr/teleinstr/runtime/autoreport"
)

// TestMain is the program that the tests run: telemetry is switched on when a process starts.
func TestMain(m *testing.M) {
	if os.Getenv(programVariable) == "" {
		os.Exit(m.Run())
	}
	stop := autoreport.Start()
	_, scope := tele.Start(nil, "work")
	scope.End()
	stop()
}

const programVariable = "AUTO_TEST_PROGRAM"

// run runs the program with a report, and returns what it has written to standard error.
func run(t *testing.T, report string, env ...string) string {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), append([]string{programVariable + "=1", "TELEINSTR_TELEMETRY=1", "TELEINSTR_REPORT=" + report}, env...)...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v:\n%s", err, stderr.String())
	}
	return stderr.String()
}

func TestReport(t *testing.T) {
	if !tele.Compiled {
		t.Skip("telemetry is compiled out")
	}
	var traces atomic.Int64
	collector := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/v1/traces" {
			traces.Add(1)
		}
	}))
	defer collector.Close()
	endpoint := "OTEL_EXPORTER_OTLP_ENDPOINT=" + collector.URL
	if stderr := run(t, "otlp", endpoint); strings.Contains(stderr, "TELEINSTR_REPORT") || traces.Load() != 1 {
		t.Errorf("%d exports of traces:\n%s", traces.Load(), stderr)
	}
	if stderr := run(t, "tree,otlp", endpoint, "OTEL_SDK_DISABLED=true"); !strings.Contains(stderr, "\nwork ") || traces.Load() != 1 {
		t.Errorf("OpenTelemetry is off, and there are %d exports of traces:\n%s", traces.Load(), stderr)
	}
	for report, env := range map[string]string{"otlp:x": endpoint, "otlp": "OTEL_EXPORTER_OTLP_PROTOCOL=smoke"} {
		if stderr := run(t, report, env); !strings.Contains(stderr, "teleinstr: TELEINSTR_REPORT: otlp: ") || !strings.Contains(stderr, "; telemetry stays off\n") {
			t.Errorf("%s with %s: %s", report, env, stderr)
		}
	}
}
