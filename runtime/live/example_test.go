//go:build !teleoff

package live_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"net/http"

	tele "github.com/teleinstr/teleinstr/runtime"
	"github.com/teleinstr/teleinstr/runtime/live"
	"github.com/teleinstr/teleinstr/runtime/runtimetest"
)

// The pages are at http://localhost:6060/debug/tele/ while the program runs, if it was started with TELEINSTR_TELEMETRY=1.
func Example() {
	view := live.New(&live.Options{Control: true})
	tele.SetDefault(tele.New(view))

	mux := http.NewServeMux()
	mux.Handle("/debug/tele/", view)
	go func() { log.Print(http.ListenAndServe("127.0.0.1:6060", mux)) }()
}

func ExampleView_Snapshot() {
	view := live.New(nil)
	telemetry := runtimetest.New(view) // tele.New, for a program that was started with TELEINSTR_TELEMETRY=1

	ctx, scope := telemetry.Start(context.Background(), "serve")
	telemetry.Do(ctx, "load", func(context.Context) error { return errors.New("no route") }, slog.String("tenant", "acme"))
	s := view.Snapshot()
	scope.End()

	for _, timing := range s.Timings {
		fmt.Println(timing.Scope, timing.Calls, timing.InFlight)
	}
	for _, failed := range s.Errors {
		fmt.Println(failed.Scope, failed.Error, failed.Attrs)
	}
	// Output:
	// serve 0 1
	// serve.load 1 0
	// serve.load no route [tenant=acme]
}

// To let others in, say how they are told apart. Requests from this machine may still do without.
func ExampleOptions_allow() {
	live.New(&live.Options{Allow: func(r *http.Request) bool {
		_, password, _ := r.BasicAuth()
		return live.Local(r) || isOurs(password)
	}})
}

func isOurs(password string) bool { return false }
