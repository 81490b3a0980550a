package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRun(t *testing.T) {
	output := filepath.Join(t.TempDir(), "summary.json")
	var stdout, stderr bytes.Buffer
	if err := run(t.Context(), []string{"-workers", "2", "-o", output, "data"}, &stdout, &stderr); err != nil {
		t.Fatal(err)
	}
	if got, want := stdout.String(), "requests: 178, files: 4, lines rejected: 6, files skipped: 1\n"; got != want {
		t.Errorf("stdout is %q, want %q", got, want)
	}
	want := `partner.csv: header: unknown format: no column "status"
cdn.csv: line 13: status: strconv.Atoi: parsing "n/a": invalid syntax
cdn.csv: line 29: invalid record: -1 bytes
edge-2.log: line 17: not in the combined log format
edge-2.log: line 34: not in the combined log format
mobile.jsonl: line 21: invalid record: path "health" does not start with a slash
mobile.jsonl: line 36: unexpected end of JSON input
`
	if got := stderr.String(); got != want {
		t.Errorf("stderr is\n%swant\n%s", got, want)
	}

	text, err := os.ReadFile(output)
	if err != nil {
		t.Fatal(err)
	}
	var summary Summary
	if err := json.Unmarshal(text, &summary); err != nil {
		t.Fatal(err)
	}
	if got, want := *summary.Routes[0], (Route{Name: "GET /orders/{id}", Requests: 48, Failures: 2, Bytes: 483031}); got != want {
		t.Errorf("the busiest route is %+v, want %+v", got, want)
	}
}

func TestRunReportsUnreadableDirectory(t *testing.T) {
	err := run(t.Context(), []string{"no/such/directory"}, io.Discard, io.Discard)
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v, want an error that wraps os.ErrNotExist", err)
	}
}

func TestRunStopsWhenCanceled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	output := filepath.Join(t.TempDir(), "summary.json")
	if err := run(ctx, []string{"-o", output, "data"}, io.Discard, io.Discard); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
	if _, err := os.Stat(output); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a summary was written: %v", err)
	}
}

func TestDecodersGoOnBehindBadLines(t *testing.T) {
	inputs := map[string]string{
		"a.log": `::1 - - [12/Oct/2026:06:25:14 +0000] "GET /a HTTP/1.1" 200 1 "-" "-"
garbage
::1 - - [12/Oct/2026:06:25:14 +0000] "GET /b HTTP/1.1" 304 - "-" "-"
`,
		"a.csv": `path,method,status,bytes,time
/a,GET,200,1,2026-10-12T06:25:14Z
too,few
/b,GET,304,0,2026-10-12T06:25:14Z
`,
		"a.jsonl": `{"time":"2026-10-12T06:25:14Z","method":"GET","path":"/a","status":200,"bytes":1}
{"time":
{"time":"2026-10-12T06:25:14Z","method":"GET","path":"/b","status":304}
`,
	}
	for name, input := range inputs {
		t.Run(name, func(t *testing.T) {
			d, err := newDecoder(name, strings.NewReader(input))
			if err != nil {
				t.Fatal(err)
			}
			var got strings.Builder
			for {
				r, err := d.Next()
				var bad *LineError
				switch {
				case err == io.EOF:
					if got.String() != "GET /a,bad,GET /b," {
						t.Errorf("got %s", got.String())
					}
					return
				case errors.As(err, &bad):
					got.WriteString("bad,")
				case err != nil:
					t.Fatal(err)
				default:
					got.WriteString(r.Route() + ",")
				}
			}
		})
	}
}
