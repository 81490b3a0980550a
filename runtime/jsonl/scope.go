package jsonl

import (
	"context"
	"strings"

	tele "github.com/teleinstr/teleinstr/runtime"
)

// A scopeContext is a context that knows the scope it belongs to.
type scopeContext struct {
	context.Context
	r          *Reporter
	id, parent uint64
	path       string
}

// A scopeKey finds the innermost scope of a Reporter.
type scopeKey struct{ r *Reporter }

func (s *scopeContext) Value(key any) any {
	if k, ok := key.(scopeKey); ok && k.r == s.r {
		return s
	}
	return s.Context.Value(key)
}

// enclosing returns the innermost scope that r has been told of in ctx, nil if there is none. A context whose methods panic has none.
func (r *Reporter) enclosing(ctx context.Context) (s *scopeContext) {
	if s, ok := ctx.(*scopeContext); ok && s.r == r {
		return s
	}
	defer func() {
		_ = recover()
	}()
	s, _ = ctx.Value(scopeKey{r}).(*scopeContext)
	return s
}

// idFor returns the id of s if an event with the metadata is inside of it. It is not if a root scope lies between.
func (s *scopeContext) idFor(metadata tele.Metadata) uint64 {
	if s == nil {
		return 0
	}
	rest, inside := strings.CutPrefix(metadata.ParentScope(), s.path)
	if !inside || rest != "" && rest[0] != '.' {
		return 0
	}
	return s.id
}
