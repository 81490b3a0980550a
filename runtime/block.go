package tele

import "context"

// EndAll ends those of the scopes that are still open, in the order given. Generated code defers it for the
// scopes of blocks, which a return, a panic or Goexit leaves.
func EndAll(scopes ...*Scope) {
	for _, s := range scopes {
		s.End()
	}
}

// EndAllErr is like [EndAll], with the error as in [Scope.EndErr].
func EndAllErr(err *error, scopes ...*Scope) {
	for _, s := range scopes {
		s.EndErr(err)
	}
}

// A Slot holds the scope of a block that runs again and again, in a function of its own that the compiler
// makes: the body of a range over a function. A variable would do if the compiler did not move it to the
// heap, telemetry on or off. Generated code uses it; a nil Slot holds nothing.
//
// A Slot must not be used by several goroutines at once.
type Slot struct{ scope Scope }

// NewSlot returns an empty Slot, nil while telemetry is off.
func NewSlot() *Slot {
	if Compiled && Enabled() {
		return new(Slot)
	}
	return nil
}

// Set puts what [Start] has returned into the slot, and returns the context.
func (s *Slot) Set(ctx context.Context, scope Scope) context.Context {
	if Compiled && s != nil {
		s.scope = scope
	}
	return ctx
}

// Context returns the context of the scope in the slot, parent if there is none.
func (s *Slot) Context(parent context.Context) context.Context {
	if Compiled && s != nil {
		return s.scope.Context(parent)
	}
	return parent
}

// End ends the scope in the slot.
func (s *Slot) End() {
	if Compiled && s != nil {
		s.scope.End()
	}
}

// EndErr ends the scope in the slot as [Scope.EndErr] does.
func (s *Slot) EndErr(err *error) {
	if Compiled && s != nil {
		s.scope.EndErr(err)
	}
}
