package rewrite

import (
	"bytes"
	"go/scanner"
	"go/token"
	"strings"
	"testing"
)

// checkSameLine makes sure that the same-line form of a file is the original but for its code: every token is there,
// in its file, line and column, and cutting the code out leaves nothing else.
func checkSameLine(t *testing.T, path string, src, out []byte) {
	t.Helper()
	backing := path + ".overlaid"
	want, got := scan(path, src), scan(backing, out)
	started := false
	next := func(lit string, at token.Position) bool {
		if len(want) == 0 {
			t.Errorf("%s: %q at %v is not in the original", path, lit, at)
			return false
		}
		w := want[0]
		want = want[1:]
		started = started || w.lit == "package"
		if w.lit != lit || started && w.pos.String() != at.String() {
			t.Errorf("%s: %q is at %v, want %q at %v\n%s", path, lit, at, w.lit, w.pos, out)
			return false
		}
		return true
	}
	inCode, pieces := false, 0
	var codeAt token.Position
	for _, g := range got {
		switch {
		case g.lit == sameLineIn:
			inCode, codeAt = true, g.pos
			pieces++
		case strings.HasPrefix(g.lit, sameLineOut):
			inCode = false
			if replaced := strings.TrimSuffix(strings.TrimPrefix(g.lit, sameLineOut), endComment); replaced != "" && !next(replaced, codeAt) {
				return
			}
		case inCode:
			if g.pos.Line != codeAt.Line || g.pos.Filename != codeAt.Filename {
				t.Errorf("%s: code of line %v is at %v", path, codeAt, g.pos)
				return
			}
		case !next(g.lit, g.pos):
			return
		}
	}
	if len(want) > 0 {
		t.Errorf("%s: %q at %v is gone", path, want[0].lit, want[0].pos)
	}
	cut, extracts, err := CutCode(out)
	if err != nil || len(extracts) != pieces {
		t.Fatalf("%s: %d pieces of code cut out, want %d: %v", path, len(extracts), pieces, err)
	}
	withoutDirectives := func(tokens []positioned) (text string) {
		for _, tok := range tokens {
			text += tok.lit + "\x00"
		}
		return text
	}
	if withoutDirectives(scan(path, cut)) != withoutDirectives(scan(path, src)) {
		t.Errorf("%s: without code it is not the original:\n%s", path, cut)
	}
	pasted, err := PasteCode(cut, extracts)
	if err != nil || string(pasted) != withoutMarks(out) {
		t.Errorf("%s: the code does not go back: %v\n%s", path, err, pasted)
	}
}

// withoutMarks returns a file of the same-line form without the marks around its code.
func withoutMarks(out []byte) string {
	var b strings.Builder
	rest := strings.ReplaceAll(string(out), sameLineIn, "")
	for {
		before, after, found := strings.Cut(rest, sameLineOut)
		b.WriteString(before)
		if !found {
			return b.String()
		}
		_, rest, _ = strings.Cut(after, endComment)
	}
}

type positioned struct {
	lit string
	pos token.Position // as line directives have it
}

// scan returns the tokens and comments of a file, without its line directives.
func scan(path string, src []byte) []positioned {
	fset := token.NewFileSet()
	file := fset.AddFile(path, -1, len(src))
	var s scanner.Scanner
	s.Init(file, src, func(token.Position, string) {}, scanner.ScanComments)
	var out []positioned
	for {
		pos, tok, lit := s.Scan()
		switch {
		case tok == token.EOF:
			return out
		case tok == token.SEMICOLON && lit == "\n":
			continue
		case tok == token.COMMENT && (strings.HasPrefix(lit, "/*line ") || strings.HasPrefix(lit, "//line ")):
			continue
		case lit == "":
			lit = tok.String()
		}
		out = append(out, positioned{string(bytes.TrimRight([]byte(lit), "\r")), fset.PositionFor(pos, true)})
	}
}
