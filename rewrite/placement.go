package rewrite

import (
	"bytes"
	"go/ast"
	"go/token"
	"regexp"
	"strings"
)

// A placement is where the directive of a function goes: on the line above func, at the end of its doc comment. From
//
//	// Load loads.
//	func Load() {
//	}
//	func Close() {
//
// comes
//
//	// Load loads.
//	//
//	//tele:scope orders.load // by annotate
//	func Load() {
//	}
//
//	//tele:scope orders.close // by annotate, with the line above
//	func Close() {
//
// What is put above the directive is what gofmt wants there. A line //, where the doc comment ends in text; also where it
// ends in such a line already, so that the one right above a directive is never an old one. A blank line, where there is
// no doc comment and no blank line yet; the directive says so, as Close looks the same where there was one before.
type placement struct {
	offset  int // of the line that starts with func
	above   aboveDirective
	indent  string
	newline string
}

// aboveDirective is what is put above a directive.
type aboveDirective int

const (
	nothing aboveDirective = iota
	commentLine
	blankLine
)

// Comments that end the directives that Annotate makes.
const (
	annotateMark  = "// by annotate"
	withLineAbove = ", with the line above" // behind annotateMark: a blank line came with the directive
)

// annotateDirective returns the directive that Annotate makes for a scope.
func annotateDirective(scope string) string { return "//tele:scope " + scope + " " + annotateMark }

// isAnnotateMade reports whether a comment says of itself that Annotate has made it.
func isAnnotateMade(c *ast.Comment) bool {
	return strings.HasPrefix(c.Text, "//tele:") && strings.HasSuffix(strings.TrimSuffix(trimBlanks(c.Text), withLineAbove), annotateMark)
}

func trimBlanks(s string) string { return strings.TrimRight(s, " \t") }

// place returns where the directive of a function goes; nil if func is not first on its line.
func place(fset *token.FileSet, src []byte, fn *ast.FuncDecl) *placement {
	offset := fset.PositionFor(fn.Type.Func, false).Offset
	p := &placement{offset: lineStart(src, offset), newline: "\n"}
	p.indent = string(src[p.offset:offset])
	if strings.TrimSpace(p.indent) != "" {
		return nil
	}
	if bytes.HasSuffix(src[:p.offset], []byte("\r\n")) {
		p.newline = "\r\n"
	}
	switch {
	case fn.Doc == nil && !isBlankLine(src, lineStart(src, max(p.offset-1, 0))):
		p.above = blankLine
	case fn.Doc != nil:
		last := fn.Doc.List[len(fn.Doc.List)-1].Text
		if strings.HasPrefix(last, "//") && !directiveComment.MatchString(last) {
			p.above = commentLine
		}
	}
	return p
}

// directiveComment matches what gofmt takes for a directive, and moves to the end of a doc comment.
var directiveComment = regexp.MustCompile(`^//(line |extern |export |[a-z0-9]+:[a-z0-9])`)

// text returns the lines to insert for a directive.
func (p *placement) text(directive string) string {
	switch p.above {
	case commentLine:
		return p.indent + "//" + p.newline + p.indent + directive + p.newline
	case blankLine:
		return p.newline + p.indent + directive + withLineAbove + p.newline
	default:
		return p.indent + directive + p.newline
	}
}

// unplace returns what takes the directive of a doc comment out that [place] has put there, the i-th of its comments.
// It reports false if that shares its line with another.
func unplace(fset *token.FileSet, src []byte, doc *ast.CommentGroup, i int) (splice, bool) {
	start, alone := ownLine(fset, src, doc.List[i])
	if !alone {
		return splice{}, false
	}
	out := splice{start: start, end: nextLine(src, start)}
	above := lineStart(src, start-1)
	switch {
	case i == 0 && strings.HasSuffix(trimBlanks(doc.List[i].Text), withLineAbove):
		if isBlankLine(src, above) {
			out.start = above
		}
	case i > 0 && i == len(doc.List)-1 && doc.List[i-1].Text == "//": // above other directives, the line // stays
		if before, alone := ownLine(fset, src, doc.List[i-1]); alone {
			out.start = before
		}
	}
	return out, true
}

// ownLine returns the start of the line that a comment starts on, and whether nothing stands before it.
func ownLine(fset *token.FileSet, src []byte, c *ast.Comment) (start int, alone bool) {
	offset := fset.PositionFor(c.Slash, false).Offset
	start = lineStart(src, offset)
	return start, strings.TrimSpace(string(src[start:offset])) == ""
}
