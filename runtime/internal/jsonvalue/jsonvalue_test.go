package jsonvalue

import (
	"encoding/json"
	"errors"
	"log/slog"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestAppend(t *testing.T) {
	var nobody *pointerError
	for _, c := range []struct {
		value any
		want  string
	}{
		{"a\"b\\\n\r\t\x00\x7f<&\u2028é日\xff", `"a\"b\\\n\r\t\u0000` + "\x7f" + `<&\u2028é日` + "\ufffd" + `"`},
		{int64(math.MinInt64), "-9223372036854775808"},
		{uint64(math.MaxUint64), "18446744073709551615"},
		{0.1, "0.1"},
		{1e-9, "1e-09"},
		{math.Copysign(0, -1), "-0"},
		{math.NaN(), `"NaN"`},
		{math.Inf(1), `"+Inf"`},
		{math.Inf(-1), `"-Inf"`},
		{true, "true"},
		{1500 * time.Millisecond, "1.5"},
		{time.Duration(math.MinInt64), "-9223372036.854775808"},
		{time.Duration(1), "0.000000001"},
		{time.Unix(0, 5).UTC(), `"1970-01-01T00:00:00.000000005Z"`},
		{slog.GroupValue(slog.Int("a", 1), slog.Group("b", "c", 2)), `{"a":1,"b":{"c":2}}`},
		{slog.Group("g", "a", 1), `{"g":{"a":1}}`},
		{valuer{slog.IntValue(7)}, "7"},
		{nil, "null"},
		{(*time.Time)(nil), "null"},
		{errors.New("text"), `"text"`},
		{nobody, `"<nil>"`},
		{marshalledError{}, `"by itself"`},
		{panicking("Error"), `"!PANIC: Error"`},
		{panickingJSON{}, `"!PANIC: jsonvalue.panickingJSON"`},
		{func() {}, `"!ERROR: json: unsupported type: func()"`},
		{[]int{1, 2}, "[1,2]"},
		{json.RawMessage("{\"a\":\n1}"), `{"a":1}`},
		{make([]int, MaxText), `"!ERROR: 131073 bytes of JSON, more than 65536"`},
		{strings.Repeat("é", MaxText), `"` + strings.Repeat("é", MaxText/2) + `…"`},
		{"x" + strings.Repeat("日", MaxText), `"x` + strings.Repeat("日", MaxText/3) + `…"`},
	} {
		got, omitted := Append(nil, slog.AnyValue(c.value), 1e6)
		if string(got) != c.want || omitted != 0 || !json.Valid(got) {
			t.Errorf("%.100v: got %.200s, %d omitted, want %.200s", c.value, got, omitted, c.want)
		}
	}
}

type valuer struct{ slog.Value }

func (v valuer) LogValue() slog.Value { return v.Value }

type pointerError struct{ text string }

func (e *pointerError) Error() string { return e.text }

type marshalledError struct{ error }

func (marshalledError) MarshalJSON() ([]byte, error) { return []byte(`"by itself"`), nil }

type panicking string

func (p panicking) Error() string { panic(string(p)) }

type panickingJSON struct{}

func (p panickingJSON) MarshalJSON() ([]byte, error) { panic(p) }

// A tree resolves to two of itself, and so on.
type tree struct{}

func (t tree) LogValue() slog.Value { return slog.GroupValue(slog.Any("a", t), slog.Any("b", t)) }

func TestEndlessGroups(t *testing.T) {
	got, omitted := Append(nil, slog.AnyValue(tree{}), 1e5)
	if len(got) > 110_000 || omitted == 0 || !json.Valid(got) {
		t.Errorf("%d bytes, %d omitted", len(got), omitted)
	}
}

func TestCycle(t *testing.T) {
	cycle := map[string]any{}
	cycle["self"] = cycle
	if got, _ := Append(nil, slog.AnyValue(cycle), 1e5); !strings.HasPrefix(string(got), `"!ERROR: json: unsupported value: encountered a cycle`) {
		t.Errorf("got %.100s", got)
	}
}

func TestDistinctKeys(t *testing.T) {
	for _, c := range []struct{ keys, want string }{
		{"a b c", "a b c"},
		{"a b a", "a#1 b a"},
		{"a a a#1 a a", "a#2 a#3 a#1 a#4 a"},
		{"a a a#1 a#1", "a#2 a a#1#1 a#1"},
		{"\xff \xfe ok", "\ufffd#1 \ufffd ok"},
		{"a b c d e f g h i j k l m n o p q r a", "a#1 b c d e f g h i j k l m n o p q r a"},
	} {
		var attrs []slog.Attr
		for i, k := range strings.Fields(c.keys) {
			attrs = append(attrs, slog.Int(k, i))
		}
		var got []string
		for i, a := range distinct(attrs) {
			got = append(got, a.Key)
			if a.Value.Int64() != int64(i) {
				t.Errorf("%s: value %v under %s, want %d", c.keys, a.Value, a.Key, i)
			}
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%q: got %q, want %q", c.keys, got, c.want)
		}
	}
	long := distinct([]slog.Attr{slog.Int(strings.Repeat("k", 1e6), 1)})[0].Key
	if len(long) > maxKey+3 {
		t.Errorf("key of %d bytes", len(long))
	}
}

func TestManyEqualKeysAreFast(t *testing.T) {
	attrs := make([]slog.Attr, 50_000)
	got, omitted := AppendObject(nil, attrs, 1<<20)
	var all map[string]any
	if err := json.Unmarshal(got, &all); err != nil || len(all)+omitted != len(attrs) {
		t.Errorf("%v, %d attributes, %d omitted", err, len(all), omitted)
	}
}

func FuzzString(f *testing.F) {
	for _, s := range []string{"", "a", "\xff", "\u2028\u2029", "\x00\x1f\"\\/", "日本\xe6\x97", "\U0001F600"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var got, want string
		if err := json.Unmarshal(AppendString(nil, text), &got); err != nil {
			t.Fatal(err)
		}
		marshalled, _ := json.Marshal(text)
		json.Unmarshal(marshalled, &want)
		if got != want || valid(text) != want {
			t.Errorf("%q: got %q, %q, want %q", text, got, valid(text), want)
		}
		for limit := 1; limit < min(len(text), 20); limit++ {
			if cut := shorten(text, limit); utf8.ValidString(text) && !utf8.ValidString(cut) || len(cut) > limit+3 {
				t.Errorf("%q cut to %q", text, cut)
			}
		}
	})
}

func FuzzNumbers(f *testing.F) {
	f.Add(int64(0), 0.0)
	f.Add(int64(math.MinInt64), 1e21)
	f.Add(int64(1_500_000_000), 5e-324)
	f.Fuzz(func(t *testing.T, n int64, x float64) {
		text := string(AppendSeconds(nil, n))
		if got, err := strconv.ParseFloat(text, 64); err != nil || math.Abs(got-float64(n)/1e9) > math.Abs(got)*1e-15 || !json.Valid([]byte(text)) {
			t.Errorf("%d: %s", n, text)
		}
		text = strings.Trim(string(AppendFloat(nil, x)), `"`)
		if got, err := strconv.ParseFloat(text, 64); err != nil || got != x && x == x {
			t.Errorf("%v: %s", x, text)
		}
	})
}
