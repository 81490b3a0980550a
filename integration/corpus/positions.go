package corpus

import (
	"context"
	"debug/dwarf"
	"debug/elf"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// positions makes sure that the overlay moves nothing: the line tables that debuggers read, of test binaries without
// optimizations, name the lines that they name without teleinstr, and so do coverage profiles.
func (t *trial) positions(ctx context.Context) error {
	plain, err := t.lineTables(ctx, []string{"go"})
	if err != nil {
		return err
	}
	overlaid, err := t.lineTables(ctx, t.goCommand())
	if err != nil {
		return err
	}
	code, err := t.linesOfCode(ctx)
	if err != nil {
		return err
	}
	for _, path := range t.sources(plain) {
		if err := code.add(path); err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(plain)) {
		t.compareLines(name, plain[name], overlaid[name], code)
	}
	t.report.Lined = len(plain)
	if len(plain) == 0 {
		t.report.fail("no function of the module is in the test binaries")
	}
	want, err := t.coveredBlocks(ctx, []string{"go"})
	if err != nil {
		return err
	}
	got, err := t.coveredBlocks(ctx, t.goCommand())
	if err != nil {
		return err
	}
	if !slices.Equal(want, got) {
		t.report.fail("the coverage profile has %d blocks, want %d; the first that differs: %s", len(got), len(want), firstDifference(want, got))
	}
	return nil
}

// lines are lines as FILE:LINE.
type lines map[string]bool

// A layout is what stands on the lines of files.
type layout struct {
	code       lines // of the overlay
	statements lines // and the fields of signatures start there, or blocks end
	calls      lines // statements that the compiler does not do without, such as calls, start there
}

// add adds the statements of a file.
func (l *layout) add(path string) error {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, path, nil, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	lineAt := func(pos token.Pos) string { return fmt.Sprintf("%s:%d", path, fset.Position(pos).Line) }
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BlockStmt:
			l.statements[lineAt(n.Rbrace)] = true
		case *ast.ExprStmt, *ast.IfStmt, *ast.GoStmt, *ast.DeferStmt, *ast.RangeStmt, *ast.SendStmt:
			l.calls[lineAt(n.Pos())] = true
			l.statements[lineAt(n.Pos())] = true
		case ast.Stmt, *ast.Field:
			l.statements[lineAt(n.Pos())] = true
		}
		return true
	})
	return nil
}

