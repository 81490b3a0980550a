package tele

import "context"

// ContextOf returns the context that v carries: v itself if it is a [context.Context], else that of its
// method Context, as of an *http.Request. It returns the empty context if there is none, and if v is nil or
// a nil pointer.
func ContextOf(v interface{}) (ctx context.Context) {
	defer func() {
		if recover() != nil {
			ctx = context.Background()
		}
	}()
	if tooManyLookUps() {
		return context.Background()
	}
	switch v := v.(type) {
	case context.Context:
		v.Value(scopeKey{}) // a nil pointer panics here if it does not answer for itself
		ctx = v
	case interface{ Context() context.Context }:
		ctx = v.Context()
	}
	if ctx == nil {
		return context.Background()
	}
	return ctx
}

// Rebind returns v with the context of s, by way of its method WithContext; v itself for the zero Scope,
// and if v is nil.
func Rebind[T interface {
	WithContext(context.Context) T
}](v T, s Scope) T {
	if Compiled && s.s != nil {
		return rebind(v, s)
	}
	return v
}

func rebind[T interface {
	WithContext(context.Context) T
}](v T, s Scope) (bound T) {
	defer func() {
		if recover() != nil {
			bound = v
		}
	}()
	return v.WithContext(s.s)
}
