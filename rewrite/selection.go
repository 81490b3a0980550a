package rewrite

import (
	"fmt"
	"go/ast"
	"go/token"
	"path"
	"slices"
	"strings"

	"github.com/teleinstr/teleinstr/scopes"
)

// check says which of the patterns is malformed, if any is. Those of package path will do: a name has no slash, so that
// * stands for all there can be, and what takes braces elsewhere is written as two patterns.
func (o *AnnotateOptions) check() error {
	for _, pattern := range slices.Concat(o.Match, o.Skip) {
		if _, err := path.Match(pattern, ""); err != nil {
			return fmt.Errorf("%s: %w; write a name, with * for any characters and ? for one", pattern, err)
		}
	}
	if o.MinStatements < 0 {
		return fmt.Errorf("%d statements: no body has so few; write a number from 0 on", o.MinStatements)
	}
	return nil
}

// leavesOut returns why no function of a file is annotated, as far as its path tells; empty if some may be.
func (o *AnnotateOptions) leavesOut(path string) string {
	switch {
	case isVendored(path):
		return inVendor
	case strings.HasSuffix(path, "_test.go") && !o.Tests:
		return inTest
	default:
		return ""
	}
}

// passesOver returns why a function is not annotated, as far as can be told without types; empty if it is.
func (o *AnnotateOptions) passesOver(file *ast.File, found *scopes.Result, fn *ast.FuncDecl) string {
	name := matchedName(fn)
	switch {
	case fn.Name.Name == "_":
		return isBlank
	case carriesDirective(file, found, fn):
		return hasDirective
	case fn.Body == nil:
		return hasNoBody
	case scopes.ForbiddingPragma(file, fn) != "":
		return hasPragma
	case o.Exported && !isExported(fn):
		return isUnexported
	case len(o.Match) > 0 && !matchesAny(o.Match, name):
		return isUnmatched
	case matchesAny(o.Skip, name):
		return isSkipped
	case countStatements(fn.Body) < o.MinStatements:
		return isShort
	default:
		return ""
	}
}

// carriesDirective reports whether a function is annotated already, or asks not to be. A misspelt directive, which
// lint reports, is meant to be one.
func carriesDirective(file *ast.File, found *scopes.Result, fn *ast.FuncDecl) bool {
	for _, s := range found.Sites {
		if s.Func == fn && s.Block == nil && slices.ContainsFunc(s.Directives, func(d *scopes.Directive) bool {
			return d.Verb == scopes.Scope || d.Verb == scopes.Ignore
		}) {
			return true
		}
	}
	return fn.Doc != nil && slices.ContainsFunc(found.Stray, func(d scopes.Diagnostic) bool {
		pos := file.FileStart + token.Pos(d.Position.Offset)
		return fn.Doc.Pos() <= pos && pos < fn.Doc.End()
	})
}

func isExported(fn *ast.FuncDecl) bool {
	receiver, _ := receiverName(fn)
	return fn.Name.IsExported() && (fn.Recv == nil || ast.IsExported(receiver))
}

// matchedName returns the name that patterns are matched against: F or T.F.
func matchedName(fn *ast.FuncDecl) string {
	if receiver, _ := receiverName(fn); receiver != "" {
		return receiver + "." + fn.Name.Name
	}
	return fn.Name.Name
}

func matchesAny(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		matched, _ := path.Match(pattern, name) // check has seen the pattern
		return matched
	})
}

// countStatements counts the statements in a body, in all blocks, clauses and function literals in it. What stands in the
// head of a statement counts with it.
func countStatements(body *ast.BlockStmt) int {
	n := 0
	ast.Inspect(body, func(node ast.Node) bool {
		var list []ast.Stmt
		switch node := node.(type) {
		case *ast.BlockStmt:
			list = node.List
		case *ast.CaseClause:
			list = node.Body
		case *ast.CommClause:
			list = node.Body
		}
		for _, s := range list {
			switch s.(type) {
			case *ast.EmptyStmt, *ast.CaseClause, *ast.CommClause:
			default:
				n++
			}
		}
		return true
	})
	return n
}
