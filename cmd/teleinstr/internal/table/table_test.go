package table

import (
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rivo/uniseg"

	"github.com/teleinstr/teleinstr/cmd/teleinstr/internal/summary"
	"github.com/teleinstr/teleinstr/runtime/jsonl"
)

func rows(t *testing.T) []summary.Row {
	t.Helper()
	c := summary.New(summary.Options{})
	stream := &jsonl.Stream{Name: "s"}
	for i, path := range []string{"ingest.parallel.validate_everything_there_is.against_the_schema", "ingest", "世界", "a\x1b[31mb"} {
		parent := ""
		if i == 0 {
			parent = "ingest"
		}
		c.Add(&jsonl.Event{Stream: stream, Seq: uint64(i + 1), Timing: true, Scope: path, ParentScope: parent, Duration: time.Duration(i+1) * time.Millisecond})
	}
	got, more := summary.View{}.Rows(c.Summary())
	if more != 0 {
		t.Fatalf("%d more rows", more)
	}
	return got
}

// TestWidth checks that every line is as wide as it may be at most, whatever is left out for that.
func TestWidth(t *testing.T) {
	last := 0
	for width := 40; width < 170; width++ {
		var b strings.Builder
		leftOut, err := Style{Width: width}.WriteTimings(&b, rows(t))
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(b.String()) {
			if got := uniseg.StringWidth(strings.TrimSuffix(line, "\n")); got > width {
				t.Fatalf("width %d: a line of %d columns: %q", width, got, line)
			}
		}
		shown := len(strings.Fields(strings.Split(b.String(), "\n")[0]))
		if shown+len(leftOut) != 11 || shown < last {
			t.Errorf("width %d: %d columns shown after %d, %d left out", width, shown, last, len(leftOut))
		}
		last = shown
	}
	if last != 11 {
		t.Errorf("%d columns of the widest table", last)
	}
}

// TestManyRows takes hardly a second, and took minutes when each row measured all others.
func TestManyRows(t *testing.T) {
	many := slices.Repeat(rows(t)[:1], 20_000)
	done := make(chan error, 1)
	go func() {
		_, err := Style{Width: 80}.WriteTimings(io.Discard, many)
		done <- err
	}()
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(time.Minute):
		t.Error("it takes longer than a minute")
	}
}

func TestPrintable(t *testing.T) {
	var b strings.Builder
	if _, err := (Style{}).WriteTimings(&b, rows(t)); err != nil {
		t.Fatal(err)
	}
	if strings.ContainsRune(b.String(), '\x1b') || !strings.Contains(b.String(), `"a\x1b[31mb"`) {
		t.Errorf("table:\n%s", b.String())
	}
}

func TestColour(t *testing.T) {
	var b strings.Builder
	if _, err := (Style{Colour: true}).WriteTimings(&b, rows(t)); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(b.String(), "\x1b[1mscope\x1b[") {
		t.Errorf("table:\n%q", b.String())
	}
}

func TestElide(t *testing.T) {
	for _, test := range []struct {
		text string
		to   int
		want string
	}{
		{"abcdefghij", 5, "ab…ij"},
		{"abcdefghij", 6, "ab…hij"},
		{"世界世界世界", 6, "世…界"},
		{"é́abcdefg", 4, "é́…fg"},
	} {
		if got := elide(test.text, test.to); got != test.want {
			t.Errorf("elide(%q, %d) = %q, want %q", test.text, test.to, got, test.want)
		}
	}
}
