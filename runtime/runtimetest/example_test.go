//go:build !teleoff

package runtimetest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"testing"
	"time"

	tele "github.com/teleinstr/teleinstr/runtime"
	"github.com/teleinstr/teleinstr/runtime/runtimetest"
)

// A jsonReporter writes events by a handler of package slog.
type jsonReporter struct {
	handler slog.Handler
}

func (r jsonReporter) RecordTiming(scope string, duration time.Duration, metadata tele.Metadata) {
	r.write(scope, slog.Float64("duration_s", duration.Seconds()), metadata)
}

func (r jsonReporter) RecordMetric(scope string, value slog.Value, metadata tele.Metadata) {
	r.write(scope, slog.Attr{Key: "value", Value: value}, metadata)
}

func (r jsonReporter) write(scope string, what slog.Attr, metadata tele.Metadata) {
	record := slog.NewRecord(time.Time{}, slog.LevelInfo, "event", 0)
	record.AddAttrs(slog.String("scope", scope), what)
	for attr := range metadata.All() {
		record.AddAttrs(attr)
	}
	r.handler.Handle(context.Background(), record)
}

// Tests of a reporter give Run a new one for each subtest, and read back what it has written.
func TestJSONReporter(t *testing.T) {
	runtimetest.Run(t, func(t *testing.T) (tele.Reporter, runtimetest.Results) {
		var out bytes.Buffer
		reporter := jsonReporter{slog.NewJSONHandler(&out, nil)}
		return reporter, func() (events []map[string]any) {
			for line := range bytes.Lines(out.Bytes()) {
				var event map[string]any
				if err := json.Unmarshal(line, &event); err != nil {
					t.Errorf("%v: %s", err, line)
				}
				events = append(events, event)
			}
			return events
		}
	})
}

func ExampleRecorder() {
	var recorder runtimetest.Recorder
	ctx := tele.NewContext(context.Background(), runtimetest.New(&recorder))

	_, scope := tele.Start(ctx, "load", slog.Int("rows", 7))
	scope.End()

	for _, event := range recorder.Events() {
		rows, _ := event.Attr("rows")
		fmt.Println(event.Scope, rows)
	}
	// Output: load 7
}
