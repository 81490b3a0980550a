package calls

import (
	"context"
	"log/slog"

	tele "github.com/teleinstr/teleinstr/runtime"
)

const constant = "Also.Bad"

func Calls(ctx context.Context, name string) {
	ctx, scope := tele.Start(ctx, "fine", tele.Int("n", 1), slog.Int("m", 2))
	defer scope.End()
	tele.Count(ctx, name, 1)
	tele.Count(ctx, "Bad.Name", 1)                     // want `tele.Count: "Bad.Name" is no scope name: upper-case B at 1; did you mean "bad.name"\?`
	tele.Count(ctx, constant, 1)                       // want `"Also.Bad" is no scope name`
	tele.Count(ctx, "c", 1, tele.Int("depth", 1))      // want `"depth"`
	tele.Count(ctx, "c", 1, slog.Int("call_count", 1)) // want `"call_count"`
	tele.Gauge(ctx, "c", 1)                            // want `tele.Gauge: "c" is a gauge here, and a counter at 18:18; give one of them another name`
	tele.Count(ctx, "suppressed.Name", 1)              //nolint:teleinstr // old
}

func Unended(ctx context.Context) {
	_, _ = tele.Start(ctx, "dropped")       // want `tele.Start: the scope is never ended, and so never reported; defer its End`
	inside, kept := tele.Start(ctx, "kept") // want `the scope is never ended`
	_ = inside
	_ = kept.Context(ctx)
	_, handed := tele.Start(ctx, "handed")
	hand(handed)
	tele.Start(ctx, "thrown")                     // want `the scope is never ended`
	var _, declared = tele.Start(ctx, "declared") // want `the scope is never ended`
	_ = declared
	_, compared := tele.Start(ctx, "compared") // want `the scope is never ended`
	if compared == (tele.Scope{}) {
		return
	}
	defer tele.Start(ctx, "deferred") // want `the scope is never ended`
	go tele.Start(ctx, "gone")        // want `the scope is never ended`
	func() {
		_, literal := tele.Start(ctx, "literal") // want `the scope is never ended`
		_ = literal.Context
	}()
}

func Timed(ctx context.Context) {
	defer tele.Time(ctx, "timed") // want `tele.Time: the scope starts when the function returns, and never ends; write defer tele.Time\(…\)\(\)`
	defer tele.Time(ctx, "called")()
	stop := tele.Time(ctx, "kept")
	defer stop()
	tele.Time(ctx, "nothing")     // want `the scope is never ended`
	_ = tele.Time(ctx, "nothing") // want `the scope is never ended`
}

func Dropped(ctx context.Context) {
	_, scope := tele.Start(ctx, "dropped") // want `tele.Start: the context of the scope is dropped, so that what use records does not nest in it; assign it to ctx, or pass scope.Context\(ctx\)`
	defer scope.End()
	use(ctx)
	use(ctx)
}

func DroppedByMethod(ctx context.Context, t *tele.Telemetry) {
	_, scope := t.Start(ctx, "dropped") // want `the context of the scope is dropped`
	defer func() { scope.End() }()
	if ctx.Err() != nil {
		scope.End()
		return
	}
	use(ctx)
}

// NotDropped passes the context on, or has ended the scope before it passes another.
func NotDropped(ctx context.Context) {
	_, scope := tele.Start(ctx, "ended")
	use(nil)
	scope.End()
	use(ctx)
	_, other := tele.Start(ctx, "other")
	defer other.End()
	use(other.Context(ctx))
}

// NotInside passes the context on where the scope is over, may be over, or is another one's.
func NotInside(ctx context.Context, k int) (out context.Context) {
	switch k {
	case 1:
		_, scope := tele.Start(ctx, "arm")
		defer scope.End()
	case 2:
		use(ctx)
	}
	if k == 3 {
		_, scope := tele.Start(ctx, "block")
		defer scope.End()
	}
	_, a := tele.Start(ctx, "a")
	_, b := tele.Start(ctx, "b")
	use(nil)
	a.End()
	b.End()
	_, value := tele.Start(ctx, "value")
	stop := value.End
	stop()
	use(ctx)
	_, later := tele.Start(ctx, "later")
	defer later.End()
	register(func() { use(ctx) })
	slog.InfoContext(ctx, "nothing is recorded here")
	tele.Count(ctx, "c", 1)
	ctx = context.WithoutCancel(ctx)
	use(ctx)
	out = ctx
	_, result := tele.Start(out, "result")
	defer result.End()
	use(out)
	return out
}

// NotMended would not compile, or mean something else, if the context were assigned.
func NotMended(ctx context.Context) {
	{
		_, scope := tele.Start(ctx, "redeclared") // want `the context of the scope is dropped`
		defer scope.End()
		use(ctx)
		ctx := context.WithoutCancel(ctx)
		use(ctx)
	}
	_, scope := tele.Start(ctx, "captured") // want `the context of the scope is dropped`
	defer scope.End()
	use(ctx)
	register(func() { use(ctx) })
}

type carrier struct{ context.Context }

func OtherType(ctx carrier) {
	_, scope := tele.Start(ctx, "carrier")
	defer scope.End()
	use(ctx)
}

type app struct{ telemetry *tele.Telemetry }

func register(func()) {}

func hand(tele.Scope) {}

func use(context.Context) {}
