// Package calls checks the calls of the runtime package that people write by hand: the names and keys in them, that
// scopes end, and that contexts are passed on. It needs types, which the caller has.
package calls

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/types/typeutil"

	"github.com/teleinstr/teleinstr/scopes"
	"github.com/teleinstr/teleinstr/scopes/scopename"
)

// RuntimeModule is the path of the module that holds the runtime package, and RuntimePath the import path of that.
const (
	RuntimeModule = "github.com/teleinstr/teleinstr"
	RuntimePath   = RuntimeModule + "/runtime"
)

var runtimePath = []byte(RuntimePath)

// Imports reports whether a file may import the runtime package, without parsing it. It errs on the side of true. Where one file of a
// package does, others may hold calls of its methods.
func Imports(src []byte) bool { return bytes.Contains(src, runtimePath) }

// A Package is what is known of a type-checked package.
type Package struct {
	Fset  *token.FileSet
	Types *types.Package
	Info  *types.Info
}

// Findings are what Check has found in a file.
type Findings struct {
	Diagnostics []scopes.Diagnostic
	// Metrics are those that are recorded under a constant name.
	Metrics []scopes.MetricUse
}

// Check checks the calls in a file of the package.
func Check(p Package, file *ast.File) Findings {
	c := checker{Package: p}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			c.call(n)
		case *ast.FuncDecl:
			if n.Body != nil {
				c.body(n.Body)
			}
		case *ast.FuncLit:
			c.body(n.Body)
		}
		return true
	})
	return c.found
}

// body checks the blocks of a function; function literals in it are functions of their own.
func (c *checker) body(body *ast.BlockStmt) {
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.BlockStmt:
			c.statements(n.List, body)
		case *ast.CaseClause:
			c.statements(n.Body, body)
		case *ast.CommClause:
			c.statements(n.Body, body)
		}
		return true
	})
}

type checker struct {
	Package
	found Findings
}

func (c *checker) report(rule scopes.Rule, pos token.Pos, subject, message string) *scopes.Diagnostic {
	c.found.Diagnostics = append(c.found.Diagnostics, scopes.Diagnostic{
		Position: c.Fset.PositionFor(pos, false), Subject: subject, Message: message, Rule: rule,
	})
	return &c.found.Diagnostics[len(c.found.Diagnostics)-1]
}

// fix has a diagnostic mended by other text from start to end.
func (c *checker) fix(d *scopes.Diagnostic, start, end token.Pos, text, message string) {
	d.Fix = &scopes.Fix{
		Message: message, Start: c.Fset.PositionFor(start, false).Offset, End: c.Fset.PositionFor(end, false).Offset, Text: text,
	}
}

// function returns the function or method of the runtime package that is called; nil for any other.
func (c *checker) function(call *ast.CallExpr) *types.Func {
	fn, ok := typeutil.Callee(c.Info, call).(*types.Func)
	if !ok || fn.Pkg() == nil || fn.Pkg().Path() != RuntimePath {
		return nil
	}
	return fn
}

// subject returns how diagnostics call a function of the runtime package: its name behind that of the package.
func subject(fn *types.Func) string { return "tele." + fn.Name() }

// call checks the constant arguments of a call that are a name or a key: the parameters of the runtime package are
// called so.
func (c *checker) call(call *ast.CallExpr) {
	fn := c.function(call)
	if fn == nil {
		return
	}
	params := fn.Signature().Params()
	for i, arg := range call.Args {
		switch params.At(min(i, params.Len()-1)).Name() {
		case "name":
			c.name(fn, arg)
		case "key":
			c.key(fn, arg, call.Args[min(i+1, len(call.Args)-1)])
		default:
			c.attribute(fn, arg)
		}
	}
}

// attribute checks the key of an attribute that is made where it is handed over: slog.Int("n", 1).
func (c *checker) attribute(user *types.Func, arg ast.Expr) {
	call, ok := ast.Unparen(arg).(*ast.CallExpr)
	if !ok || len(call.Args) < 2 {
		return
	}
	fn, ok := typeutil.Callee(c.Info, call).(*types.Func)
	if ok && fn.Pkg() != nil && fn.Pkg().Path() == "log/slog" && fn.Signature().Params().At(0).Name() == "key" {
		c.key(user, call.Args[0], call.Args[1])
	}
}

// text returns the value of a constant string.
func (c *checker) text(e ast.Expr) (string, bool) {
	value := c.Info.Types[e].Value
	if value == nil || value.Kind() != constant.String {
		return "", false
	}
	return constant.StringVal(value), true
}

func (c *checker) name(fn *types.Func, arg ast.Expr) {
	name, ok := c.text(arg)
	if !ok {
		return
	}
	if kind := (map[string]scopes.Verb{"Count": scopes.Count, "Gauge": scopes.Gauge, "Metric": scopes.Metric})[fn.Name()]; kind != "" {
		c.found.Metrics = append(c.found.Metrics, scopes.MetricUse{
			Name: name, Kind: kind, Position: c.Fset.PositionFor(arg.Pos(), false), Subject: subject(fn),
		})
	}
	if err := scopename.Check(name); err != nil {
		c.malformed(scopes.RuleName, fn, arg, err, scopename.Suggest(name))
	}
}

func (c *checker) key(fn *types.Func, arg, value ast.Expr) {
	key, ok := c.text(arg)
	if !ok {
		return
	}
	if err := scopename.CheckKey(key); err != nil {
		c.malformed(scopes.RuleKey, fn, arg, err, "")
		return
	}
	if what := scopes.Unbounded(key); what != "" && c.Info.Types[value].Value == nil {
		c.report(scopes.RuleCardinality, arg.Pos(), subject(fn), fmt.Sprintf("%q: %s", key, scopes.UnboundedMessage(what)))
	}
}

// malformed reports a name or key, which becomes better if that is not empty and the source says it here.
func (c *checker) malformed(rule scopes.Rule, fn *types.Func, arg ast.Expr, err error, better string) {
	d := c.report(rule, arg.Pos(), subject(fn), err.Error())
	if _, isLiteral := ast.Unparen(arg).(*ast.BasicLit); better != "" && isLiteral {
		c.fix(d, arg.Pos(), arg.End(), fmt.Sprintf("%q", better), "rename it to "+better)
	}
}
