// Package scopes is the directive language of teleinstr: what a directive says, where it may stand, and
// what is wrong with one.
//
// A directive is a line comment without a space before its verb:
//
//	//tele:scope pipeline.plan batch_size=len(items)
//	func Plan(ctx context.Context, items []Item) (Plan, error) {
//
// # Grammar
//
//	//tele:scope  NAME [root] [rebind] {KEY=EXPR}   time what is covered
//	//tele:count  NAME[=EXPR] {KEY=EXPR}            add to a counter: EXPR, or 1
//	//tele:gauge  NAME=EXPR {KEY=EXPR}              set a gauge
//	//tele:metric NAME=EXPR {KEY=EXPR}              record a value of any kind
//	//tele:ignore                                   leave the function out of bulk annotation
//
// NAME and KEY have the strict form of package scopename. EXPR is a Go expression; there are no spaces
// around =, and it ends at the next KEY= outside of brackets, at a // comment, or at the end of the line.
// Expressions that name a result parameter are evaluated when the function returns, all others when the
// directive is reached, and only while telemetry is on. A key does not repeat and is not reserved. A key
// "error" takes the place of the error that a scope records by itself.
//
// # Where directives stand
//
// In the doc comment of a function or method a directive covers the function. Alone on a line in a block
// it covers the rest of the innermost block. Several directives apply in the order written. A directive
// anywhere else, and a comment that looks like a directive without being one, is an error: nothing is
// skipped in silence.
//
// # Finding them
//
// [Find] finds the directives of one parsed file and says what is wrong with them. The linter, the list
// and the rewriter all use it. [Scan] reads the files that may hold any.
package scopes
