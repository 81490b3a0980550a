package tele_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const caller = `package scratch

import (
	"context"
	"log/slog"

	tele "github.com/teleinstr/teleinstr/runtime"
)

func load(ctx context.Context, t *tele.Telemetry, n int, more []slog.Attr) {
	ctx, scope := TELESCOPE"load.all", slog.Int("n", n), slog.String("k", "v"))
	defer scope.End()
	_, inner := TELESCOPE"inner")
	inner.End(more...)
	_, last := TELESCOPE"last", more...)
	last.End()
}
`

// go fix rewrites the callers of TeleScope in another module, with nothing but what its comment says.
func TestGoFixRewritesTeleScope(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the go command")
	}
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	write("go.mod", "module example.com/scratch\n\ngo 1.26\n\nrequire github.com/teleinstr/teleinstr v0.0.0\n\n"+
		"replace github.com/teleinstr/teleinstr => "+root+"\n")
	write("load.go", strings.ReplaceAll(caller, "TELESCOPE", "tele.TeleScope(ctx, t, "))
	cmd := exec.Command("go", "fix", "./...")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOPROXY=off", "GOWORK=off")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	got, err := os.ReadFile(filepath.Join(dir, "load.go"))
	if err != nil {
		t.Fatal(err)
	}
	if want := strings.ReplaceAll(caller, "TELESCOPE", "t.Start(ctx, "); string(got) != want {
		t.Errorf("got:\n%s", got)
	}
}
