//go:build !teleoff

//nolint:teleinstr // misuse is what some of these tests are about
package pproflabels_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"runtime/pprof"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	tele "github.com/teleinstr/teleinstr/runtime"
	"github.com/teleinstr/teleinstr/runtime/pproflabels"
	"github.com/teleinstr/teleinstr/runtime/runtimetest"
)

func Example() {
	telemetry := runtimetest.New(pproflabels.New()) // tele.New in a program
	ctx, scope := telemetry.Start(context.Background(), "ingest")
	defer scope.End()
	pprof.Do(ctx, pprof.Labels("tenant", "acme"), func(ctx context.Context) {
		fmt.Println(pprof.Label(ctx, "scope"))
	})
	// Output: ingest true
}

var labelled = regexp.MustCompile(`^# labels: (\{.*\})$`)

// probing is held by the one goroutine that is in probe.
var probing sync.Mutex

// labels returns the labels of the calling goroutine, as the profile of goroutines has them; empty if there are none.
func labels(t *testing.T) (text string) {
	t.Helper()
	probing.Lock()
	defer probing.Unlock()
	probe(func() {
		var out bytes.Buffer
		if err := pprof.Lookup("goroutine").WriteTo(&out, 1); err != nil {
			t.Fatal(err)
		}
		for record := range strings.SplitSeq(out.String(), "\n\n") {
			if !strings.Contains(record, "pproflabels_test.probe") {
				continue
			}
			for line := range strings.Lines(record) {
				if m := labelled.FindStringSubmatch(strings.TrimSpace(line)); m != nil {
					text = m[1]
				}
			}
			return
		}
		t.Fatalf("this goroutine is not in the profile:\n%s", &out)
	})
	return text
}

//go:noinline
func probe(f func()) { f() }

func want(t *testing.T, label string) {
	t.Helper()
	got := labels(t)
	if label != "" {
		label = `{"scope":` + strconv.Quote(label) + `}`
	}
	if got != label {
		t.Errorf("labels %s, want %s", got, label)
	}
}

func elsewhere(f func()) {
	var g sync.WaitGroup
	g.Go(f)
	g.Wait()
}

func start(telemetry *tele.Telemetry, ctx context.Context, name string) (context.Context, tele.Scope) {
	return telemetry.Start(ctx, name)
}

func TestNested(t *testing.T) {
	telemetry := runtimetest.New(pproflabels.New())
	want(t, "")
	ctx, a := start(telemetry, context.Background(), "a")
	want(t, "a")
	for range 2 {
		_, b := start(telemetry, ctx, "b")
		want(t, "a.b")
		b.End()
		want(t, "a")
		b.End()
	}
	_, root := telemetry.StartRoot(ctx, "root")
	want(t, "root")
	root.End()
	want(t, "a")
	a.End()
	want(t, "")
}

// TestOutOfOrder wants the label of the scope that goes on, and at last none.
func TestOutOfOrder(t *testing.T) {
	for _, related := range []bool{true, false} {
		telemetry := runtimetest.New(pproflabels.New())
		actx, a := start(telemetry, context.Background(), "a")
		name := "a."
		if !related { // by their contexts; the goroutine is the same
			actx, name = context.Background(), ""
		}
		bctx, b := start(telemetry, actx, "b")
		if !related {
			bctx = context.Background()
		}
		_, c := start(telemetry, bctx, "c")
		a.End()
		label := labels(t)
		b.End()
		if labels(t) != label || !strings.HasPrefix(label, `{"scope":"`+name) {
			t.Errorf("labels %s, then %s", label, labels(t))
		}
		c.End()
		want(t, "")
	}
}

