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
	tele.Count(ctx, "Bad.Name", 1)                     // want `"Bad.Name" is no scope name: upper-case B at 1; did you mean "bad.name"\?`
	tele.Count(ctx, constant, 1)                       // want `"Also.Bad" is no scope name`
	tele.Count(ctx, "c", 1, tele.Int("depth", 1))      // want `"depth"`
	tele.Count(ctx, "c", 1, slog.Int("call_count", 1)) // want `"call_count"`
}

func Unended(ctx context.Context) {
	_, _ = tele.Start(ctx, "dropped")       // want `the scope of Start is never ended, and so never reported; defer its End`
	inside, kept := tele.Start(ctx, "kept") // want `the scope of Start is never ended`
	_ = inside
	_ = kept.Context(ctx)
	_, handed := tele.Start(ctx, "handed")
	hand(handed)
}

func hand(tele.Scope) {}
