// Package auto has the variable TELEINSTR_REPORT know dogstatsd:ADDR, which sends events by UDP to a statsd server, such as the agent
// of Datadog; without an address, to the one that DD_DOGSTATSD_URL or DD_AGENT_HOST names. To import it is enough:
//
//	import _ "github.com/teleinstr/teleinstr/runtime/dogstatsd/auto"
//
// See package autoreport for programs that set telemetry up from the environment.
package auto

import (
	"io"

	"github.com/teleinstr/teleinstr/runtime/autoreport"
	telestatsd "github.com/teleinstr/teleinstr/runtime/dogstatsd"
)

func init() { autoreport.Register("dogstatsd", setUp) }

func setUp(address string) (autoreport.Report, error) {
	reporter, err := telestatsd.New(address, nil)
	if err != nil {
		return autoreport.Report{}, err
	}
	return autoreport.Report{Reporter: reporter, Finish: func(io.Writer) error { return reporter.Close() }}, nil
}
