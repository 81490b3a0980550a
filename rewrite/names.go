package rewrite

import (
	"go/ast"
	"go/types"
	"strconv"
)

// identifiers returns all names that stand below the nodes, whatever they mean there.
func identifiers(nodes ...ast.Node) map[string]bool {
	names := map[string]bool{}
	for _, root := range nodes {
		ast.Inspect(root, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok {
				names[id.Name] = true
			}
			return true
		})
	}
	return names
}

// unused returns the first of the candidates that is not taken, or the last of them with the lowest number
// that makes it free, and takes it.
func unused(taken map[string]bool, candidates ...string) string {
	for _, name := range candidates {
		if !taken[name] {
			taken[name] = true
			return name
		}
	}
	last := candidates[len(candidates)-1]
	for i := 2; ; i++ {
		if name := last + strconv.Itoa(i); !taken[name] {
			taken[name] = true
			return name
		}
	}
}

// isMember reports whether the object is a field or method, whose name stands behind a dot and hides
// nothing.
func isMember(obj types.Object) bool {
	switch obj := obj.(type) {
	case *types.Var:
		return obj.IsField()
	case *types.Func:
		return obj.Signature().Recv() != nil
	default:
		return false
	}
}

// object returns what an identifier declares or uses; nil where it is unknown, as for a label.
func object(info *types.Info, id *ast.Ident) types.Object {
	if obj := info.Defs[id]; obj != nil {
		return obj
	}
	return info.Uses[id]
}
