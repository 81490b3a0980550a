//go:build !teleoff

package autoreport_test

import (
	"fmt"
	"io"

	"github.com/teleinstr/teleinstr/runtime/autoreport"
	"github.com/teleinstr/teleinstr/runtime/runtimetest"
)

// A package with a reporter makes it known in an init function. TELEINSTR_REPORT=events then asks for it, and what follows a colon,
// as in events:short, is the argument.
func ExampleRegister() {
	autoreport.Register("events", func(argument string) (autoreport.Report, error) {
		if argument != "" && argument != "short" {
			return autoreport.Report{}, fmt.Errorf("%q is neither empty nor short", argument)
		}
		recorder := new(runtimetest.Recorder)
		return autoreport.Report{
			Reporter: recorder,
			Finish: func(w io.Writer) error {
				_, err := fmt.Fprintln(w, len(recorder.Events()), "events")
				return err
			},
		}, nil
	})
}
