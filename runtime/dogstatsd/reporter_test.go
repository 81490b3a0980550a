//go:build !teleoff

//nolint:teleinstr // misuse is what some of these tests are about
package telestatsd_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/DataDog/datadog-go/v5/statsd"

	tele "github.com/teleinstr/teleinstr/runtime"
	telestatsd "github.com/teleinstr/teleinstr/runtime/dogstatsd"
	"github.com/teleinstr/teleinstr/runtime/runtimetest"
)

func Example() {
	agent, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	reporter, err := telestatsd.New(agent.LocalAddr().String(), &telestatsd.Options{Tags: []string{"tenant"}})
	if err != nil {
		panic(err)
	}
	telemetry := runtimetest.New(reporter) // tele.New, for a program that was started with TELEINSTR_TELEMETRY=1

	for range 3 {
		telemetry.Count(context.Background(), "api.requests", 2, slog.String("tenant", "acme"))
	}
	reporter.Close()

	packet := make([]byte, 1500)
	n, _, err := agent.ReadFrom(packet)
	fmt.Print(string(packet[:n]), err)
	// Output:
	// api.requests:6|c|#tenant:acme
	// <nil>
}

// A listener is a server that remembers what it gets.
type listener struct {
	conn net.PacketConn
	done chan struct{}

	mu      sync.Mutex
	packets []string
}

func listen(t testing.TB) *listener {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	conn.(*net.UDPConn).SetReadBuffer(8 << 20)
	l := &listener{conn: conn, done: make(chan struct{})}
	go l.read()
	t.Cleanup(func() { conn.Close(); <-l.done })
	return l
}

func (l *listener) read() {
	defer close(l.done)
	buffer := make([]byte, 1<<16)
	for {
		n, _, err := l.conn.ReadFrom(buffer)
		if err != nil {
			return
		}
		l.mu.Lock()
		l.packets = append(l.packets, string(buffer[:n]))
		l.mu.Unlock()
	}
}

// lines returns what has come until an event of the name end did, sorted and without that.
func (l *listener) lines(t testing.TB, telemetry *tele.Telemetry, r *telestatsd.Reporter) []string {
	t.Helper()
	if err := r.Flush(); err != nil {
		t.Fatal(err)
	}
	telemetry.Metric(context.Background(), "the.end", 1)
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	for start := time.Now(); time.Since(start) < 10*time.Second; time.Sleep(time.Millisecond) {
		l.mu.Lock()
		all := strings.Split(strings.TrimSuffix(strings.Join(l.packets, ""), "\n"), "\n")
		l.mu.Unlock()
		if i := slices.IndexFunc(all, func(line string) bool { return strings.Contains(line, "the.end:") }); i >= 0 {
			all = slices.Delete(all, i, i+1)
			slices.Sort(all)
			return all
		}
	}
	t.Fatal("packets do not arrive")
	return nil
}

