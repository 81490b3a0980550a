// Package rewrite puts the code that directives ask for into Go functions, and takes it out again.
//
// From
//
//	//tele:scope pipeline.plan batch_size=len(items)
//	func Plan(ctx context.Context, items []Item) (Schedule, error) {
//		return build(ctx, items)
//	}
//
// [Generate] makes
//
//	//tele:scope pipeline.plan batch_size=len(items)
//	func Plan(ctx context.Context, items []Item) (_ Schedule, err error) {
//		//tele:gen err=unnamed
//		if tele.Compiled && tele.Enabled() {
//			var scope tele.Scope
//			ctx, scope = tele.Start(ctx, "pipeline.plan", tele.Int("batch_size", len(items)))
//			defer scope.EndErr(&err)
//		}
//		//tele:end 7c5cb2d2
//		return build(ctx, items)
//	}
//
// and [StripAll] makes the first of the second again.
//
// # What is promised
//
// The program does what it did: same results, panics, recoveries, order of deferred calls; and while
// telemetry is off it allocates no more. For that no part of a body is wrapped in a closure, deferred calls
// come first and are never in a loop, and a context that closures capture is not assigned but declared anew
// (handover.go). What deferred calls do change is what the compiler inlines: a small function may not be
// any more, so that what it returns is allocated where its caller kept it on the stack; and what is handed to
// the runtime package, as an expression or for its context, escapes. The body of a range over a function
// captures one variable more for each scope in it. With the build tag teleoff nothing is
// left of generated code but that (integration/teleoff compares what the compiler makes of it).
//
// The scope of a nested block is ended in place where the block ends, and before each break, continue and
// goto that leaves it (block.go); one deferred call at the top of the function ends what a return, a panic
// or Goexit leaves.
//
// Every byte outside of the inserted code stays as it is, whatever the formatting. Inserted code is
// formatted as gofmt has it. Where a body on one line is opened, gofmt would go further: it would break up
// several statements, and align the functions on one line next to it anew. Generating again changes nothing, and stripping gives back the original with whatever a
// person has edited since. An edit between the markers is found by its checksum and reported.
//
// The output depends on the input alone.
//
// # What is refused
//
// A package that does not compile, a function without a body or under //go:nosplit and its kin, a
// generated file, and an expression that does not type-check where it stands. Every refusal has a position
// and a reason, and a directory with one is left alone as a whole.
//
// # How it works
//
// A [generation] holds the files of one run. Each file is stripped in memory and searched for sites
// (package scopes); the packages with sites are type-checked, those of the main modules that they import from
// source, all others from export data (world.go); files that the
// environment's build configuration leaves out, in one that takes them in; each [site] finds its context and
// builds its statements, which its [function] gathers with changes to the signature; a printer turns the
// edits of a file into splices of its bytes; the result is type-checked once more before anything is
// written. Only the printer knows how generated code is laid out and marked (inplace.go).
//
// [Annotate] puts directives above functions that a rule chooses (selection.go), under names that it derives (scopename.go),
// at the end of their doc comments (placement.go); to learn which would nest under a context it has a generation work out
// the result (nesting.go). [RemoveAnnotations] takes them out again.
//
// [Instrument] does the same as Generate for a build that leaves files alone, with another printer: it puts the code on the lines that are
// there, with line directives that keep each token of the original in its place (sameline.go). The compiler sees to it
// that the code compiles. Package overlay runs the go command with the result.
package rewrite
