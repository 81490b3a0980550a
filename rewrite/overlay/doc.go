// Package overlay turns a command line of the go command into one that builds the same packages with the code of their
// directives, and leaves the source tree, go.mod and go.sum as they are.
//
// [Prepare] works in four steps:
//
//   - It reads the command line as the go command does (commandline.go), and asks the go command for its
//     settings (environment.go).
//   - Where the modules do not require the runtime package, it adds the copy that this package embeds, by way of an
//     overlaid go.mod or go.work file (runtime.go, modules.go).
//   - [rewrite.Instrument] gives the files their code, on the lines that are there.
//   - All that goes into a cache directory under names made of its contents, so that the go command finds its own build cache
//     up to date where nothing has changed. What came of a command line is kept there as well: the next time,
//     unless an input has changed, there is nothing to work out (package cache).
//
// The go command hands the tool that counts coverage the files on disk, overlay or not. With coverage asked for, it is
// given a -toolexec command that sees to it: [Toolexec].
package overlay
