// Package scopelint is the linter of //tele: directives, and of calls of the runtime package by hand, as an analyzer for
// go vet, go fix and golangci-lint. The rules of directives are those of package scopes, so that it cannot
// disagree with teleinstr lint and generate.
//
// The identifier of the rule that a finding is about is its category.
package scopelint

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"os"
	"slices"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/types/typeutil"

	"github.com/teleinstr/teleinstr/scopes"
	"github.com/teleinstr/teleinstr/scopes/scopename"
)

// The rules that take types.
const (
	// RuleUnended: a scope that was started by hand is never ended, and so never reported.
	RuleUnended scopes.Rule = "unended"
)

// Analyzer reports invalid, misspelt and misplaced directives, and constant names and keys that calls of the runtime
// package must not have.
var Analyzer = &analysis.Analyzer{
	Name: "teleinstr",
	Doc: `check //tele: directives and calls of the telemetry runtime

A directive that is misspelt, misplaced or malformed would be refused by teleinstr generate. A constant scope name
that breaks the strict form, or a metadata key that is reserved, would panic or be replaced when the program runs. A scope that is
never ended is never reported.`,
	URL: "https://pkg.go.dev/" + scopelintPath,
	Run: run,
}

const (
	module        = "github.com/teleinstr/teleinstr"
	runtimePath   = module + "/runtime"
	scopelintPath = module + "/scopes/scopelint"
)

func run(pass *analysis.Pass) (any, error) {
	readFile := pass.ReadFile
	if readFile == nil { // some drivers leave it out
		readFile = os.ReadFile
	}
	for _, file := range pass.Files {
		name := pass.Fset.File(file.FileStart).Name()
		src, err := readFile(name)
		if err != nil {
			return nil, err
		}
		if scopes.MayHold(src) {
			for _, d := range scopes.Find(pass.Fset, file, src).Diagnostics() {
				pass.Report(finding(d))
			}
		}
		if slices.ContainsFunc(pass.Pkg.Imports(), func(p *types.Package) bool { return p.Path() == runtimePath }) {
			checkCalls(pass, file)
		}
	}
	return nil, nil
}

func finding(d scopes.Diagnostic) analysis.Diagnostic {
	out := analysis.Diagnostic{Pos: d.Pos, Category: string(d.Rule), Message: d.Message}
	if d.Subject != "" {
		out.Message = d.Subject + ": " + d.Message
	}
	if fix := d.Fix; fix != nil {
		out.SuggestedFixes = []analysis.SuggestedFix{{
			Message:   fix.Message,
			TextEdits: []analysis.TextEdit{{Pos: fix.Pos, End: fix.EndPos, NewText: []byte(fix.Text)}},
		}}
	}
	return out
}

// checkCalls checks the calls of the runtime package in a file.
func checkCalls(pass *analysis.Pass, file *ast.File) {
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			checkCall(pass, n)
		case *ast.AssignStmt:
			checkEnded(pass, file, n)
		}
		return true
	})
}

// checkCall checks the constant arguments of a call that are a name or a key: the parameters of the runtime package are called
// so.
func checkCall(pass *analysis.Pass, call *ast.CallExpr) {
	fn := runtimeFunction(pass, call)
	if fn == nil {
		return
	}
	params := fn.Signature().Params()
	for i, arg := range call.Args {
		param := params.At(min(i, params.Len()-1))
		switch param.Name() {
		case "name":
			checkConstant(pass, arg, scopes.RuleName, scopename.Check, scopename.Suggest)
		case "key":
			checkConstant(pass, arg, scopes.RuleKey, scopename.CheckKey, func(string) string { return "" })
		default:
			checkAttribute(pass, arg)
		}
	}
}

// runtimeFunction returns the function or method of the runtime package that is called; nil for any other.
func runtimeFunction(pass *analysis.Pass, call *ast.CallExpr) *types.Func {
	fn, ok := typeutil.Callee(pass.TypesInfo, call).(*types.Func)
	if !ok || fn.Pkg() == nil || fn.Pkg().Path() != runtimePath {
		return nil
	}
	return fn
}

// checkAttribute checks the key of an attribute that is made where it is handed over: slog.Int("n", 1).
func checkAttribute(pass *analysis.Pass, arg ast.Expr) {
	call, ok := ast.Unparen(arg).(*ast.CallExpr)
	if !ok || len(call.Args) == 0 {
		return
	}
	fn, ok := typeutil.Callee(pass.TypesInfo, call).(*types.Func)
	if ok && fn.Pkg() != nil && fn.Pkg().Path() == "log/slog" && fn.Signature().Params().At(0).Name() == "key" {
		checkConstant(pass, call.Args[0], scopes.RuleKey, scopename.CheckKey, func(string) string { return "" })
	}
}

func checkConstant(pass *analysis.Pass, arg ast.Expr, rule scopes.Rule, check func(string) error, suggest func(string) string) {
	value := pass.TypesInfo.Types[arg].Value
	if value == nil || value.Kind() != constant.String {
		return
	}
	text := constant.StringVal(value)
	err := check(text)
	if err == nil {
		return
	}
	d := analysis.Diagnostic{Pos: arg.Pos(), End: arg.End(), Category: string(rule), Message: err.Error()}
	_, isLiteral := ast.Unparen(arg).(*ast.BasicLit)
	if better := suggest(text); better != "" && isLiteral {
		d.SuggestedFixes = []analysis.SuggestedFix{{
			Message:   "rename it to " + better,
			TextEdits: []analysis.TextEdit{{Pos: arg.Pos(), End: arg.End(), NewText: fmt.Appendf(nil, "%q", better)}},
		}}
	}
	pass.Report(d)
}

// checkEnded reports a scope that is started in an assignment and of which nothing becomes: _, scope := tele.Start(…).
func checkEnded(pass *analysis.Pass, file *ast.File, assign *ast.AssignStmt) {
	if len(assign.Rhs) != 1 || len(assign.Lhs) != 2 {
		return
	}
	call, ok := ast.Unparen(assign.Rhs[0]).(*ast.CallExpr)
	if !ok {
		return
	}
	fn := runtimeFunction(pass, call)
	if fn == nil || fn.Signature().Results().Len() != 2 {
		return
	}
	id, ok := assign.Lhs[1].(*ast.Ident)
	if !ok {
		return
	}
	v := pass.TypesInfo.ObjectOf(id)
	if id.Name != "_" && (assign.Tok != token.DEFINE || v == nil || isEnded(pass, file, v)) {
		return
	}
	pass.Report(analysis.Diagnostic{
		Pos: id.Pos(), End: id.End(), Category: string(RuleUnended),
		Message: fmt.Sprintf("the scope of %s is never ended, and so never reported; defer its End", fn.Name()),
	})
}

// isEnded reports whether a scope is ended somewhere, or handed to something that may.
func isEnded(pass *analysis.Pass, file *ast.File, v types.Object) bool {
	ended := false
	harmless := map[*ast.Ident]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok && n.Sel.Name == "Context" {
				harmless[x] = true
			}
		case *ast.Ident:
			if pass.TypesInfo.Uses[n] == v && !harmless[n] {
				ended = true
			}
		}
		return !ended
	})
	return ended
}
