// Program is what the tests look at: it works as fast as it can, and serves its live view. It prints the URL of that, and runs until
// its standard input ends.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"time"

	tele "github.com/teleinstr/teleinstr/runtime"
	"github.com/teleinstr/teleinstr/runtime/live"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	view := live.New(&live.Options{Control: true})
	tele.SetDefault(tele.New(view))
	if !tele.Enabled() {
		return errors.New("telemetry is off")
	}
	mux := http.NewServeMux()
	mux.Handle("/debug/tele/", view)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	go http.Serve(listener, mux)
	for range 3 {
		go forever(serve)
	}
	go forever(job)
	go forever(hostile)
	fmt.Printf("http://%s/debug/tele/\n", listener.Addr())
	io.Copy(io.Discard, os.Stdin)
	return nil
}

func forever(work func(ctx context.Context, n int) error) {
	for n := 0; ; n++ {
		work(context.Background(), n)
	}
}

var tenants = []string{"acme", "initech", "hooli"}

// serve is fast, and fails now and then.
func serve(ctx context.Context, n int) (err error) {
	ctx, scope := tele.Start(ctx, "serve", slog.String("tenant", tenants[n%3]), slog.Int("n", n))
	defer scope.EndErr(&err)
	tele.Count(ctx, "requests", 1)
	tele.Gauge(ctx, "queue.depth", float64(n%7))
	if err := query(ctx, n); err != nil {
		return fmt.Errorf("serve: %w", err)
	}
	_, rendering := tele.Start(ctx, "render")
	defer rendering.End()
	busy(time.Duration(rand.ExpFloat64() * float64(40*time.Microsecond)))
	return nil
}

func query(ctx context.Context, n int) (err error) {
	ctx, scope := tele.Start(ctx, "db.query", slog.String("statement", "select name, price from items where tenant = $1"))
	defer scope.EndErr(&err)
	tele.Metric(ctx, "rows", n%40)
	busy(time.Duration(rand.ExpFloat64() * float64(100*time.Microsecond)))
	if n%100 == 99 {
		return errors.New("connection reset by peer")
	}
	return nil
}

// job is in flight for seconds.
func job(ctx context.Context, n int) error {
	return tele.Do(ctx, "job", func(ctx context.Context) error {
		return tele.Do(ctx, "upload", func(context.Context) error {
			time.Sleep(3 * time.Second)
			return nil
		}, slog.Int("parts", 12))
	}, slog.Int("job", n), slog.String("bucket", "backups"))
}

// hostile texts try to run a script.
var hostileTexts = []string{
	`<script>window.pwned=1</script>`,
	`<img src=x onerror="window.pwned=1">`,
	`"><svg onload=window.pwned=1>`,
	`javascript:window.pwned=1`,
	"\u202e1=denwp.wodniw\x00",
}

// hostile has them be all that there is a text for.
func hostile(ctx context.Context, n int) (err error) {
	text := hostileTexts[n%len(hostileTexts)]
	ctx, scope := tele.Start(ctx, "x"+text, slog.String(text, text), slog.Any("any", []string{text})) //nolint:teleinstr // no name is too bad for this
	defer scope.EndErr(&err)
	tele.Metric(ctx, text, text) //nolint:teleinstr // the same
	time.Sleep(500 * time.Millisecond)
	return errors.New(text)
}

func busy(d time.Duration) {
	for start := time.Now(); time.Since(start) < d; {
	}
}
