package rewrite

import (
	"bytes"
	"fmt"
	"hash/crc32"
	"strings"
)

// Generated code stands between two comments, so that it can be told from what a person wrote without
// any other record:
//
//	//tele:gen [SHAPE] {NAME=HOW}
//	…
//	//tele:end CHECKSUM
//
// SHAPE says how the code was fitted into a body that is written on one line, see [shape]; NAME=HOW, how
// the parameter or result NAME was changed in the function's signature, see [naming]. CHECKSUM covers the
// lines from the first marker up to the last, without their indentation and line ends: it tells an edit
// by hand from generated code, whatever version of teleinstr wrote it.
//
// The import declaration of the runtime package ends in //tele:gen as well. //tele:line stands before the
// closing brace of a body that was on one line. Where a scope ends on a line with other statements,
// /*tele:gen*/ or /*tele:end*/ stands before the call.
const (
	markerGen    = "//tele:gen"
	markerEnd    = "//tele:end"
	markerLine   = "//tele:line"
	markerImport = "/*tele:import*/" // where code follows on the line of the import
	// Where a scope ends on a line with other statements: before the statement that leaves its block,
	// or behind the last.
	markerBefore = "/*tele:gen*/"
	markerBehind = "/*tele:end*/"
)

// A shape says how generated code was fitted into a function body.
type shape string

const (
	// multiLine is the common shape: whole lines below the line of the opening brace.
	multiLine shape = ""
	// oneLine: a statement stood on the line of the opening brace, and now stands on the first line after
	// the generated code.
	oneLine shape = "line"
	// empty: nothing stood between the braces.
	empty shape = "empty"
)

// A naming says how a parameter or result came to its name.
type naming string

const (
	wasUnnamed naming = "unnamed" // no parameter (result) of the list had a name; the others are now blank
	wasBare    naming = "bare"    // the only result, without name and parentheses
	wasBlank   naming = "blank"   // it was called _
	wasNamed   naming = "was:"    // followed by its name
)

// A renaming is one NAME=HOW of a marker.
type renaming struct {
	name string
	how  naming
}

// A header is what the first marker of generated code says.
type header struct {
	shape     shape
	renamings []renaming
}

func (h header) String() string {
	words := []string{markerGen}
	if h.shape != multiLine {
		words = append(words, string(h.shape))
	}
	for _, r := range h.renamings {
		words = append(words, r.name+"="+string(r.how))
	}
	return strings.Join(words, " ")
}

// parseHeader reads the first marker; it reports false for one that no version of teleinstr has written.
func parseHeader(comment string) (header, bool) {
	var h header
	for i, word := range strings.Fields(strings.TrimPrefix(comment, markerGen)) {
		name, how, isRenaming := strings.Cut(word, "=")
		switch {
		case isRenaming && name != "" && validNaming(naming(how)):
			h.renamings = append(h.renamings, renaming{name, naming(how)})
		case i == 0 && (shape(word) == oneLine || shape(word) == empty):
			h.shape = shape(word)
		default:
			return header{}, false
		}
	}
	return h, true
}

func validNaming(n naming) bool {
	old, named := strings.CutPrefix(string(n), string(wasNamed))
	return n == wasUnnamed || n == wasBare || n == wasBlank || named && old != ""
}

// checksum returns the checksum of generated code, its first marker included.
func checksum(code []byte) string {
	sum := crc32.NewIEEE()
	for line := range bytes.Lines(code) {
		if line = bytes.TrimSpace(line); len(line) > 0 {
			sum.Write(line)
			sum.Write([]byte{'\n'})
		}
	}
	return fmt.Sprintf("%08x", sum.Sum32())
}
