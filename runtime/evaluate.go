package tele

import (
	"fmt"
	"log/slog"

	"github.com/teleinstr/teleinstr/runtime/internal/errlog"
	"github.com/teleinstr/teleinstr/scopes/scopename"
)

// Try returns an attribute for what f returns. If f panics, the value says so as slog's handlers do,
// "!PANIC: " and the message, and the program goes on.
//
// Generated code evaluates expressions in it that may panic.
func Try(key string, f func() any) (a slog.Attr) {
	defer func() {
		if v := recover(); v != nil {
			a = slog.String(key, fmt.Sprintf("!PANIC: %v", v))
		}
	}()
	return slog.Any(key, f())
}

var guarded errlog.Limiter

// Guard calls f, which records the metric of the name. If the expression of its value panics, that is
// logged, at most every ten seconds, and the program goes on without the event.
func Guard(name string, f func()) {
	defer func() {
		switch v := recover().(type) {
		case nil:
		case *scopename.Error:
			panic(v)
		default:
			guarded.LogPanic("telemetry: expression of a metric panicked", v, slog.String("metric", name))
		}
	}()
	f()
}
