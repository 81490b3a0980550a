package recording_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/teleinstr/teleinstr/cmd/teleinstr/internal/recording"
)

// header returns the first line of a file that was started at a second.
func header(second int) string {
	return fmt.Sprintf(`{"type":"stream","format":"teleinstr","version":1,"stream":"s","pid":1,"wall_time_s":%d.5}`+"\n", second)
}

func event(scope string) string {
	return fmt.Sprintf(`{"seq":1,"type":"timing","scope":%q,"duration_s":1,"stream":"s"}`+"\n", scope)
}

func files(t *testing.T, texts ...string) []string {
	dir := t.TempDir()
	var names []string
	for i, text := range texts {
		name := filepath.Join(dir, fmt.Sprintf("%d.jsonl", i))
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	return names
}

// read returns what a recording holds: scopes, and errors without the directory.
func read(t *testing.T, stdin io.Reader, names ...string) []string {
	t.Helper()
	r, err := recording.Open(names, stdin)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var all []string
	for e, err := range r.Events() {
		if err != nil {
			all = append(all, filepath.Base(err.Error()))
			continue
		}
		all = append(all, e.Scope)
	}
	if size := r.Size(); size >= 0 && r.Read() != size {
		t.Errorf("read %d bytes of %d", r.Read(), size)
	}
	return all
}

func compressed(text string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	io.WriteString(z, text)
	z.Close()
	return b.String()
}

// TestOrder takes files in the order in which they were started, compressed or not.
func TestOrder(t *testing.T) {
	names := files(t, header(30)+event("c"), compressed(header(10)+event("a")), header(20)+event("b"))
	if diff := cmp.Diff([]string{"a", "b", "c"}, read(t, nil, names...)); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

// TestUnknownOrder leaves files where they are if one does not tell.
func TestUnknownOrder(t *testing.T) {
	names := files(t, header(30)+event("a"), event("b"), header(20)+event("c"))
	if diff := cmp.Diff([]string{"a", "b", "c"}, read(t, nil, names...)); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

func TestStdin(t *testing.T) {
	for _, text := range []string{header(1) + event("a"), compressed(header(1) + event("a"))} {
		if diff := cmp.Diff([]string{"a"}, read(t, strings.NewReader(text), recording.Stdin)); diff != "" {
			t.Errorf("events (-want +got):\n%s", diff)
		}
	}
}

func TestBadLines(t *testing.T) {
	names := files(t, header(1)+event("a")+"nonsense\n"+event("b")+`{"seq":3,"ty`)
	got := read(t, nil, names...)
	if len(got) != 4 || !strings.HasPrefix(got[1], "0.jsonl:3: ") || got[2] != "b" || got[3] != "0.jsonl:5: line is cut short" {
		t.Errorf("events: %q", got)
	}
}

// TestBrokenGzip reads as far as it goes.
func TestBrokenGzip(t *testing.T) {
	whole := compressed(header(1) + strings.Repeat(event("a"), 10_000))
	got := read(t, nil, files(t, whole[:len(whole)/2])...)
	if len(got) < 100 || got[0] != "a" || !strings.Contains(got[len(got)-1], "unexpected EOF") {
		t.Errorf("%d events, the last is %q", len(got), got[len(got)-1])
	}
}

func TestRefused(t *testing.T) {
	names := files(t, header(1), "\x1f\x8bnonsense")
	for want, args := range map[string][]string{
		"is the same file as":                  {names[0], names[0]},
		"is a directory; name the files in it": {filepath.Dir(names[0])},
		"no such file":                         {names[0], names[0] + ".none"},
		"gzip: invalid header":                 {names[1]},
	} {
		if _, err := recording.Open(args, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: error %v, want one with %q", args, err, want)
		}
	}
}
