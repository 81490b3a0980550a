package jsonl

import (
	"context"
	"testing"

	tele "github.com/teleinstr/teleinstr/runtime"
)

// TestScopeContexts wants a scope not to keep those around it alive.
func TestScopeContexts(t *testing.T) {
	r := new(Reporter)
	ctx := context.WithValue(context.Background(), scopeKey{}, "x")
	outer := r.StartScope(ctx, "a", tele.Metadata{})
	inner := r.StartScope(outer, "a.b", tele.Metadata{})
	if s := inner.(*scopeContext); s.Context != ctx || r.enclosing(inner) != s {
		t.Errorf("%v builds on %v", inner, s.Context)
	}
}
