package rewrite

import (
	"bytes"
	"go/ast"
	"go/token"
	"slices"

	"github.com/teleinstr/teleinstr/scopes"
)

// A candidate is a file that may hold directives.
type candidate struct {
	path    string
	old     []byte
	cuts    []splice // what was taken out of old to give src
	src     []byte   // without generated code; nil if that cannot be told from the rest
	new     []byte
	syntax  *ast.File
	found   *scopes.Result
	planned bool   // a package with the file was loaded
	broken  string // what is wrong with that package; empty if nothing is
	origins map[*scopes.Site]string
	// What an overlay puts into the source, and into a file that holds generated code. It is printed when all
	// is known.
	edits, onDisk *fileEdits
}

// instruments reports whether there is a site to put code at.
func (c *candidate) instruments() bool {
	return slices.ContainsFunc(c.found.Sites, (*scopes.Site).Instruments)
}

// restore moves diagnostics from the source without generated code to the file on disk.
func (c *candidate) restore(diagnostics []scopes.Diagnostic) []scopes.Diagnostic {
	out := slices.Clone(diagnostics)
	for i := range out {
		out[i].Position = c.restorePosition(out[i].Position)
	}
	return out
}

func (c *candidate) restorePosition(at token.Position) token.Position {
	if len(c.cuts) == 0 || at.Filename != c.path {
		return at
	}
	return c.positionOf(min(c.restoreOffset(at.Offset), len(c.old)))
}

// restoreOffset moves an offset from the source to the file on disk. What was cut out lies before the offset where
// it was.
func (c *candidate) restoreOffset(offset int) int {
	for _, cut := range c.cuts {
		if cut.start > offset {
			break
		}
		offset += cut.end - cut.start - len(cut.text)
	}
	return offset
}

// positionOf returns the position of an offset in the file on disk.
func (c *candidate) positionOf(offset int) token.Position {
	return token.Position{
		Filename: c.path, Offset: offset,
		Line:   bytes.Count(c.old[:offset], []byte("\n")) + 1,
		Column: offset - lineStart(c.old, offset) + 1,
	}
}
