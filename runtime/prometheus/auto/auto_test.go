package auto

import (
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
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
	if os.Getenv(programVariable) == "scraped" {
		response, err := http.Get(strings.TrimSpace(os.Getenv("URL")))
		if err == nil {
			io.Copy(os.Stderr, response.Body)
			response.Body.Close()
		}
	}
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
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	if stderr := run(t, "prometheus:"+address); !strings.Contains(stderr, "address already in use; telemetry stays off") {
		t.Errorf("an address in use: %s", stderr)
	}
	listener.Close()
	stderr := run(t, "prometheus:"+address, programVariable+"=scraped", "URL=http://"+address+"/metrics")
	if !strings.Contains(stderr, `tele_scope_duration_seconds_count{error="false",scope="work"} 1`) {
		t.Errorf("scraped:\n%s", stderr)
	}
}
