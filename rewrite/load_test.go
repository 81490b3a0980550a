package rewrite

import (
	"testing"

	"golang.org/x/tools/go/packages"
)

func TestParsePosition(t *testing.T) {
	p := &packages.Package{Dir: "/p", GoFiles: []string{"/p/a.go"}}
	for said, want := range map[string]string{
		"/p/b.go:3:8": "/p/b.go:3:8", "/p/b.go:3": "/p/b.go:3:1", `C:\p\b.go:3:8`: `C:\p\b.go:3:8`, `C:\p\b.go:3`: `C:\p\b.go:3:1`,
		"-": "/p/a.go:1:1", "": "/p/a.go:1:1", `C:\p`: "/p/a.go:1:1",
	} {
		if got := parsePosition(said, p).String(); got != want {
			t.Errorf("%q: got %s, want %s", said, got, want)
		}
	}
}
