// Package docs holds that what README.md and the articles in docs say is so: every block of code in them is compiled, run, or
// named as what another test tries. A block that nothing tries is an error.
//
// # Blocks
//
// Go is type-checked, and its directives are linted, each block in a package of its own: a file, declarations, or statements of a
// function that has a ctx and returns an error. A line "…" stands for what is left out. What a page takes for granted is declared in
// preamble.go of testdata/pages/PAGE.txtar; the names of packages are in fragment_test.go.
//
// A block whose first line starts with "$ " is a terminal session: its commands run, in bash, and must print what the block
// says. A line "…" stands for any lines, and "…" in a line for any text; durations, points in time and runs of spaces are
// compared by being there. Commands that stand indented are run as well, and must succeed; so are those that follow in the
// same page, in the same directory, in which the other files of testdata/pages/PAGE.txtar are. The go command there finds
// this checkout as version v0.1.0 of the module, and of the nested ones that a page needs, by way of GOPROXY.
//
// teleinstr generate [packages] and its like, with brackets, are compared with the usage that --help prints; the words and
// flags of any other teleinstr with those that the command knows, run or not. Targets of make are asked for with make -n.
//
// YAML and JSON are parsed. All else needs a mark.
//
// # Marks
//
// A comment right above a block or, for all that follows it up to the next of its level, above a heading:
//
//	<!-- tested by: DIR TestName -->  that test tries it; there must be one
//	<!-- file: NAME -->               written to the session's directory, for the commands that follow
//	<!-- edit: NAME -->               the functions and imports in it, put into that file; "…" in a function stands for the rest of it
//	<!-- output of: COMMAND -->       what that prints
//	<!-- not run: REASON -->          commands that a test cannot run; their flags are compared all the same
//	<!-- grammar -->                  the forms of all directives
//
// and, by itself,
//
//	<!-- run: COMMANDS -->            run in the session, and out of sight
//
// Links to files and headings of the repository must lead somewhere, and docs/README.md to every article.
//
// It is a module of its own, because nothing else of ours needs a parser of Markdown.
package docs
