package scopes

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"slices"
	"strings"

	"github.com/teleinstr/teleinstr/scopes/scopename"
)

// A Verb says what a directive asks for.
type Verb string

// The verbs of the directive language.
const (
	Scope  Verb = "scope"  // time what the directive covers
	Count  Verb = "count"  // add to a counter
	Gauge  Verb = "gauge"  // set a gauge
	Metric Verb = "metric" // record a value of any kind
	Ignore Verb = "ignore" // leave the function out of bulk annotation
)

var verbs = []Verb{Scope, Count, Gauge, Metric, Ignore}

// form returns what follows the verb, as error messages show it.
func (v Verb) form() string {
	switch v {
	case Scope:
		return "NAME [root] [rebind] {KEY=EXPR}"
	case Count:
		return "NAME[=EXPR] {KEY=EXPR}"
	default:
		return "NAME=EXPR {KEY=EXPR}"
	}
}

// A Directive is one //tele: comment.
type Directive struct {
	Pos    token.Pos // of the comment
	End    token.Pos // behind the comment
	Verb   Verb
	Name   string // scope or metric name, as written
	Root   bool   // start a new chain
	Rebind bool   // hand the new context on through the value it was found in
	Value  *Expr  // what a metric records; nil for a count of one
	Attrs  []Attr // in the order written
}

// Subject returns the directive's name as diagnostics give it.
func (d *Directive) Subject() string { return "tele:" + string(d.Verb) }

// HasKey reports whether the directive sets the metadata key.
func (d *Directive) HasKey(key string) bool {
	for _, a := range d.Attrs {
		if a.Key == key {
			return true
		}
	}
	return false
}

// An Attr is one KEY=EXPR of a directive.
type Attr struct {
	Pos   token.Pos // of the key
	Key   string
	Value Expr
}

// An Expr is a Go expression in a directive.
type Expr struct {
	Pos  token.Pos // of its first character
	Text string
}

// Parse parses the expression. Positions in the result are those of the file set that Find was given.
func (e Expr) Parse() (ast.Expr, error) {
	fset := token.NewFileSet()
	fset.AddFile("", 1, int(e.Pos)-2) // so that the next file starts at e.Pos
	return parser.ParseExprFrom(fset, "", e.Text, parser.SkipObjectResolution)
}

// A problem is a diagnostic whose position is not resolved yet.
type problem struct {
	pos     token.Pos
	subject string
	message string
	rule    Rule
	fix     *edit
}

// An edit is a [Fix] whose offsets are not resolved yet.
type edit struct {
	message    string
	start, end token.Pos
	text       string
}

// argParser reads what follows the verb of a directive.
type argParser struct {
	directive *Directive
	text      string    // the arguments
	base      token.Pos // of text
	position  func(token.Pos) token.Position
	problems  []problem
}

func (p *argParser) errorf(rule Rule, offset int, format string, args ...any) *problem {
	p.problems = append(p.problems, problem{
		pos: p.base + token.Pos(offset), subject: p.directive.Subject(), message: fmt.Sprintf(format, args...), rule: rule,
	})
	return &p.problems[len(p.problems)-1]
}

// replace has the problem mended by other text from start to end.
func (p *argParser) replace(found *problem, start, end int, text, message string) {
	found.fix = &edit{message, p.base + token.Pos(start), p.base + token.Pos(end), text}
}

// parse fills in the directive. It goes on after an error where it can, so that one run reports all.
func (p *argParser) parse() {
	d := p.directive
	if d.Verb == Ignore {
		if rest := strings.TrimSpace(p.text); rest != "" && !strings.HasPrefix(rest, "//") {
			p.errorf(RuleArguments, strings.Index(p.text, rest), "takes no arguments; write //tele:ignore alone")
		}
		return
	}
	start := len(p.text) - len(strings.TrimLeft(p.text, " \t"))
	if start == len(p.text) || strings.HasPrefix(p.text[start:], "//") || p.text[start] == '=' {
		p.errorf(RuleArguments, start, "has no name; write //%s %s", d.Subject(), d.Verb.form())
		return
	}
	end := start
	for end < len(p.text) && !strings.ContainsRune(" \t=", rune(p.text[end])) {
		end++
	}
	d.Name = p.text[start:end]
	if err := scopename.Check(d.Name); err != nil {
		found := p.errorf(RuleName, start, "%v", err)
		if name := scopename.Suggest(d.Name); name != "" {
			p.replace(found, start, end, name, "rename it to "+name)
		}
	}
	hasValue := end < len(p.text) && p.text[end] == '='
	if hasValue {
		end++
	}
	p.parsePairs(end, hasValue)
	if (d.Verb == Gauge || d.Verb == Metric) && !hasValue && len(p.problems) == 0 {
		p.errorf(RuleArguments, start, "has no value; write %s=EXPR", d.Name)
	}
	if d.Verb == Scope && hasValue {
		p.errorf(RuleArguments, end-1, "a scope takes no value; write key=expr after the name")
	}
}

// pair is a KEY= found in the arguments, and where its expression starts and ends.
type pair struct {
	keyStart, keyEnd, exprStart, exprEnd int
}

