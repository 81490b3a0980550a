//go:build !teleoff

package tele_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	tele "github.com/teleinstr/teleinstr/runtime"
)

type carrier struct{ ctx context.Context }

func (c *carrier) Context() context.Context { return c.ctx }

type embedding struct{ context.Context }

func TestContextOf(t *testing.T) {
	type key struct{}
	ctx := context.WithValue(context.Background(), key{}, "here")
	request := httptest.NewRequestWithContext(ctx, http.MethodGet, "/", nil)
	for name, test := range map[string]struct {
		v    any
		want any
	}{
		"context":            {ctx, "here"},
		"embedded":           {embedding{ctx}, "here"},
		"method":             {&carrier{ctx}, "here"},
		"request":            {request, "here"},
		"nil":                {nil, nil},
		"nil carrier":        {(*carrier)(nil), nil},
		"nil request":        {(*http.Request)(nil), nil},
		"nil embedded":       {embedding{}, nil},
		"pointer to nothing": {(*embedding)(nil), nil},
		"method returns nil": {&carrier{}, nil},
		"neither":            {42, nil},
	} {
		if got := tele.ContextOf(test.v).Value(key{}); got != test.want {
			t.Errorf("%s: the context holds %v, want %v", name, got, test.want)
		}
	}
}

func TestRebind(t *testing.T) {
	telemetry, recorder := newRecorded()
	request := httptest.NewRequest(http.MethodGet, "/", nil)
	_, scope := telemetry.Start(request.Context(), "outer")
	bound := tele.Rebind(request, scope)
	_, inner := tele.Start(bound.Context(), "inner")
	inner.End()
	if events := recorder.Events(); len(events) != 1 || events[0].Scope != "outer.inner" {
		t.Errorf("events are %v", events)
	}
	if tele.Rebind(request, tele.Scope{}) != request {
		t.Error("the zero Scope makes a copy")
	}
	if tele.Rebind((*http.Request)(nil), scope) != nil {
		t.Error("a nil request is not left alone")
	}
}

// recursive looks for a context to find its own, as an annotated method Context does.
type recursive struct{ calls int }

func (r *recursive) Context() context.Context {
	r.calls++
	_, scope := tele.Start(tele.ContextOf(r), "context")
	defer scope.End()
	return context.Background()
}

type recursiveValue struct{ context.Context }

func (r recursiveValue) Value(key any) any {
	_, scope := tele.Start(r, "value")
	defer scope.End()
	return nil
}

func TestContextOfItself(t *testing.T) {
	newRecorded()
	r := new(recursive)
	if tele.ContextOf(r) != context.Background() || r.calls == 0 {
		t.Errorf("found another context in %d calls", r.calls)
	}
	_, scope := tele.Start(recursiveValue{context.Background()}, "outer")
	scope.End()
}
