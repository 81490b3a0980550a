//go:build !teleoff

package logs_test

import (
	"context"
	"log/slog"
	"os"

	"github.com/teleinstr/teleinstr/runtime/logs"
	"github.com/teleinstr/teleinstr/runtime/runtimetest"
)

// Levels may change while the program runs.
func ExampleOptions() {
	timings := new(slog.LevelVar)
	timings.Set(slog.LevelDebug)
	handler := slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: withoutTimes}) // of level Info
	telemetry := runtimetest.New(logs.New(handler, &logs.Options{Timing: timings}))            // tele.New in a program
	nothing := func(context.Context) error { return nil }
	telemetry.Do(context.Background(), "quiet", nothing)
	timings.Set(slog.LevelInfo)
	telemetry.Do(context.Background(), "loud", nothing)
	// Output: level=INFO msg=timing scope=loud depth=0 call_count=0
}
