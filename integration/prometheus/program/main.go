// Program is what the tests let Prometheus scrape. It prints the URL of its metrics, and runs until its standard input ends.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	tele "github.com/teleinstr/teleinstr/runtime"
	teleprom "github.com/teleinstr/teleinstr/runtime/prometheus"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	reporter, err := teleprom.New(&teleprom.Options{Labels: []string{"tenant"}})
	if err != nil {
		return err
	}
	tele.SetDefault(tele.New(reporter))
	if !tele.Enabled() {
		return errors.New("telemetry is off")
	}
	server, err := reporter.Serve("")
	if err != nil {
		return err
	}
	fmt.Println(server.URL)
	ended := make(chan struct{})
	go func() {
		io.Copy(io.Discard, os.Stdin)
		close(ended)
	}()
	for i := 0; ; i++ {
		select {
		case <-ended:
			return server.Close(context.Background())
		default:
			ingest(context.Background(), i)
		}
	}
}

// ingest takes 20 ms, and every fourth call fails.
func ingest(ctx context.Context, i int) (err error) {
	ctx, scope := tele.Start(ctx, "ingest", slog.String("tenant", fmt.Sprint("t", i%2)))
	defer scope.EndErr(&err)
	tele.Count(ctx, "rows", 3)
	tele.Gauge(ctx, "queue.depth", 7)
	tele.Metric(ctx, "batch", 100)
	time.Sleep(20 * time.Millisecond)
	if i%4 == 3 {
		return errors.New("truncated")
	}
	return nil
}
