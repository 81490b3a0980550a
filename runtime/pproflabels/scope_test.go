package pproflabels

import (
	"context"
	"testing"

	tele "github.com/teleinstr/teleinstr/runtime"
)

// TestScopeContexts wants a scope not to keep those around it alive.
func TestScopeContexts(t *testing.T) {
	r := New()
	ctx := context.WithValue(context.Background(), scopeKey{}, "x")
	defer set(current())
	outer := r.StartScope(ctx, "a", tele.Metadata{})
	inner := r.StartScope(outer, "a.b", tele.Metadata{})
	if s := inner.(*scope); s.outside != ctx || r.scopeOf(context.WithValue(inner, scopeKey{}, "y")) != s {
		t.Errorf("%v builds on %v", inner, s.outside)
	}
}
