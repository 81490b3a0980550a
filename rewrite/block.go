package rewrite

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// A block is the part of a block that directives cover.
type block struct {
	node ast.Node   // *ast.BlockStmt, *ast.CaseClause or *ast.CommClause
	rest []ast.Stmt // what follows the directives
	from token.Pos  // of the directives
	// first says that no statement stands before the directives.
	first bool
	// unreachable says that control does not come past the statement before.
	unreachable bool
	flow        flow
}

func newBlock(node ast.Node, from token.Pos, info *types.Info) *block {
	var list []ast.Stmt
	switch n := node.(type) {
	case *ast.BlockStmt:
		list = n.List
	case *ast.CaseClause:
		list = n.Body
	case *ast.CommClause:
		list = n.Body
	default:
		panic("rewrite: not a block")
	}
	b := &block{node: node, from: from, flow: flow{info}}
	behind := slices.IndexFunc(list, func(s ast.Stmt) bool { return s.Pos() > from })
	if behind < 0 {
		behind = len(list)
	}
	b.rest, b.first = list[behind:], behind == 0
	if len(b.rest) == 0 || !isLabeled(b.rest[0]) {
		b.unreachable = b.flow.listEnds(list[:behind])
	}
	return b
}

func isLabeled(s ast.Stmt) bool {
	_, ok := s.(*ast.LabeledStmt)
	return ok
}

// contains reports whether pos lies in what the directives cover.
func (b *block) contains(pos token.Pos) bool {
	return len(b.rest) > 0 && b.from < pos && pos < b.rest[len(b.rest)-1].End()
}

// exits returns the statements by which control leaves what the directives cover, other than by return, a
// panic or Goexit, and whether it can also run past the last statement.
func (b *block) exits(labels map[string]token.Pos) (leaving []*ast.BranchStmt, runsOut bool) {
	w := exitWalker{block: b, labels: labels}
	for _, s := range b.rest {
		w.walk(s, jumps{})
	}
	return w.leaving, !b.flow.listEnds(b.rest)
}

// jumps says which jumps without a label stay inside of what is walked.
type jumps struct{ breaks, continues, fallsThrough bool }

type exitWalker struct {
	block   *block
	labels  map[string]token.Pos
	leaving []*ast.BranchStmt
}

func (w *exitWalker) walk(root ast.Stmt, inside jumps) {
	ast.Inspect(root, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.ForStmt:
			w.walk(n.Body, jumps{breaks: true, continues: true})
			return false
		case *ast.RangeStmt:
			w.walk(n.Body, jumps{breaks: true, continues: true})
			return false
		case *ast.SwitchStmt:
			w.walk(n.Body, jumps{true, inside.continues, true})
			return false
		case *ast.TypeSwitchStmt:
			w.walk(n.Body, jumps{true, inside.continues, true})
			return false
		case *ast.SelectStmt:
			w.walk(n.Body, jumps{breaks: true, continues: inside.continues})
			return false
		case *ast.BranchStmt:
			if w.leaves(n, inside) {
				w.leaving = append(w.leaving, n)
			}
		}
		return true
	})
}

func (w *exitWalker) leaves(s *ast.BranchStmt, inside jumps) bool {
	if s.Label != nil {
		return !w.block.contains(w.labels[s.Label.Name])
	}
	switch s.Tok {
	case token.BREAK:
		return !inside.breaks
	case token.CONTINUE:
		return !inside.continues
	default:
		return !inside.fallsThrough
	}
}

// labelsIn returns where the labels of a function body stand. Those of function literals in it are their
// own.
func labelsIn(body *ast.BlockStmt) map[string]token.Pos {
	labels := map[string]token.Pos{}
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.LabeledStmt:
			labels[n.Label.Name] = n.Pos()
		}
		return true
	})
	return labels
}

// jumpsOver reports whether a goto from before the directives leads behind them: no variable may be
// declared between.
func (b *block) jumpsOver(body *ast.BlockStmt, labels map[string]token.Pos) bool {
	found := false
	ast.Inspect(body, func(n ast.Node) bool {
		if s, ok := n.(*ast.BranchStmt); ok && s.Tok == token.GOTO && s.Pos() < b.from && b.contains(labels[s.Label.Name]) {
			found = true
		}
		return !found
	})
	return found
}

// A flow tells where control goes.
type flow struct{ info *types.Info }

// ends reports whether control does not run past a statement: it is a terminating statement of the
// Go specification, or a branch.
func (f flow) ends(s ast.Stmt) bool {
	switch s := s.(type) {
	case *ast.ReturnStmt, *ast.BranchStmt:
		return true
	case *ast.ExprStmt:
		c, ok := ast.Unparen(s.X).(*ast.CallExpr)
		if !ok {
			return false
		}
		id, ok := ast.Unparen(c.Fun).(*ast.Ident)
		return ok && f.info.Uses[id] == types.Universe.Lookup("panic")
	case *ast.BlockStmt:
		return f.listEnds(s.List)
	case *ast.IfStmt:
		return s.Else != nil && f.ends(s.Body) && f.ends(s.Else)
	case *ast.ForStmt:
		return s.Cond == nil && !breaks(s.Body, "")
	case *ast.LabeledStmt:
		return f.ends(s.Stmt) && !breaks(s.Stmt, s.Label.Name)
	case *ast.SwitchStmt:
		return f.clausesEnd(s.Body)
	case *ast.TypeSwitchStmt:
		return f.clausesEnd(s.Body)
	case *ast.SelectStmt:
		for _, c := range s.Body.List {
			if c := c.(*ast.CommClause); !f.listEnds(c.Body) || listBreaks(c.Body, "") {
				return false
			}
		}
		return true
	default:
		return false
	}
}

func (f flow) listEnds(list []ast.Stmt) bool {
	for len(list) > 0 && isEmpty(list[len(list)-1]) {
		list = list[:len(list)-1]
	}
	return len(list) > 0 && f.ends(list[len(list)-1])
}

func isEmpty(s ast.Stmt) bool {
	_, ok := s.(*ast.EmptyStmt)
	return ok
}

func (f flow) clausesEnd(body *ast.BlockStmt) bool {
	hasDefault := false
	for _, c := range body.List {
		c := c.(*ast.CaseClause)
		if !f.listEnds(c.Body) || listBreaks(c.Body, "") {
			return false
		}
		hasDefault = hasDefault || c.List == nil
	}
	return hasDefault
}

func listBreaks(list []ast.Stmt, label string) bool {
	for _, s := range list {
		if breaks(s, label) {
			return true
		}
	}
	return false
}

// breaks reports whether a break below root ends the statement around it: one with the given label, or,
// if that is empty, one without a label that belongs to no statement below root.
func breaks(root ast.Stmt, label string) bool {
	found := false
	ast.Inspect(root, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.ForStmt, *ast.RangeStmt, *ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.SelectStmt:
			return label != ""
		case *ast.BranchStmt:
			if n.Tok == token.BREAK && (label == "" && n.Label == nil || n.Label != nil && n.Label.Name == label) {
				found = true
			}
		}
		return !found
	})
	return found
}
