//go:build !teleoff

package tele

// Compiled is false in a build with the tag teleoff. Being a constant, it takes every
//
//	if tele.Compiled && tele.Enabled() { … }
//
// out of the program before the compiler decides what to inline.
const Compiled = true
