package rewrite

import (
	"go/ast"
	"go/token"
	"go/types"
	"maps"

	"github.com/dave/dst"

	"github.com/teleinstr/teleinstr/scopes"
)

// A function is a function declaration or literal whose body directives are about.
type function struct {
	pkg      *typedPackage
	file     *fileEdits
	root     ast.Node // the top-level declaration
	typ      *ast.FuncType
	recv     *ast.FieldList // nil for functions and literals
	body     *ast.BlockStmt
	outer    *function             // the function around a literal; nil if there is none
	captures bool                  // generated code in a function further in may capture variables of this one
	runtime  string                // name of the runtime package in the file
	taken    map[string]bool       // names that mean something in the declaration
	assigned map[types.Object]bool // variables that the declaration sets

	above     []dst.Stmt   // of the directives in the doc comment
	scopes    []blockScope // of blocks, in order
	blocks    []*blockEdit
	exits     []exitEdit
	errName   string                // of the error result, once it is known
	replaced  map[types.Object]bool // parameters that were given another name
	named     map[*ast.Field]string // parameters and receivers that were given one
	shadows   map[shadowed]*site    // by what a block declares a namesake of
	signature []splice
	renamings []renaming
}

// newFunction returns the innermost function of a path of nodes that starts at a declaration of the file,
// and ends at the block that directives stand in.
func (p *typedPackage) newFunction(f *fileEdits, path []ast.Node, runtime string) *function {
	var fn *function
	for _, n := range path {
		if fn != nil && p.isFunctionBody(n) {
			fn.captures = true
		}
		next := &function{pkg: p, file: f, root: path[0], outer: fn, runtime: runtime, replaced: map[types.Object]bool{}, named: map[*ast.Field]string{}, shadows: map[shadowed]*site{}}
		switch n := n.(type) {
		case *ast.FuncDecl:
			next.typ, next.recv, next.body = n.Type, n.Recv, n.Body
		case *ast.FuncLit:
			next.typ, next.body = n.Type, n.Body
		default:
			continue
		}
		if fn = f.known[next.body]; fn == nil {
			next.taken, next.assigned = f.declaration(p, path[0])
			next.taken[runtime] = true
			f.known[next.body] = next
			f.functions = append(f.functions, next)
			fn = next
		}
	}
	return fn
}

// isFunctionBody reports whether the body of a statement or expression is compiled to a function of its
// own.
func (p *typedPackage) isFunctionBody(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.FuncLit:
		return true
	case *ast.RangeStmt:
		return isFunction(p.Info.TypeOf(n.X))
	default:
		return false
	}
}

// take notes the names that a directive's expressions mention.
func (fn *function) take(d *scopes.Directive) {
	exprs := []scopes.Expr{}
	for _, a := range d.Attrs {
		exprs = append(exprs, a.Value)
	}
	if d.Value != nil {
		exprs = append(exprs, *d.Value)
	}
	for _, e := range exprs {
		if tree, err := e.Parse(); err == nil {
			maps.Copy(fn.taken, identifiers(tree))
		}
	}
}

// scope returns the scope of the parameters, results and body.
func (fn *function) scope() *types.Scope { return fn.pkg.Info.Scopes[fn.typ] }

// insert adds text to the function's signature.
func (fn *function) insert(pos token.Pos, text string) {
	at := fn.file.offset(pos)
	fn.signature = append(fn.signature, splice{at, at, text})
}

func (fn *function) isResult(obj types.Object) bool {
	v, ok := obj.(*types.Var)
	return ok && v.Kind() == types.ResultVar && v.Parent() != nil && v.Parent() == fn.scope()
}

// tele returns a call of the runtime package.
func (fn *function) tele(name string, args ...dst.Expr) *dst.CallExpr {
	return call(selector(fn.runtime, name), args...)
}

// whileOn returns the statement that runs others only while telemetry is on:
//
//	if tele.Compiled && tele.Enabled() {
//		…
//	}
//
// Compiled is a constant, so that the compiler drops all of it where telemetry is compiled out.
func (fn *function) whileOn(statements []dst.Stmt) dst.Stmt {
	return &dst.IfStmt{
		Cond: &dst.BinaryExpr{Op: token.LAND, X: selector(fn.runtime, "Compiled"), Y: fn.tele("Enabled")},
		Body: &dst.BlockStmt{List: statements},
	}
}