// TestOwnLabels wants labels of the program's to stand beside, and to come back, whether a context has them or not.
func TestOwnLabels(t *testing.T) {
	telemetry := runtimetest.New(pproflabels.New())
	pprof.Do(context.Background(), pprof.Labels("tenant", "acme"), func(own context.Context) {
		const alone = `{"tenant":"acme"}`
		ctx, a := start(telemetry, own, "a")
		if got := labels(t); got != `{"scope":"a", "tenant":"acme"}` {
			t.Errorf("with the context: %s", got)
		}
		pprof.Do(ctx, pprof.Labels("request", "7"), func(ctx context.Context) {
			_, b := start(telemetry, ctx, "b")
			if got := labels(t); got != `{"request":"7", "scope":"a.b", "tenant":"acme"}` {
				t.Errorf("inside both: %s", got)
			}
			b.End()
			if got := labels(t); got != `{"request":"7", "scope":"a", "tenant":"acme"}` {
				t.Errorf("after the inner scope: %s", got)
			}
		})
		a.End()
		if got := labels(t); got != alone {
			t.Errorf("after the scope: %s", got)
		}
		_, c := start(telemetry, context.Background(), "c")
		want(t, "c")
		c.End()
		if got := labels(t); got != alone {
			t.Errorf("after a scope without the context: %s", got)
		}
		_, d := start(telemetry, own, "d")
		pprof.SetGoroutineLabels(pprof.WithLabels(context.Background(), pprof.Labels("kept", "yes")))
		d.End()
		if got := labels(t); got != `{"kept":"yes"}` {
			t.Errorf("labels set inside: %s", got)
		}
	})
}

// TestGoroutines wants a goroutine to inherit the label, to keep it if it has nothing to do with scopes, and to leave others alone.
func TestGoroutines(t *testing.T) {
	telemetry := runtimetest.New(pproflabels.New())
	ctx, a := start(telemetry, context.Background(), "a")
	ended, done := make(chan bool), make(chan bool)
	go func() {
		defer close(done)
		want(t, "a")
		<-ended
		want(t, "a")
		_, b := start(telemetry, ctx, "b")
		want(t, "a.b")
		b.End()
		want(t, "") // a has ended
	}()
	elsewhere(func() {
		_, b := start(telemetry, ctx, "b")
		want(t, "a.b")
		b.End()
		want(t, "a")
	})
	want(t, "a")
	a.End()
	want(t, "")
	close(ended)
	<-done
}

// TestEndedElsewhere wants a goroutine that cannot be reached to lose the label when it can.
func TestEndedElsewhere(t *testing.T) {
	for name, end := range map[string]func(tele.Scope, *sync.WaitGroup, chan tele.Scope){
		"a goroutine started inside": func(s tele.Scope, done *sync.WaitGroup, _ chan tele.Scope) { done.Go(func() { s.End() }) },
		"one that was there before":  func(s tele.Scope, done *sync.WaitGroup, worker chan tele.Scope) { done.Add(1); worker <- s },
	} {
		t.Run(name, func(t *testing.T) {
			telemetry := runtimetest.New(pproflabels.New())
			var done sync.WaitGroup
			worker := make(chan tele.Scope)
			go func() {
				for s := range worker {
					s.End()
					want(t, "")
					done.Done()
				}
			}()
			defer close(worker)
			ctx, a := start(telemetry, context.Background(), "a")
			for range 3 {
				_, b := start(telemetry, ctx, "b")
				end(b, &done, worker)
				done.Wait()
				want(t, "a.b") // nobody can take it away
			}
			_, c := start(telemetry, ctx, "c")
			c.End()
			want(t, "a")
			_, b := start(telemetry, ctx, "b")
			end(b, &done, worker)
			done.Wait()
			a.End()
			want(t, "")
			_, b = start(telemetry, context.Background(), "b")
			end(b, &done, worker)
			done.Wait()
			_, c = start(telemetry, context.Background(), "c")
			c.End()
			want(t, "")
		})
	}
}

// TestEndedLate has a loop start scopes for others to end, while the next ones have started.
func TestEndedLate(t *testing.T) {
	telemetry := runtimetest.New(pproflabels.New())
	var before runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	elsewhere(func() {
		var last tele.Scope
		for range 200_000 {
			_, s := start(telemetry, context.Background(), "a")
			last.End()
			last = s
		}
		last.End()
		want(t, "")
	})
	var after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&after)
	if after.HeapAlloc > before.HeapAlloc+8<<20 {
		t.Errorf("%d bytes before, %d after", before.HeapAlloc, after.HeapAlloc)
	}
	runtime.KeepAlive(telemetry)
}

