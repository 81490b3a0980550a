package overlay

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestParseCommandLine reads command lines as the go command does, and gives them back with a flag added and
// those of overlays left out.
func TestParseCommandLine(t *testing.T) {
	tests := []struct{ line, packages, build, with string }{
		{"build", "", "", "build -overlay=X"},
		{"build ./...", "./...", "", "build -overlay=X ./..."},
		{"build -o out -race ./a ./b", "./a ./b", "-race", "build -overlay=X -o out -race ./a ./b"},
		{"build -tags a,b --trimpath -overlay old .", ".", "-tags=a,b --trimpath", "build -overlay=X -tags a,b --trimpath ."},
		{"build -C dir -v a", "a", "", "build -C=dir -overlay=X -v a"},
		{"build -C=dir", "", "", "build -C=dir -overlay=X"},
		{"build -- -odd", "-odd", "", "build -overlay=X -- -odd"},
		{"run . -race x", ".", "", "run -overlay=X . -race x"},
		{"run -race a.go b.go c -d.go", "a.go b.go", "-race", "run -overlay=X -race a.go b.go c -d.go"},
		{"run . a.go", ".", "", "run -overlay=X . a.go"},
		{"vet -printf.funcs Logf -json ./...", "./...", "", "vet -overlay=X -printf.funcs Logf -json ./..."},
		{"list -f {{.Dir}} -deps a", "a", "", "list -overlay=X -f {{.Dir}} -deps a"},
		{"test", "", "", "test -overlay=X"},
		{"test ./a ./b -run X", "./a ./b", "", "test -overlay=X ./a ./b -run X"},
		{"test -run X ./a -race -v", "./a", "-race", "test -overlay=X -run X ./a -race -v"},
		{"test -test.run X ./a", "./a", "", "test -overlay=X -test.run X ./a"},
		// Behind an unknown flag there are no packages any more, see testFlags in cmd/go.
		{"test -unknown ./a", "", "", "test -overlay=X -unknown ./a"},
		{"test -unknown=1 ./a", "", "", "test -overlay=X -unknown=1 ./a"},
		{"test ./a -unknown ./b -race", "./a", "-race", "test -overlay=X ./a -unknown ./b -race"},
		{"test ./a -args -race ./b", "./a", "", "test -overlay=X ./a -args -race ./b"},
		{"test ./a -v b -race", "./a", "", "test -overlay=X ./a -v b -race"},
	}
	for _, test := range tests {
		c, err := ParseCommandLine(strings.Fields(test.line))
		if err != nil {
			t.Errorf("%s: %v", test.line, err)
			continue
		}
		got := []string{strings.Join(c.Packages, " "), strings.Join(c.BuildFlags(), " "), strings.Join(c.With([]string{"-overlay=X"}, "overlay"), " ")}
		if diff := cmp.Diff([]string{test.packages, test.build, test.with}, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.line, diff)
		}
	}
}

func TestSplitFlags(t *testing.T) {
	words := []string{"-a", "b c", `d"e`, "f'g", ""}
	got, err := splitFlags(joinFlags(words))
	if diff := cmp.Diff(words, got); err != nil || diff != "" {
		t.Errorf("joined and split again: %v (-want +got):\n%s", err, diff)
	}
	if _, err := splitFlags("-a 'b"); err == nil {
		t.Error("a quote without an end is no error")
	}
}
