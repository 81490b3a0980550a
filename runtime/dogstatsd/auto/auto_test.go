package auto

import (
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

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
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if stderr := run(t, "dogstatsd:"+conn.LocalAddr().String()); stderr != "" {
		t.Errorf("the program says %q", stderr)
	}
	if err := conn.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	packet := make([]byte, 1<<16)
	n, _, err := conn.ReadFrom(packet)
	if got := string(packet[:n]); err != nil || !strings.HasPrefix(got, "work:") {
		t.Errorf("got %q: %v", got, err)
	}
	if stderr := run(t, "dogstatsd:nowhere.invalid:1:2"); !strings.HasSuffix(stderr, "; telemetry stays off\n") {
		t.Errorf("a wrong address: %q", stderr)
	}
}
