package live

import (
	"context"
	"time"

	tele "github.com/teleinstr/teleinstr/runtime"
)

// A scopeContext is the context of a scope that a View has been told of.
type scopeContext struct {
	// Context is what the scope was started with, less the scopeContexts of the same View right above, so that it is not
	// the deeper the deeper scopes are nested.
	context.Context
	view  *View
	path  string
	start time.Duration
	scope *scope // nil if there is no room for the name
	slot  *slot  // nil if there is no room for another scope in flight
	turn  uint64
}

// A contextKey finds the innermost scopeContext of a View.
type contextKey struct{ view *View }

func (c *scopeContext) Value(key any) any {
	if k, ok := key.(contextKey); ok && k.view == c.view {
		return c
	}
	return c.Context.Value(key)
}

// contextOf returns what v has made of the context of the scope that a timing is of, nil if v was not told that it started.
func (v *View) contextOf(path string, metadata tele.Metadata) *scopeContext {
	c := v.innermost(metadata.Context())
	if c == nil || c.start != metadata.StartMonotonic() || c.path != path {
		return nil
	}
	return c
}

// innermost returns the innermost scopeContext of v in ctx. A context whose methods panic has none.
func (v *View) innermost(ctx context.Context) (c *scopeContext) {
	if c, ok := ctx.(*scopeContext); ok && c.view == v {
		return c
	}
	defer func() {
		_ = recover()
	}()
	c, _ = ctx.Value(contextKey{v}).(*scopeContext)
	return c
}
