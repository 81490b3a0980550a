package live

import (
	"context"
	"testing"

	tele "github.com/teleinstr/teleinstr/runtime"
)

// TestFlatContexts holds that contexts are not the deeper the deeper scopes are nested, which would make looking them up slower.
func TestFlatContexts(t *testing.T) {
	v := New(nil)
	ctx := context.Background()
	for _, path := range []string{"a", "a.b", "a.b.c"} {
		ctx = v.StartScope(ctx, path, tele.Metadata{})
	}
	if around := ctx.(*scopeContext).Context; around != context.Background() {
		t.Errorf("around the third scope is %v", around)
	}
}
