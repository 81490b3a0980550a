// Package auto has the variable TELEINSTR_REPORT know otlp, which stands for [teleotel.Setup]: spans and metrics go to an
// OpenTelemetry Collector, as the OTEL_* variables say. To import it is enough:
//
//	import _ "github.com/teleinstr/teleinstr/runtime/otel/auto"
//
// See package autoreport for programs that set telemetry up from the environment.
package auto

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"time"

	tele "github.com/teleinstr/teleinstr/runtime"
	"github.com/teleinstr/teleinstr/runtime/autoreport"
	teleotel "github.com/teleinstr/teleinstr/runtime/otel"
)

func init() { autoreport.Register("otlp", setUp) }

// shutdownWithin is how long a program waits for the collector when it ends.
const shutdownWithin = 5 * time.Second

func setUp(argument string) (autoreport.Report, error) {
	if argument != "" {
		return autoreport.Report{}, fmt.Errorf("%q: takes no argument; set OTEL_EXPORTER_OTLP_ENDPOINT", argument)
	}
	pipeline, err := teleotel.Setup(context.Background(), nil)
	if err != nil {
		return autoreport.Report{}, err
	}
	if pipeline == nil { // OTEL_SDK_DISABLED
		return autoreport.Report{Reporter: disabled{}}, nil
	}
	return autoreport.Report{Reporter: pipeline, Finish: func(io.Writer) error {
		ctx, cancel := context.WithTimeout(context.Background(), shutdownWithin)
		defer cancel()
		return pipeline.Shutdown(ctx)
	}}, nil
}

// A disabled reporter stands in where OpenTelemetry is switched off and other reports may not be.
type disabled struct{}

func (disabled) RecordTiming(string, time.Duration, tele.Metadata) {}
func (disabled) RecordMetric(string, slog.Value, tele.Metadata)    {}
