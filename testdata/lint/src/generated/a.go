// Package generated holds generated code that is up to date, and some that is not.
package generated

import "context"

import tele "github.com/teleinstr/teleinstr/runtime" //tele:gen

// Fine has a parameter that another name was given to.
//
//tele:scope fine n=len(rows) late=ctx.Err() != nil
func Fine(parentCtx context.Context, rows []int) (err error) {
	//tele:gen parentCtx=was:ctx err=bare
	var scope tele.Scope
	if tele.Compiled && tele.Enabled() {
		ctx := parentCtx
		_, scope = tele.Start(parentCtx, "fine", tele.Int("n", len(rows)), tele.Try("late", func() interface{} { return ctx.Err() != nil }))
		defer scope.EndErr(&err)
	}
	ctx := scope.Context(parentCtx)
	//tele:end 5e9da23e
	return func() error { return use(ctx) }()
}

// Gone has lost its directive.
func Gone(ctx context.Context) (err error) { // want "generated code is not up to date; run teleinstr generate"
	//tele:gen err=bare
	if tele.Compiled && tele.Enabled() {
		var scope tele.Scope
		ctx, scope = tele.Start(ctx, "gone")
		defer scope.EndErr(&err)
	}
	//tele:end 11f4c481
	return use(ctx)
}

func use(ctx context.Context) error { return nil }
