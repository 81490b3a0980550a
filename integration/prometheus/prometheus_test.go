package prometheus

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	// What the program is built from, so that go test has no cached result for one that has changed.
	_ "github.com/teleinstr/teleinstr/runtime/prometheus"
)

// patience is how long a server may take for anything.
const patience = 60 * time.Second

// A question is a query and between what its answer, one number, is to lie.
type question struct {
	query    string
	min, max float64
}

// The program's scopes take 20 ms and a little, and one in four fails.
var (
	common = []question{
		{`sum(rate(tele_rows_total{scope="ingest"}[5s]))`, 10, 250},
		{`tele_queue_depth{scope="ingest"}`, 7, 7},
		{`sum(tele_events_dropped_total)`, 0, 0},
	}
	classic = []question{
		{`histogram_quantile(0.5, sum by (le) (rate(tele_scope_duration_seconds_bucket{scope="ingest"}[5s])))`, .01, .05},
		{`sum(rate(tele_scope_duration_seconds_sum[5s])) / sum(rate(tele_scope_duration_seconds_count[5s]))`, .02, .04},
		{`sum(rate(tele_scope_duration_seconds_count{error="true"}[5s])) / sum(rate(tele_scope_duration_seconds_count[5s]))`, .2, .3},
		{`sum(rate(tele_rows_total[5s])) / sum(rate(tele_scope_duration_seconds_count[5s]))`, 2.7, 3.3},
		{`sum(rate(tele_batch_sum[5s])) / sum(rate(tele_batch_count[5s]))`, 100, 100},
		{`count(tele_scope_duration_seconds_count{scope="ingest", error="false", tenant=~"t0|t1"})`, 2, 2},
	}
	native = []question{
		{`histogram_quantile(0.5, sum(rate(tele_scope_duration_seconds{scope="ingest"}[5s])))`, .019, .03},
		{`histogram_quantile(0.5, sum(rate(tele_batch[5s])))`, 90, 110},
		{`sum(histogram_count(rate(tele_scope_duration_seconds{error="true"}[5s]))) / sum(histogram_count(rate(tele_scope_duration_seconds[5s])))`, .2, .3},
		{`histogram_fraction(0, 0.015, sum(rate(tele_scope_duration_seconds[5s])))`, 0, .01},
	}
)

func TestPrometheus(t *testing.T) {
	binary, err := exec.LookPath("prometheus")
	if err != nil {
		unavailable(t, err)
	}
	target := startProgram(t)
	servers := []server{startServer(t, binary, target), startServer(t, binary, target, "--enable-feature=native-histograms")}
	ask(t, servers[0], append(classic, common...))
	ask(t, servers[1], append(native, common...))
	askQuestionsOfArticle(t, servers...)
}

// unavailable ends a test for which something cannot be had, which is no excuse in CI.
func unavailable(t *testing.T, err error) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(err)
	}
	t.Skip(err)
}

// startProgram builds the program and returns the URL of its metrics. It ends with the test.
func startProgram(t *testing.T) *url.URL {
	binary := filepath.Join(t.TempDir(), "program")
	if out, err := exec.Command("go", "build", "-o", binary, "./program").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	cmd := exec.Command(binary)
	cmd.Env = append(os.Environ(), "TELEINSTR_TELEMETRY=1")
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stdin.Close()
		if err := cmd.Wait(); err != nil {
			t.Errorf("the program: %v", err)
		}
	})
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	target, err := url.Parse(strings.TrimSpace(line))
	if err != nil {
		t.Fatal(err)
	}
	return target
}

// A server is a Prometheus that runs.
type server struct{ url string }

// startServer starts a Prometheus that scrapes the target four times a second, on a port that is free. It ends with the test.
func startServer(t *testing.T, binary string, target *url.URL, flags ...string) server {
	dir := t.TempDir()
	config := filepath.Join(dir, "prometheus.yml")
	text := fmt.Sprintf("global:\n  scrape_interval: 250ms\n  scrape_timeout: 250ms\nscrape_configs:\n- job_name: program\n  metrics_path: %s\n  static_configs:\n  - targets: [%q]\n",
		target.Path, target.Host)
	if err := os.WriteFile(config, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	var last error
	for range 3 { // another process may take the port
		s, err := launch(t, binary, append([]string{
			"--config.file=" + config, "--storage.tsdb.path=" + filepath.Join(dir, "data"), "--log.level=warn",
		}, flags...))
		if err == nil {
			return s
		}
		last = err
	}
	t.Fatal(last)
	return server{}
}

func launch(t *testing.T, binary string, args []string) (server, error) {
	addr := freeAddr(t)
	var log strings.Builder
	cmd := exec.Command(binary, append(args, "--web.listen-address="+addr)...)
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		return server{}, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	s := server{"http://" + addr}
	for start := time.Now(); time.Since(start) < patience; time.Sleep(50 * time.Millisecond) {
		select {
		case err := <-ended:
			return s, fmt.Errorf("prometheus: %w\n%s", err, log.String())
		default:
		}
		if _, err := s.get("/-/ready"); err == nil {
			t.Cleanup(func() {
				cmd.Process.Signal(os.Interrupt)
				select {
				case <-ended:
				case <-time.After(patience):
					cmd.Process.Kill()
					<-ended
				}
			})
			return s, nil
		}
	}
	cmd.Process.Kill()
	<-ended
	return s, fmt.Errorf("prometheus: not ready after %v\n%s", patience, log.String())
}

func freeAddr(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// ask asks until every answer is as wanted, and complains of those that never are.
func ask(t *testing.T, s server, questions []question) {
	for _, q := range questions {
		start := time.Now()
		for {
			got, err := s.query(q.query)
			if err == nil && got >= q.min && got <= q.max {
				t.Logf("%s = %.4g after %v", q.query, got, time.Since(start).Round(10*time.Millisecond))
				break
			}
			if time.Since(start) > patience {
				t.Errorf("%s is %v (%v), want between %v and %v", q.query, got, err, q.min, q.max)
				break
			}
			time.Sleep(100 * time.Millisecond)
		}
	}
}

// query returns the one number that is the answer.
func (s server) query(query string) (float64, error) {
	results, err := s.results(query)
	if err != nil {
		return 0, err
	}
	if len(results) != 1 {
		return 0, fmt.Errorf("%d answers", len(results))
	}
	return strconv.ParseFloat(results[0], 64)
}

// results returns the numbers, or histograms, that are the answer.
func (s server) results(query string) ([]string, error) {
	body, err := s.get("/api/v1/query?query=" + url.QueryEscape(query))
	if err != nil {
		return nil, err
	}
	var answer struct {
		Data struct {
			Result []struct{ Value, Histogram []any }
		}
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return nil, err
	}
	var all []string
	for _, r := range answer.Data.Result {
		if v := append(r.Value, r.Histogram...); len(v) == 2 {
			all = append(all, fmt.Sprint(v[1]))
		}
	}
	return all, nil
}

func (s server) get(path string) ([]byte, error) {
	client := http.Client{Timeout: 5 * time.Second}
	response, err := client.Get(s.url + path)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", response.Status, body)
	}
	return body, err
}