// parsePairs reads from offset: first a value if hasValue, else option words, then pairs.
func (p *argParser) parsePairs(offset int, hasValue bool) {
	pairs, head, ok := p.split(offset)
	if !ok {
		return
	}
	if hasValue {
		p.directive.Value = p.expr(p.directive.Name, head.exprStart, head.exprEnd)
	} else {
		p.options(head.exprStart, head.exprEnd)
	}
	for _, pr := range pairs {
		key := p.text[pr.keyStart:pr.keyEnd]
		if err := scopename.CheckKey(key); err != nil {
			p.errorf(RuleKey, pr.keyStart, "%v", err)
		}
		if i := slices.IndexFunc(p.directive.Attrs, func(a Attr) bool { return a.Key == key }); i >= 0 {
			first := p.position(p.directive.Attrs[i].Pos)
			found := p.errorf(RuleKey, pr.keyStart, "key %q repeats; first set at %d:%d", key, first.Line, first.Column)
			from := len(strings.TrimRight(p.text[:pr.keyStart], " \t"))
			p.replace(found, from, from+len(strings.TrimRight(p.text[from:pr.exprEnd], " \t")), "", "drop the key")
		}
		if e := p.expr(key, pr.exprStart, pr.exprEnd); e != nil {
			p.directive.Attrs = append(p.directive.Attrs, Attr{p.base + token.Pos(pr.keyStart), key, *e})
		}
	}
}

// options reads the words between the name and the first pair.
func (p *argParser) options(start, end int) {
	for i := start; i < end; {
		if p.text[i] == ' ' || p.text[i] == '\t' {
			i++
			continue
		}
		j := i
		for j < end && p.text[j] != ' ' && p.text[j] != '\t' {
			j++
		}
		word := p.text[i:j]
		var option *bool
		switch {
		case p.directive.Verb != Scope:
		case word == "root":
			option = &p.directive.Root
		case word == "rebind":
			option = &p.directive.Rebind
		}
		switch {
		case option == nil:
			p.errorf(RuleArguments, i, "unexpected %q; write //%s %s", word, p.directive.Subject(), p.directive.Verb.form())
		case *option:
			p.errorf(RuleArguments, i, "%s is repeated; write it once", word)
		default:
			*option = true
		}
		i = j
	}
}

// expr takes the expression between start and end, which belongs to key.
func (p *argParser) expr(key string, start, end int) *Expr {
	raw := p.text[start:end]
	text := strings.TrimRight(raw, " \t")
	switch {
	case strings.TrimSpace(raw) == "" && raw == text:
		p.errorf(RuleExpression, start-1, "%s= has no expression; write %s=EXPR", key, key)
		return nil
	case strings.TrimSpace(raw) == "" || raw[0] == ' ' || raw[0] == '\t':
		p.errorf(RuleExpression, start-1, "space after =; write %s=EXPR without spaces around =", key)
		return nil
	}
	e := &Expr{Pos: p.base + token.Pos(start), Text: text}
	if _, err := e.Parse(); err != nil {
		at, msg := 0, err.Error()
		if list, ok := err.(scanner.ErrorList); ok && len(list) > 0 {
			at, msg = min(list[0].Pos.Offset, len(text)), list[0].Msg
		}
		if word := text[strings.LastIndexAny(text, " \t")+1:]; p.directive.Verb == Scope && (word == "root" || word == "rebind") {
			p.errorf(RuleArguments, start+len(text)-len(word), "%s comes too late; write it before the keys", word)
			return nil
		}
		if rest, ok := strings.CutPrefix(msg, "expected 'EOF', found "); ok {
			msg = "unexpected " + rest
		} else if at == len(text) {
			msg = "ends too early"
		}
		p.errorf(RuleExpression, start+at, "%s=%s: %s; write a Go expression", key, text, msg)
		return nil
	}
	return e
}

// split cuts the arguments from offset at each KEY= outside brackets. What stands before the first is
// head. It reports false if the text cannot be cut into tokens.
func (p *argParser) split(offset int) (pairs []pair, head pair, ok bool) {
	src := []byte(p.text[offset:])
	file := token.NewFileSet().AddFile("", -1, len(src))
	var s scanner.Scanner
	s.Init(file, src, func(at token.Position, msg string) {
		p.errorf(RuleExpression, offset+at.Offset, "%s; write a Go expression", msg)
	}, scanner.ScanComments)

	head = pair{exprStart: offset}
	current := &head
	end := len(p.text)
	var open []int // offsets of the brackets that are open
	for {
		pos, tok, lit := s.Scan()
		if tok == token.EOF {
			break
		}
		at := offset + file.Offset(pos)
		switch tok {
		case token.COMMENT:
			if strings.HasPrefix(lit, "//") {
				end = at
			}
		case token.LPAREN, token.LBRACK, token.LBRACE:
			open = append(open, at)
		case token.RPAREN, token.RBRACK, token.RBRACE:
			if len(open) == 0 {
				p.errorf(RuleArguments, at, "%q closes nothing; open it or take it out", tok.String())
				return nil, head, false
			}
			open = open[:len(open)-1]
		case token.ASSIGN:
			if len(open) > 0 {
				break
			}
			key := p.keyBefore(at, current.exprStart)
			if key == at {
				p.errorf(RuleArguments, at, "no key right before =; write KEY=EXPR without spaces around =")
				return nil, head, false
			}
			current.exprEnd = key
			pairs = append(pairs, pair{keyStart: key, keyEnd: at, exprStart: at + 1})
			current = &pairs[len(pairs)-1]
		}
	}
	current.exprEnd = end
	if len(open) > 0 {
		at := open[len(open)-1]
		p.errorf(RuleArguments, at, "%q is never closed; close it on the same line", p.text[at:at+1])
		return nil, head, false
	}
	return pairs, head, s.ErrorCount == 0
}

// keyBefore returns where the word that ends at end starts; it does not go back past limit.
func (p *argParser) keyBefore(end, limit int) int {
	start := end
	for start > limit && p.text[start-1] != ' ' && p.text[start-1] != '\t' {
		start--
	}
	return start
}