// TestManyEndedElsewhere wants the scope around to be remembered, however many have started inside of it.
func TestManyEndedElsewhere(t *testing.T) {
	telemetry := runtimetest.New(pproflabels.New())
	ctx, a := start(telemetry, context.Background(), "a")
	for range 2500 {
		_, b := start(telemetry, ctx, "b")
		elsewhere(func() { b.End() })
	}
	_, c := start(telemetry, ctx, "c")
	c.End()
	want(t, "a")
	a.End()
	want(t, "")
}

// A brokenContext panics when it is asked for a value.
type brokenContext struct{ context.Context }

func (brokenContext) Value(key any) any { panic("no such key") }

func TestBrokenContext(t *testing.T) {
	telemetry := runtimetest.New(pproflabels.New())
	_, a := start(telemetry, brokenContext{context.Background()}, "a")
	want(t, "a")
	a.End()
	want(t, "")
}

func TestConformance(t *testing.T) {
	runtimetest.Run(t, func(t *testing.T) (tele.Reporter, runtimetest.Results) { return pproflabels.New(), nil })
	want(t, "")
}

// TestConcurrentScopes has goroutines start and end scopes of their own and of each other.
func TestConcurrentScopes(t *testing.T) {
	telemetry := runtimetest.New(pproflabels.New())
	ctx, outer := start(telemetry, context.Background(), "outer")
	others := make(chan tele.Scope, 100)
	var workers sync.WaitGroup
	for i := range 8 {
		workers.Go(func() {
			for range 500 {
				_, own := start(telemetry, ctx, fmt.Sprint("g", i))
				own.End()
				_, s := start(telemetry, ctx, "other")
				others <- s
				(<-others).End()
			}
		})
	}
	workers.Wait()
	outer.End()
	want(t, "")
}

// spin takes time on the processor.
//
//go:noinline
func spin(d time.Duration) (n int) {
	for start := time.Now(); time.Since(start) < d; {
		for i := range 10_000 {
			n += i * i
		}
	}
	return n
}

// TestProfile wants go tool pprof to find the scopes of a profile, all of them with something, and the larger with more.
func TestProfile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "cpu.pprof")
	file, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := pprof.StartCPUProfile(file); err != nil {
		t.Skip(err) // the tests are being profiled
	}
	telemetry := runtimetest.New(pproflabels.New())
	ctx, outer := start(telemetry, context.Background(), "ingest")
	_, decode := start(telemetry, ctx, "decode")
	spin(600 * time.Millisecond)
	decode.End()
	spin(200 * time.Millisecond)
	elsewhere(func() {
		defer telemetry.Time(ctx, "write")()
		spin(200 * time.Millisecond)
	})
	outer.End()
	spin(100 * time.Millisecond)
	pprof.StopCPUProfile()

	out, err := exec.Command("go", "tool", "pprof", "-tags", name).CombinedOutput()
	if err != nil {
		t.Fatalf("go tool pprof: %v\n%s", err, out)
	}
	share := map[string]float64{}
	for _, m := range regexp.MustCompile(`(?m)([\d.]+)%\)?\s*:?\s*(ingest\S*)\s*$`).FindAllStringSubmatch(string(out), -1) {
		share[m[2]], _ = strconv.ParseFloat(m[1], 64)
	}
	if len(share) != 3 || share["ingest"] <= 0 || share["ingest.decode"] <= 0 || share["ingest.write"] <= 0 {
		t.Errorf("shares %v of\n%s", share, out)
	}
	out, err = exec.Command("go", "tool", "pprof", "-top", "-tagfocus=scope=ingest.decode", name).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "pproflabels_test.spin") {
		t.Errorf("%v: spin is not in\n%s", err, out)
	}
}

func BenchmarkScope(b *testing.B) {
	for name, reporters := range map[string][]tele.Reporter{
		"without": {new(discard)},
		"with":    {pproflabels.New()},
	} {
		telemetry := runtimetest.New(reporters...)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for range b.N {
				_, scope := telemetry.Start(context.Background(), "a")
				scope.End()
			}
		})
	}
}

type discard struct{ runtimetest.Recorder }

func (*discard) RecordTiming(string, time.Duration, tele.Metadata) {}
