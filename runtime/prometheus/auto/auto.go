// Package auto has the variable TELEINSTR_REPORT know prometheus:ADDR, which serves metrics at an address such as :9464 for
// Prometheus to scrape, on this machine only unless the address names a host; :9464 without one. To import it is enough:
//
//	import _ "github.com/teleinstr/teleinstr/runtime/prometheus/auto"
//
// See package autoreport for programs that set telemetry up from the environment.
package auto

import (
	"cmp"
	"context"
	"io"
	"time"

	"github.com/teleinstr/teleinstr/runtime/autoreport"
	teleprom "github.com/teleinstr/teleinstr/runtime/prometheus"
)

func init() { autoreport.Register("prometheus", setUp) }

const (
	// defaultAddress is the port that OpenTelemetry's exporters for Prometheus have.
	defaultAddress = ":9464"
	// closeWithin is how long a program waits for a scrape when it ends.
	closeWithin = time.Second
)

func setUp(address string) (autoreport.Report, error) {
	reporter, err := teleprom.New(nil)
	if err != nil {
		return autoreport.Report{}, err
	}
	server, err := reporter.Serve(cmp.Or(address, defaultAddress))
	if err != nil {
		return autoreport.Report{}, err
	}
	return autoreport.Report{Reporter: reporter, Finish: func(io.Writer) error {
		ctx, cancel := context.WithTimeout(context.Background(), closeWithin)
		defer cancel()
		return server.Close(ctx)
	}}, nil
}
