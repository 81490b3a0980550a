package summary_test

import (
	"testing"
	"time"

	"github.com/teleinstr/teleinstr/cmd/teleinstr/internal/summary"
)

func TestRounded(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0s", 999: "999ns", 1234: "1.23µs", 999_999: "1ms", 65_531_234: "65.53ms", 90 * time.Second: "1m30s", -1500: "-1.5µs",
	} {
		if got := summary.Rounded(d).String(); got != want {
			t.Errorf("%d: got %s, want %s", d, got, want)
		}
	}
}

func TestText(t *testing.T) {
	for _, test := range []struct {
		last any
		want string
	}{{"a\"b", `a"b`}, {1.5, "1.5"}, {nil, "null"}, {[]any{"a", 1}, `["a",1]`}, {func() {}, "json: unsupported type: func()"}} {
		if got := summary.Text(test.last); got != test.want {
			t.Errorf("%v: got %s, want %s", test.last, got, test.want)
		}
	}
}
