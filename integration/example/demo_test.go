// Package example holds that the demo of the example program, which make demo runs, shows what it promises. The program is in ingest,
// and is run as a reader would run it: its directives over an overlay, and generated.
package example

import (
	"os/exec"
	"regexp"
	"testing"
)

// TestDemo runs what make demo runs, and looks for what it promises.
func TestDemo(t *testing.T) {
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip(err) // on Windows
	}
	out, err := exec.Command("sh", "demo.sh", t.TempDir()).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, want := range []string{
		`(?m)^ingest +1 +0 `,
		`(?m)^      decode +5 +1 `,
		`(?m)^ingest\.summarize\.requests +counter +1 +178 +178$`,
		`(?m)^10 streams of ingest, 270 events in `,
		`(?m)^      decode +50 +10 `,
		`(?m)^open .*/page\.html in a browser$`,
		`(?s)\nidentical\n.*\nidentical\n`,
		`(?m)^up to date$`,
	} {
		if !regexp.MustCompile(want).Match(out) {
			t.Errorf("no match for %s in\n%s", want, out)
		}
	}
}