// A blockScope is the variable that holds the scope of a nested block.
type blockScope struct {
	name      string
	isSlot    bool
	withError bool // the scope records the function's error
}

// first returns the statements to put at the top of the body, printed; empty if there are none.
func (fn *function) first() string {
	statements := append(fn.above, fn.blockScopes(fn.scopes)...)
	if len(statements) == 0 {
		return ""
	}
	return printStatements(statements)
}

// blockScopes declares the variables for scopes of blocks, and ends by deferred calls what is still open when
// the function returns, panics or exits: the last first, and before the scopes that were started before.
func (fn *function) blockScopes(scopes []blockScope) []dst.Stmt {
	var names []string
	var slots, deferred []dst.Stmt
	var withError, without []dst.Expr
	for _, s := range scopes {
		switch {
		case s.isSlot:
			slots = append(slots, set(token.DEFINE, fn.tele("NewSlot"), s.name))
			deferred = append(deferred, &dst.DeferStmt{Call: fn.endCall(s.name, s.withError)})
			continue
		case s.withError:
			withError = append([]dst.Expr{addressOf(s.name)}, withError...)
		default:
			without = append([]dst.Expr{addressOf(s.name)}, without...)
		}
		names = append(names, s.name)
	}
	if len(withError) > 0 {
		deferred = append(deferred, &dst.DeferStmt{Call: fn.tele("EndAllErr", append([]dst.Expr{addressOf(fn.errName)}, withError...)...)})
	}
	if len(without) > 0 {
		deferred = append(deferred, &dst.DeferStmt{Call: fn.tele("EndAll", without...)})
	}
	if len(deferred) == 0 {
		return nil
	}
	var statements []dst.Stmt
	if len(names) > 0 {
		statements = append(statements, declare(selector(fn.runtime, "Scope"), names...))
	}
	return append(append(statements, slots...), fn.whileOn(deferred))
}

// A blockEdit is what is to be put behind the directives that stand in a block.
type blockEdit struct {
	after      token.Pos // the last of the directives
	statements []dst.Stmt
	scopes     []blockScope // of blocks further in, which end before the scopes started here
}

// print returns the statements, printed.
func (fn *function) print(e *blockEdit) string {
	return printStatements(append(e.statements, fn.blockScopes(e.scopes)...))
}

// An exitEdit ends scopes of blocks where those are left.
type exitEdit struct {
	exit
	scopes []string // the innermost first
}

// An exit is where blocks are left: before a statement that leaves them, or after their last.
type exit struct {
	before *ast.BranchStmt
	after  ast.Stmt
}

// leave ends a scope at an exit. Scopes further in come later.
func (fn *function) leave(at exit, scope string) {
	for i, e := range fn.exits {
		if e.exit == at {
			fn.exits[i].scopes = append([]string{scope}, e.scopes...)
			return
		}
	}
	fn.exits = append(fn.exits, exitEdit{at, []string{scope}})
}

// errorResult returns the last result of the function if it is an error.
func (fn *function) errorResult() *ast.Field {
	results := fn.typ.Results
	if results == nil || len(results.List) == 0 {
		return nil
	}
	last := results.List[len(results.List)-1]
	if !types.Identical(fn.pkg.Info.TypeOf(last.Type), types.Universe.Lookup("error").Type()) {
		return nil
	}
	return last
}

// recordsError reports whether a scope records the function's error: if there is one, and no key of that
// name replaces it. The result then has a name.
func (fn *function) recordsError(d *scopes.Directive) bool {
	result := fn.errorResult()
	if result == nil || d.HasKey("error") {
		return false
	}
	if fn.errName == "" {
		fn.errName = fn.nameError(result)
	}
	return true
}

// endCall returns the call that ends the scope called name.
func (fn *function) endCall(name string, withError bool) *dst.CallExpr {
	if withError {
		return call(selector(name, "EndErr"), addressOf(fn.errName))
	}
	return call(selector(name, "End"))
}

func isFunction(t types.Type) bool {
	if t == nil {
		return false
	}
	_, ok := t.Underlying().(*types.Signature)
	return ok
}
