package rewrite

import (
	"go/ast"
	"go/types"
)

// errorResult returns the last result of the function if it is an error, and its index in the list.
func (fn *function) errorResult() *ast.Field {
	results := fn.decl.Type.Results
	if results == nil || len(results.List) == 0 {
		return nil
	}
	last := results.List[len(results.List)-1]
	if !types.Identical(fn.pkg.Info.TypeOf(last.Type), types.Universe.Lookup("error").Type()) {
		return nil
	}
	return last
}

// nameError makes sure that the error result has a name, and returns it.
func (fn *function) nameError(result *ast.Field) string {
	results := fn.decl.Type.Results
	if len(result.Names) > 0 {
		last := result.Names[len(result.Names)-1]
		if last.Name != "_" {
			return last.Name
		}
		return fn.rename(last, wasBlank, "err", "teleErr")
	}
	name := unused(fn.taken, "err", "teleErr")
	if !results.Opening.IsValid() {
		fn.insert(result.Type.Pos(), "("+name+" ")
		fn.insert(result.Type.End(), ")")
		fn.renamings = append(fn.renamings, renaming{name, wasBare})
		return name
	}
	fn.nameAll(results, result, name)
	return name
}

// nameAll gives the field of an unnamed list a name, and the others blanks.
func (fn *function) nameAll(list *ast.FieldList, named *ast.Field, name string) {
	for _, field := range list.List {
		if field == named {
			fn.insert(field.Type.Pos(), name+" ")
		} else {
			fn.insert(field.Type.Pos(), "_ ")
		}
	}
	fn.renamings = append(fn.renamings, renaming{name, wasUnnamed})
}

// nameContext makes sure that generated code can reach the context.
func (fn *function) nameContext(c *contextParam) {
	switch {
	case c.id == nil:
		c.name = unused(fn.taken, "ctx", "teleCtx")
		fn.nameAll(fn.decl.Type.Params, c.field, c.name)
	case c.id.Name == "_":
		c.name = fn.rename(c.id, wasBlank, "ctx", "teleCtx")
	case c.handover == replace:
		c.name = fn.rename(c.id, wasNamed+naming(c.id.Name), "parentCtx")
	}
}

// rename gives a parameter or result another name, the first of the candidates that is free.
func (fn *function) rename(id *ast.Ident, how naming, candidates ...string) string {
	name := unused(fn.taken, candidates...)
	fn.signature = append(fn.signature, splice{fn.file.offset(id.Pos()), fn.file.offset(id.End()), name})
	fn.renamings = append(fn.renamings, renaming{name, how})
	return name
}
