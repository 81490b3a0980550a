package scopes

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"strings"
)

// The words that mark generated code (package rewrite): they are no directives, and users do not write
// them.
var markers = []string{"gen", "end", "line"}

func isMarker(word string) bool { return slices.Contains(markers, word) }

// nearDirective matches what starts like a directive but is none: other case, blanks, a block comment.
var nearDirective = regexp.MustCompile(`^(//|/\*)([ \t]*)((?i:tele)[ \t]*:)([ \t]*)([A-Za-z]*)`)

// nearMiss says how a comment that is no directive misses being one; nil if it does not
// look like one at all. Prose such as "// tele: see below" is left alone: behind a blank, the next word must be a verb, and
// stand right behind the colon.
func nearMiss(c *ast.Comment) *problem {
	m := nearDirective.FindStringSubmatch(c.Text)
	if m == nil {
		return nil
	}
	open, blank, tool, gap, word := m[1], m[2], m[3], m[4], m[5]
	p := &problem{pos: c.Pos(), subject: strings.TrimSpace(open + blank + tool + gap + word), rule: RuleNearMiss}
	message := ""
	verb, distance := nearestVerb(word)
	switch {
	case word == "" && open == "//" && blank == "" && tool == "tele:":
		p.subject, p.message = "tele", "directive without a verb; write //tele:scope NAME"
		return p
	case distance > 1 && (open == "/*" || blank != "" || gap != "" || tool != "tele:"):
		return nil
	case blank != "" && (gap != "" || distance > 0 || blank != " "):
		return nil // prose, or an example in a doc comment
	case open == "/*":
		message = "a directive is a line comment"
	case blank != "" || gap != "" || strings.ContainsAny(tool, " \t"):
		message = "a directive has no spaces before its verb"
	default:
		message = "a directive is in lower case"
	}
	p.message = fmt.Sprintf("%s; write //tele:%s", message, verb)
	if open == "//" && distance <= 1 {
		p.fix = &edit{"write //tele:" + string(verb), c.Pos(), c.Pos() + token.Pos(len(m[0])), "//tele:" + string(verb)}
	}
	return p
}

// unknownVerb is the problem of a directive with a verb that there is not.
func unknownVerb(c *ast.Comment, word string) problem {
	p := problem{
		pos: c.Pos(), subject: "tele:" + word, rule: RuleVerb,
		message: "unknown directive; the verbs are scope, count, gauge, metric and ignore",
	}
	if verb, distance := nearestVerb(word); distance <= 2 {
		start := c.Pos() + token.Pos(len("//tele:"))
		p.message = fmt.Sprintf("unknown directive; did you mean //tele:%s?", verb)
		p.fix = &edit{"write //tele:" + string(verb), start, start + token.Pos(len(word)), string(verb)}
	}
	return p
}

func nearestVerb(word string) (nearest Verb, distance int) {
	distance = 1 << 10
	for _, v := range verbs {
		if d := editDistance(strings.ToLower(word), string(v)); d < distance {
			nearest, distance = v, d
		}
	}
	return nearest, distance
}

// editDistance is the Levenshtein distance in bytes.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(b)]
}

var spellings = [][]byte{[]byte("tele"), []byte("Tele"), []byte("TELE")}

var mayHold = regexp.MustCompile(`(?://|/\*)[ \t]*(?i:tele)[ \t]*:`)

// MayHold reports whether a file's source can hold a directive or a near miss, without parsing it. It
// errs on the side of true.
func MayHold(src []byte) bool {
	for _, s := range spellings {
		if bytes.Contains(src, s) {
			return mayHold.Match(src)
		}
	}
	return false
}