func newReporter(t testing.TB, options *telestatsd.Options) (*listener, *telestatsd.Reporter, *tele.Telemetry) {
	t.Helper()
	l := listen(t)
	r, err := telestatsd.New(l.conn.LocalAddr().String(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return l, r, runtimetest.New(r)
}

func wantLines(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// valid is what a line must be for any server.
var valid = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.]{0,199}:-?[0-9.]+\|(ms|c|g|d)(\|#[\pL\d_./-]+:[\pL\d_./:-]+(,[\pL\d_./-]+:[\pL\d_./:-]+)*)?$`)

func TestConformance(t *testing.T) {
	for name, options := range map[string]*telestatsd.Options{
		"no options":    nil,
		"tags":          {Tags: []string{"k", "s", "error", "odd", "name", "v", "日本", "a b", "a,b;c|d"}},
		"distributions": {Distributions: true, Namespace: "shop"},
	} {
		t.Run(name, func(t *testing.T) {
			runtimetest.Run(t, func(t *testing.T) (tele.Reporter, runtimetest.Results) {
				l, r, telemetry := newReporter(t, options)
				t.Cleanup(func() {
					for _, line := range l.lines(t, telemetry, r) {
						if line != "" && !valid.MatchString(line) {
							t.Errorf("sent %.300q", line)
						}
					}
				})
				return r, nil
			})
		})
	}
}

func TestLines(t *testing.T) {
	l, r, telemetry := newReporter(t, nil)
	r.RecordTiming("plan", 5200*time.Microsecond, tele.Metadata{})
	ctx, _ := telemetry.Start(context.Background(), "plan")
	for i := range 3 {
		telemetry.Count(ctx, "n", 2, slog.String("secret", "x"))
		telemetry.Gauge(ctx, "level", float64(i)-0.5)
	}
	telemetry.Count(ctx, "down", -7)
	telemetry.Metric(ctx, "rows", uint64(1200))
	telemetry.Metric(ctx, "lag", time.Second)
	telemetry.Metric(ctx, "full", true)
	telemetry.Metric(ctx, "text", "x")
	telemetry.Gauge(ctx, "inf", math.Inf(1))
	telemetry.Metric(ctx, "nan", math.NaN())
	wantLines(t, l.lines(t, telemetry, r),
		"plan.down:-7|c",
		"plan.full:1.000000|ms",
		"plan.lag:1000.000000|ms",
		"plan.level:1.5|g",
		"plan.n:6|c",
		"plan.rows:1200.000000|ms",
		"plan:5.200000|ms",
	)
	r.RecordTiming("late", 1, tele.Metadata{})
	s := r.Stats()
	if s.Events != 12 || s.Unfit != 3 || s.Late != 1 || s.Rejected != 0 || s.PacketsDropped != 0 {
		t.Errorf("%+v", s)
	}
}

func TestDistributions(t *testing.T) {
	l, r, telemetry := newReporter(t, &telestatsd.Options{Distributions: true, Namespace: "shop"})
	r.RecordTiming("plan", 5200*time.Microsecond, tele.Metadata{})
	telemetry.Metric(context.Background(), "rows", 7)
	telemetry.Count(context.Background(), "n", 7)
	wantLines(t, l.lines(t, telemetry, r), "shop.n:7|c", "shop.plan:5.2|d", "shop.rows:7|d")
}

func TestTags(t *testing.T) {
	l, r, telemetry := newReporter(t, &telestatsd.Options{Tags: []string{"tenant", "error", "http:code"}, Distributions: true})
	err := errors.New("secret")
	_, scope := telemetry.Start(context.Background(), "a", slog.String("tenant", "x"), slog.String("password", "p"))
	scope.EndErr(&err, slog.String("tenant", "größe 12:30|#,\n\xff"), slog.Int("http:code", 200))
	_, scope = telemetry.Start(context.Background(), "b", slog.String("tenant", ""))
	scope.End()
	telemetry.Count(context.Background(), "n", 1, slog.String("tenant", strings.Repeat("é", 1000)))
	var tags []string
	for _, line := range l.lines(t, telemetry, r) {
		tags = append(tags, regexp.MustCompile(`:[0-9.]+\|`).ReplaceAllString(line, "|"))
	}
	wantLines(t, tags, "a|d|#tenant:größe_12:30_____,error:true,http_code:200", "b|d|#error:false", "n|c|#tenant:"+strings.Repeat("é", 50))
}

// TestLongEvents wants what does not fit into a packet to be left out, so that the rest arrives.
func TestLongEvents(t *testing.T) {
	var keys []string
	var attrs []slog.Attr
	for i := range 30 {
		keys = append(keys, fmt.Sprint("key", i))
		attrs = append(attrs, slog.String(keys[i], strings.Repeat("日", 1000)))
	}
	l, r, telemetry := newReporter(t, &telestatsd.Options{Tags: keys, Namespace: "shop"})
	telemetry.Gauge(context.Background(), strings.Repeat("x", 1000), math.MaxFloat64, attrs...)
	lines := l.lines(t, telemetry, r)
	if len(lines) != 1 || !valid.MatchString(lines[0]) || !strings.HasPrefix(lines[0], "shop."+strings.Repeat("x", 195)+":") || strings.Count(lines[0], "key") != 7 {
		t.Errorf("got %d, %q", len(lines), lines)
	}
}

func TestNames(t *testing.T) {
	l, r, telemetry := newReporter(t, nil)
	for _, name := range []string{"a b", "größe", "7up", "_a", "a:1|c\nb", "\xff", "."} {
		telemetry.Count(context.Background(), name, 1)
	}
	wantLines(t, l.lines(t, telemetry, r), "a_1_c_b:1|c", "a_b:1|c", "gr__e:1|c", "x.:1|c", "x7up:1|c", "x_:1|c", "x_a:1|c")
}

func TestInvalidOptions(t *testing.T) {
	for wanted, options := range map[string]telestatsd.Options{
		`namespace "a b": no name of statsd; write "a_b"`:                   {Namespace: "a b"},
		`namespace "1a": no name of statsd; write "x1"`:                     {Namespace: "1a"},
		`tag "a b": the tag a_b is the attribute "a_b"; choose another key`: {Tags: []string{"a_b", "a b"}},
		`tag "depth": built-in metadata, not an attribute; choose another`:  {Tags: []string{"depth"}},
		`tag "": no key`: {Tags: []string{""}},
		`tag "xxxxxxxxxxxxxxxxxxxx"…: longer than 100 bytes`: {Tags: []string{strings.Repeat("x", 200)}},
	} {
		if _, err := telestatsd.New("127.0.0.1:8125", &options); err == nil || err.Error() != wanted {
			t.Errorf("got  %v\nwant %s", err, wanted)
		}
	}
	if _, err := telestatsd.New("nonsense:nonsense", nil); err == nil {
		t.Error("an address that is none is no error")
	}
}

// TestNobodyListens wants the program not to wait, and the loss to be told, as far as the system does.
func TestNobodyListens(t *testing.T) {
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := conn.LocalAddr().String()
	conn.Close()
	r, err := telestatsd.New(addr, &telestatsd.Options{Client: []statsd.Option{statsd.WithMaxMessagesPerPayload(1)}})
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	for range 100 {
		r.RecordTiming("a", 1, tele.Metadata{})
	}
	if time.Since(start) > 5*time.Second {
		t.Error("the program waits")
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	if err := r.Close(); err != nil {
		t.Errorf("a second Close: %v", err)
	}
	if s := r.Stats(); s.Events != 100 || s.PacketsDropped == 0 || s.PacketsDropped > 100 {
		t.Errorf("%+v", s)
	}
}

// TestQueueFull wants packets that come faster than they can be sent to be dropped, counted, and not waited for.
func TestQueueFull(t *testing.T) {
	l, r, _ := newReporter(t, &telestatsd.Options{Client: []statsd.Option{
		statsd.WithMaxMessagesPerPayload(1), statsd.WithSenderQueueSize(1),
	}})
	const events = 20_000
	for range events {
		r.RecordTiming("a", 1, tele.Metadata{})
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	s := r.Stats()
	if s.Events != events || s.PacketsDropped == 0 || s.PacketsDropped+uint64(len(l.packets)) > events {
		t.Errorf("%+v, and %d packets arrived", s, len(l.packets))
	}
}

// TestBatches wants many values in a packet, and no packet too large for the network.
func TestBatches(t *testing.T) {
	l, r, telemetry := newReporter(t, nil)
	for range 1000 {
		r.RecordTiming("a", time.Millisecond, tele.Metadata{})
	}
	if got := len(l.lines(t, telemetry, r)); got != 1000 {
		t.Errorf("%d lines, want 1000", got)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.packets) > 100 {
		t.Errorf("%d packets", len(l.packets))
	}
	for _, p := range l.packets {
		if len(p) > 1432 {
			t.Errorf("a packet of %d bytes", len(p))
		}
	}
}

// TestClose wants what waits to be sent, long before its time.
func TestClose(t *testing.T) {
	l, r, telemetry := newReporter(t, &telestatsd.Options{Client: []statsd.Option{
		statsd.WithAggregationInterval(time.Hour), statsd.WithBufferFlushInterval(time.Hour),
	}})
	telemetry.Count(context.Background(), "n", 1)
	wantLines(t, l.lines(t, telemetry, r), "n:1|c")
}

func TestConcurrentUse(t *testing.T) {
	l, r, telemetry := newReporter(t, &telestatsd.Options{Tags: []string{"i"}})
	var workers sync.WaitGroup
	for i := range 8 {
		workers.Go(func() {
			for range 100 {
				telemetry.Count(context.Background(), "n", 1, slog.Int("i", i))
				r.Stats()
			}
		})
	}
	workers.Wait()
	sum := 0
	for _, line := range l.lines(t, telemetry, r) {
		var n int
		if _, err := fmt.Sscanf(line, "n:%d|c|#i:", &n); err != nil {
			t.Errorf("%s: %v", line, err)
		}
		sum += n
	}
	if sum != 800 {
		t.Errorf("counted %d, want 800", sum)
	}
}

func BenchmarkTiming(b *testing.B) {
	_, _, telemetry := newReporter(b, &telestatsd.Options{Tags: []string{"tenant"}})
	b.ReportAllocs()
	for b.Loop() {
		_, scope := telemetry.Start(context.Background(), "pipeline.plan", slog.String("tenant", "acme"))
		scope.End()
	}
}