// sources returns the files of the module that line tables name.
func (t *trial) sources(tables map[string]lines) []string {
	files := map[string]bool{}
	for _, table := range tables {
		for line := range table {
			if file := line[:strings.LastIndexByte(line, ':')]; strings.HasPrefix(file, t.m.dir) && strings.HasSuffix(file, ".go") {
				files[file] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(files))
}

// compareLines compares the lines of a function. Results that now have names, and deferred calls, change how the
// compiler returns: other lines of statements may come in, and assignments and returns may go.
func (t *trial) compareLines(name string, want, got lines, l *layout) {
	for line := range want {
		if !got[line] && l.calls[line] {
			t.report.fail("%s: the line table lacks %s", name, line)
			return
		}
	}
	for line := range got {
		if !want[line] && !l.code[line] && !l.statements[line] {
			t.report.fail("%s: the line table names %s", name, line)
			return
		}
	}
}

// linesOfCode returns the lines on which the overlay holds code, as FILE:LINE. It reads them off the unified
// diff that teleinstr go -d prints.
func (t *trial) linesOfCode(ctx context.Context) (*layout, error) {
	args := append([]string{"go", "-d", "test"}, t.tested()...)
	e := t.m.run(ctx, t.Tool, args...)
	if err := e.err(); err != nil {
		return nil, err
	}
	l := &layout{lines{}, lines{}, lines{}}
	file, line := "", 0
	for text := range strings.Lines(e.stdout) {
		switch {
		case strings.HasPrefix(text, "+++ "):
			file = filepath.Join(t.m.dir, strings.TrimPrefix(strings.TrimSpace(text), "+++ b/"))
		case strings.HasPrefix(text, "@@"):
			if _, err := fmt.Sscanf(text[strings.IndexByte(text, '+'):], "+%d", &line); err != nil {
				return nil, fmt.Errorf("%s: %w", text, err)
			}
		case strings.HasPrefix(text, "+"):
			l.code[fmt.Sprintf("%s:%d", file, line)] = true
			line++
		case !strings.HasPrefix(text, "-"):
			line++
		}
	}
	return l, nil
}

func firstDifference(want, got []string) string {
	for i := range min(len(want), len(got)) {
		if want[i] != got[i] {
			return got[i] + ", want " + want[i]
		}
	}
	return "one is longer"
}

// coveredBlocks returns the blocks of the coverage profile, without their counts: those of two runs may differ.
func (t *trial) coveredBlocks(ctx context.Context, goCommand []string) ([]string, error) {
	profile := filepath.Join(t.Scratch, "profile")
	args := []string{"test", "-coverprofile=" + profile, "-run=^$"}
	e := t.m.runGo(ctx, goCommand, append(args, t.tested()...)...)
	if err := e.err(); err != nil {
		return nil, err
	}
	text, err := os.ReadFile(profile)
	if err != nil {
		return nil, err
	}
	var blocks []string
	for line := range strings.Lines(string(text)) {
		blocks = append(blocks, line[:max(0, strings.LastIndexByte(line, ' '))])
	}
	slices.Sort(blocks) // packages come in the order in which they are ready
	return blocks, nil
}

// lineTables builds the test binaries, and returns the lines of each function of the module as FILE:LINE.
func (t *trial) lineTables(ctx context.Context, goCommand []string) (map[string]lines, error) {
	args := append([]string{"list", "-f", "{{if or .TestGoFiles .XTestGoFiles}}{{.ImportPath}}{{end}}"}, t.tested()...)
	list := t.m.run(ctx, "go", args...)
	if err := list.err(); err != nil {
		return nil, err
	}
	tables := map[string]lines{}
	for _, pkg := range strings.Fields(list.stdout) {
		binary := filepath.Join(t.Scratch, "test.exe")
		e := t.m.runGo(ctx, goCommand, "test", "-c", "-vet=off", "-gcflags="+t.m.path+"/...=-N -l", "-o", binary, pkg)
		if err := e.err(); err != nil {
			return nil, err
		}
		if err := t.readLines(binary, tables); err != nil {
			return nil, fmt.Errorf("test binary of %s: %w", pkg, err)
		}
	}
	return tables, nil
}

// readLines adds the line table of a binary.
func (t *trial) readLines(path string, tables map[string]lines) error {
	file, err := elf.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	data, err := file.DWARF()
	if err != nil {
		return err
	}
	r := data.Reader()
	var table *lineTable
	for {
		entry, err := r.Next()
		if entry == nil || err != nil {
			return err
		}
		switch entry.Tag {
		case dwarf.TagCompileUnit:
			name, _ := entry.Val(dwarf.AttrName).(string)
			if !strings.HasPrefix(name, t.m.path) {
				r.SkipChildren()
				continue
			}
			if table, err = readLineTable(data, entry); err != nil {
				return err
			}
		case dwarf.TagSubprogram:
			name, _ := entry.Val(dwarf.AttrName).(string)
			ranges, err := data.Ranges(entry)
			if err != nil {
				return err
			}
			if len(ranges) > 0 && isDeclared(name) {
				if tables[name] == nil {
					tables[name] = lines{}
				}
				for _, r := range ranges {
					table.addTo(tables[name], r[0], r[1])
				}
			}
			r.SkipChildren()
		}
	}
}

// isDeclared reports whether a function is one of the source, and not one that the compiler makes of a literal or a
// deferred call: generated code counts among those.
func isDeclared(name string) bool {
	return !strings.Contains(name, ".func") && !strings.Contains(name, ".deferwrap") && !strings.Contains(name, ".gowrap") && !strings.HasSuffix(name, ".TestMain")
}

// A lineTable is that of a package: addresses with their lines, by address.
type lineTable struct {
	addresses []uint64
	lines     []string
}

func readLineTable(data *dwarf.Data, unit *dwarf.Entry) (*lineTable, error) {
	r, err := data.LineReader(unit)
	if err != nil {
		return nil, err
	}
	table := new(lineTable)
	if r == nil { // there is no code in the package
		return table, nil
	}
	var entry dwarf.LineEntry
	for r.Next(&entry) == nil {
		if entry.IsStmt && !entry.EndSequence && entry.Line > 0 {
			table.addresses = append(table.addresses, entry.Address)
			table.lines = append(table.lines, fmt.Sprintf("%s:%d", entry.File.Name, entry.Line))
		}
	}
	return table, nil
}

// addTo adds the lines of the addresses from low up to high.
func (table *lineTable) addTo(all lines, low, high uint64) {
	for i, address := range table.addresses {
		if low <= address && address < high {
			all[table.lines[i]] = true
		}
	}
}
