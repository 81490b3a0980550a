package tele

import (
	"context"
	"log/slog"
)

// An extra is what only some events have.
type extra struct {
	attrs []slog.Attr
	// starter is the entry of the function that started the scope, if its outcome is to be told.
	starter uintptr
	// ctx is the context of the event, if reporters take part in that.
	ctx context.Context
}

// newExtra returns an extra with room for n attributes, in one allocation if they are few.
func newExtra(n int) *extra {
	switch {
	case n == 0:
		return new(extra)
	case n <= 2:
		e := new(struct {
			extra
			room [2]slog.Attr
		})
		e.attrs = e.room[:0]
		return &e.extra
	case n <= 4:
		e := new(struct {
			extra
			room [4]slog.Attr
		})
		e.attrs = e.room[:0]
		return &e.extra
	}
	return &extra{attrs: make([]slog.Attr, 0, n)}
}

// startExtra returns what a scope of t starts with.
func startExtra(t *Telemetry, attrs []slog.Attr) *extra {
	e := newExtra(len(attrs))
	e.attrs = append(e.attrs, attrs...)
	if t.outcome {
		e.starter = starter()
	}
	return e
}

// end returns what a scope of t that started with e, which may be nil, ends with.
func (e *extra) end(t *Telemetry, err *error, attrs []slog.Attr) *extra {
	var at extra
	if e != nil {
		at = *e
	}
	var more [2]slog.Attr
	own := more[:0]
	if err != nil && *err != nil {
		own = append(own, slog.Any(errorKey, *err))
	}
	if t.outcome {
		if o := outcome(at.starter); o != "" {
			own = append(own, slog.String(outcomeKey, o))
		}
	}
	if len(attrs)+len(own) == 0 {
		return e
	}
	all := newExtra(len(at.attrs) + len(attrs) + len(own))
	all.ctx = at.ctx
	all.attrs = append(append(append(all.attrs, at.attrs...), attrs...), own...)
	return all
}
