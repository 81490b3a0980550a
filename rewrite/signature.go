package rewrite

import "go/ast"

// nameError makes sure that the error result has a name, and returns it.
func (fn *function) nameError(result *ast.Field) string {
	results := fn.typ.Results
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

// nameParameter makes sure that generated code can reach a parameter or the receiver, and returns its
// name: one of the candidates if it has none. The identifier is nil if the list has no names.
func (fn *function) nameParameter(list *ast.FieldList, field *ast.Field, id *ast.Ident, candidates ...string) string {
	if id != nil && id.Name != "_" {
		return id.Name
	}
	if fn.named[field] == "" {
		if id != nil {
			fn.named[field] = fn.rename(id, wasBlank, candidates...)
		} else {
			fn.named[field] = unused(fn.taken, candidates...)
			fn.nameAll(list, field, fn.named[field])
		}
	}
	return fn.named[field]
}

// rename gives a parameter or result another name, the first of the candidates that is free.
func (fn *function) rename(id *ast.Ident, how naming, candidates ...string) string {
	name := unused(fn.taken, candidates...)
	fn.signature = append(fn.signature, splice{fn.file.offset(id.Pos()), fn.file.offset(id.End()), name})
	fn.renamings = append(fn.renamings, renaming{name, how})
	return name
}
