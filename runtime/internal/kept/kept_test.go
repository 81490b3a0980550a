package kept_test

import (
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/teleinstr/teleinstr/runtime/internal/kept"
)

func TestValue(t *testing.T) {
	inItself := map[string]any{}
	inItself["self"] = inItself
	for _, test := range []struct {
		value slog.Value
		want  string
	}{
		{slog.IntValue(7), "7"},
		{slog.DurationValue(time.Second), "1s"},
		{slog.StringValue("short"), "short"},
		{slog.StringValue("ééééé"), "éé…"},
		{slog.AnyValue(errors.New("broken")), "broke…"},
		{slog.AnyValue([]int{1, 2}), "[1,2]"},
		{slog.GroupValue(slog.Int("a", 1)), `{"a":…`},
		{slog.AnyValue(nil), "null"},
		{slog.AnyValue(inItself), "!ERRO…"},
	} {
		got := kept.Value(test.value, 5)
		if got.String() != test.want {
			t.Errorf("got %s, want %s", got, test.want)
		}
		if k := got.Kind(); k == slog.KindAny || k == slog.KindGroup {
			t.Errorf("%s is of kind %v, and may change", got, k)
		}
	}
}

func TestNumber(t *testing.T) {
	for _, value := range []slog.Value{slog.IntValue(2), slog.Uint64Value(2), slog.Float64Value(2), slog.DurationValue(2 * time.Second)} {
		if number, ok := kept.Number(value); !ok || number != 2 {
			t.Errorf("%v: got %v, %v, want 2", value, number, ok)
		}
	}
	for _, value := range []slog.Value{slog.StringValue("2"), slog.BoolValue(true), slog.AnyValue(nil)} {
		if number, ok := kept.Number(value); ok {
			t.Errorf("%v: got %v, want no number", value, number)
		}
	}
}

func TestText(t *testing.T) {
	if got := kept.Text(strings.Repeat("x", 9), 8); got != "xxxxxxxx…" {
		t.Errorf("got %s", got)
	}
}
