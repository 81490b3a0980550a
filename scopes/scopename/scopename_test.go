package scopename_test

import (
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/teleinstr/teleinstr/scopes/scopename"
)

func TestCheck(t *testing.T) {
	tests := []struct{ name, want string }{
		{"pipeline.plan", ""},
		{"a", ""},
		{"a1_.b_2", ""},
		{"", `"" is no scope name: it is empty; write lower-case letters, digits and underscores, a letter first`},
		{"Pipeline.Plan", `"Pipeline.Plan" is no scope name: upper-case P at 1; did you mean "pipeline.plan"?`},
		{"pipeline.HTTPServer", `"pipeline.HTTPServer" is no scope name: upper-case H at 10; did you mean "pipeline.http_server"?`},
		{"pipeline-plan", `"pipeline-plan" is no scope name: character '-' at 9; did you mean "pipeline_plan"?`},
		{"a b", `"a b" is no scope name: space at 2; did you mean "a_b"?`},
		{".a", `".a" is no scope name: empty segment at 1; did you mean "a"?`},
		{"a..b", `"a..b" is no scope name: empty segment at 3; did you mean "a.b"?`},
		{"a.", `"a." is no scope name: it ends with a dot; did you mean "a"?`},
		{"a.1b", `"a.1b" is no scope name: segment starts with 1 at 3; did you mean "a.n1b"?`},
		{"_a", `"_a" is no scope name: segment starts with _ at 1; did you mean "a"?`},
		{"é", `"é" is no scope name: character 'é' at 1; write lower-case letters, digits and underscores, a letter first`},
		{"aé.b", `"aé.b" is no scope name: character 'é' at 2; did you mean "a.b"?`},
		{"a\xff", `"a\xff" is no scope name: invalid UTF-8 byte 0xff at 2; did you mean "a"?`},
		{"a\u200b", `"a\u200b" is no scope name: character U+200B at 2; did you mean "a"?`},
	}
	for _, tt := range tests {
		got := ""
		if err := scopename.Check(tt.name); err != nil {
			got = err.Error()
		}
		if got != tt.want {
			t.Errorf("Check(%q):\n got %s\nwant %s", tt.name, got, tt.want)
		}
	}
}

func TestCheckKey(t *testing.T) {
	tests := []struct{ key, want string }{
		{"batch_size", ""},
		{"error", ""},
		{"type", ""},
		{"depth", `"depth" is no metadata key: reserved for built-in metadata; did you mean "user_depth"?`},
		{"a.b", `"a.b" is no metadata key: character '.' at 2; did you mean "a_b"?`},
		{"batchSize", `"batchSize" is no metadata key: upper-case S at 6; did you mean "batch_size"?`},
		{"Depth", `"Depth" is no metadata key: upper-case D at 1; did you mean "user_depth"?`},
	}
	for _, tt := range tests {
		got := ""
		if err := scopename.CheckKey(tt.key); err != nil {
			got = err.Error()
		}
		if got != tt.want {
			t.Errorf("CheckKey(%q):\n got %s\nwant %s", tt.key, got, tt.want)
		}
	}
}

func TestCheckOffset(t *testing.T) {
	var flaw *scopename.Error
	if err := scopename.Check("añ.B"); !errors.As(err, &flaw) || flaw.Offset != 1 {
		t.Errorf("Check: got %#v, want offset 1", flaw)
	}
}

func TestValidAllocations(t *testing.T) {
	if n := testing.AllocsPerRun(100, func() { _ = scopename.Valid("pipeline.plan_2") }); n != 0 {
		t.Errorf("Valid allocates %v times", n)
	}
}

func FuzzCheck(f *testing.F) {
	for _, s := range []string{"", "a.b", "Pipeline.Plan", "a..b", "é", "\xff", "9", "__", "A_B", "HTTPServer2Go"} {
		f.Add(s)
	}
	form := regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$`)
	f.Fuzz(func(t *testing.T, name string) {
		err := scopename.Check(name)
		if want := form.MatchString(name) && !strings.HasSuffix(name, "\n"); (err == nil) != want {
			t.Fatalf("Check(%q) = %v, the form says %v", name, err, want)
		}
		if err == nil {
			return
		}
		var flaw *scopename.Error
		if !errors.As(err, &flaw) || flaw.Offset < 0 || flaw.Offset > len(name) {
			t.Fatalf("Check(%q): offset out of the name: %#v", name, err)
		}
		if s := flaw.Suggestion; s != "" && !form.MatchString(s) {
			t.Fatalf("Check(%q) suggests %q, which is invalid", name, s)
		}
	})
}
