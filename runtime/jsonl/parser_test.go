//go:build !teleoff

package jsonl

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/teleinstr/teleinstr/runtime/runtimetest"
)

// agree wants that what the fast way makes of lines, one after the other, is what encoding/json makes of them. It returns the number of
// lines that it could read.
func agree(t testing.TB, lines ...string) (read int) {
	t.Helper()
	var p parser
	for _, line := range lines {
		text := bytes.TrimSpace([]byte(line))
		var fast, slow object
		if len(text) == 0 || !p.line(bytes.Clone(text), &fast) {
			continue
		}
		read++
		if err := json.Unmarshal(text, &slow); err != nil {
			t.Errorf("%.300q: read, but %v", line, err)
		} else if got, want := shown(&fast), shown(&slow); got != want {
			t.Errorf("%.300q:\ngot  %.500s\nwant %.500s", line, got, want)
		}
	}
	return read
}

// shown returns all that o holds.
func shown(o *object) string {
	rest := *o
	rest.Scope, rest.Duration, rest.Value, rest.Attrs = nil, nil, value{}, value{}
	text := fmt.Sprintf("%+v value %v %s attrs %v %s", rest, o.Value.present, shownValue(o.Value.Value), o.Attrs.present, shownValue(o.Attrs.Value))
	if o.Scope != nil {
		text += fmt.Sprintf(" scope %q", *o.Scope)
	}
	if o.Duration != nil {
		text += fmt.Sprintf(" duration %d", *o.Duration)
	}
	return text
}

func shownValue(v slog.Value) string {
	switch v.Kind() {
	case slog.KindGroup:
		text := fmt.Sprintf("group %v {", v.Group() == nil)
		for _, a := range v.Group() {
			text += fmt.Sprintf("%q: %s, ", a.Key, shownValue(a.Value))
		}
		return text + "}"
	case slog.KindFloat64:
		return fmt.Sprintf("float %x", math.Float64bits(v.Float64()))
	case slog.KindAny:
		return shownAny(v.Any())
	}
	return fmt.Sprintf("%v %q", v.Kind(), v)
}

func shownAny(v any) string {
	switch v := v.(type) {
	case []any:
		text := fmt.Sprintf("array %v [", v == nil)
		for _, element := range v {
			text += shownAny(element) + ", "
		}
		return text + "]"
	case []slog.Attr:
		return "element " + shownValue(slog.GroupValue(v...))
	}
	return fmt.Sprintf("%T %#v", v, v)
}

// reported returns lines of all kinds that a Reporter writes.
func reported(t testing.TB) []string {
	var out bytes.Buffer
	r := New(&out, nil)
	telemetry := runtimetest.New(r)
	ctx, scope := telemetry.Start(context.Background(), "pipeline.plan")
	values := []slog.Value{
		slog.IntValue(-12), slog.Uint64Value(math.MaxUint64), slog.Int64Value(math.MinInt64), slog.Float64Value(0.1), slog.Float64Value(1e300),
		slog.Float64Value(math.Copysign(0, -1)), slog.Float64Value(math.NaN()), slog.BoolValue(true), slog.AnyValue(nil), slog.DurationValue(-time.Millisecond),
		slog.TimeValue(time.Unix(1, 2)), slog.StringValue(""), slog.StringValue("é\"\\/\n\x01\u2028\U0001F600<\xff"), slog.AnyValue(errors.New("broken")),
		slog.AnyValue([]any{1, "a", nil, map[string]any{}, []int{}}), slog.GroupValue(slog.Int("a", 1), slog.Group("g", "b", 2.5)), slog.AnyValue(map[string]any{"e": map[string]int{}}),
		slog.StringValue(strings.Repeat("long é", 1000)),
	}
	for i, v := range values {
		telemetry.Metric(ctx, "rows", v)
		_, scope := telemetry.Start(ctx, "fetch", slog.Attr{Key: fmt.Sprintf("key%d é", i), Value: v}, slog.String("same", "s"))
		scope.End()
	}
	telemetry.Count(ctx, "seen", 1)
	telemetry.Gauge(ctx, "level", 1)
	scope.End()
	r.Close(context.Background())
	lines := strings.SplitAfter(strings.TrimSuffix(out.String(), "\n"), "\n")
	if want := 2*len(values) + 4; len(lines) != want {
		t.Errorf("%d lines, want %d", len(lines), want)
	}
	return lines
}

// TestParserIsFast wants no line of a Reporter to be left to encoding/json.
func TestParserIsFast(t *testing.T) {
	for _, line := range reported(t) {
		if agree(t, line) != 1 {
			t.Errorf("%.500q is not read", line)
		}
	}
}

// hostileValues are values, valid or not, that readers could disagree on.
var hostileValues = []string{
	"", "null", "nul", "nulll", "true", "false", "True", "0", "-0", "-", "--1", "+1", "00", "01", "-01", "1", "12 ", "1.", ".5", "1.5", "0.0", "-1.50", "1e3", "1E+3", "1e-3", "1e",
	"1e+", "1e400", "-1e400", "1e-400", "1.5e", "1.e3", "NaN", "Infinity", "0x10", "1_000", "2147483647", "2147483648", "-2147483649", "999999999999999999", "9223372036854775807", "9223372036854775808",
	"-9223372036854775808", "-9223372036854775809", "9999999999999999999", "10000000000000000000", "18446744073709551615", "18446744073709551616", strings.Repeat("9", 400),
	"9223372036.854775807", "9223372036.854775808", "-9223372036.854775808", "-9223372036.854775809", "9999999999.999999999", "10000000000", "10000000000.5", "-9999999999",
	"0.1234567891", "0.0000000009", "-1.9999999999999999999999", "0." + strings.Repeat("1", 100), "1.0000000000e0", "1.-5", "1.5.5",
	`"`, `""`, `"a`, `"a" `, `"a"b`, `'a'`, `"\"\\\/\b\f\n\r\t"`, `"\'"`, `"\a"`, `"\`, `"\"`, `"\u"`, `"\u00e9"`, `"\u00E9\u0000"`, `"\u00g0"`, `"\u+0e9"`, `"\u00e"`, `"\ud83d\ude00"`, `"\uD83D\uDE00x"`, `"\ud83d"`,
	`"\ud83dx"`, `"\ud83d\n"`, `"\ud83d\u0041"`, `"\ude00\ud83d"`, `"\ud83d\ud83d\ude00"`, `"\ud83d\u"`, `"\ufffd"`, "\"\ufffd\"", "\"\xff\"", "\"\xed\xa0\x80\"", "\"\xc3\"", "\"\xc3\\u00a9\"", "\"é日\U0001F600\"", "\"\x7f\"",
	"\"\x00\"", "\"\x1f\"", "\"12345678\x1f\"", "\"12345678\xff\"", `"12345678"`, `"1234567"`, `"123456789012345\n"`, "\"tab\t\"", "\u00a0", "\ufeff1", "\v1", "\f1", "/**/1", "\x00", "1\x00",
	"{}", "{", "}", "[]", "[", "]", "[1]", "[1,]", "[,]", "[1 2]", "[null,true,{},[],\"a\",1.5]", "[ 1 , 2 ]", `{"a":1}`, `{"a":1,}`, `{,}`, `{"a"}`, `{"a":}`, `{a:1}`, `{"a":1 "b":2}`, `{"a":1,"a":2}`, `{"":{"":{}}}`,
	` { "a" : { "b" : [ ] } , "c" : {} } `, `{"a":{},"b":{"c":{}}}`, `[{"a":{}}]`, `{"\u0061":1}`, "{\"\xff\":1}", `{"A":1,"é":2}`, `{"a":1}}`,
	strings.Repeat("[", maxDepth-1) + strings.Repeat("]", maxDepth-1), strings.Repeat("[", maxDepth+1) + strings.Repeat("]", maxDepth+1),
	strings.Repeat(`{"a":`, maxDepth-1) + "1" + strings.Repeat("}", maxDepth-1),
}

// hostileKeys are keys that readers could disagree on, besides those of fields.
var hostileKeys = []string{
	`"unknown"`, `"SCOPE"`, `"Scope"`, `"ſcope"`, `"\u017fcope"`, `"s\u0063ope"`, `"scope "`, `"\u0000"`, `"unKnown"`, `"é"`, "\"\xff\"", `""`, `"`, `scope`, `"scope`, `1`, `"a\q"`,
}

// TestParserAgrees tries hostile values of all keys, alone and after lines as they should be.
func TestParserAgrees(t *testing.T) {
	all := slices.Clone(hostileKeys)
	for _, key := range keys {
		all = append(all, strings.TrimSuffix(key, ":"))
	}
	good := reported(t)
	read := 0
	for _, key := range all {
		for _, v := range hostileValues {
			member := key + ":" + v
			read += agree(t, "{"+member+"}")
			read += agree(t, good[1], `{"type":"timing","stream":"s",`+member+"}", `{"type":"metric","scope":"a",`+member+`,"value":{"x":`+v+`},"attrs":{`+member+`}}`, good[2])
			read += agree(t, `{"scope":"a","attrs":{"b":1}`+v+","+member+"}", "\t{ "+key+" :\n"+v+" , \"seq\" : 1 }\r", "{"+member+`,"seq":1,`+member+"}", member)
		}
	}
	if read < 10_000 {
		t.Errorf("%d lines are read, which proves little", read)
	}
}

// TestParserLeaves wants lines to be left to encoding/json that it has a say in, or that would take a deep stack.
func TestParserLeaves(t *testing.T) {
	for _, line := range []string{
		`{"scope":"a","scope":"b"}`, `{"Scope":"a"}`, `{"ſcope":"a"}`, "{\"scope\":\"\xff\"}", `{"scope":"\ud83d"}`, `{"duration_s":1e3}`, `{"depth":1.0}`, `{"seq":-1}`, `{"scope":null}`,
		`{"attrs":` + strings.Repeat(`{"a":`, maxDepth) + "1" + strings.Repeat("}", maxDepth) + "}",
	} {
		var p parser
		if p.line([]byte(line), new(object)) {
			t.Errorf("%.100q is read", line)
		}
	}
}

// TestParserForgets wants what a line has left behind not to be seen, or kept, by later ones.
func TestParserForgets(t *testing.T) {
	var p parser
	var o object
	long := strings.Repeat("é", maxScratch)
	many := strings.Repeat(`"a":1,`, 2*maxAttrs)
	for _, line := range []string{`{"attrs":{"a":1,"b":`, `{"attrs":{"a":{"b":2,"c":` + "\x00}}}", `{"type":"` + long + `"}`, `{"attrs":{` + many + `"b":1}}`} {
		p.line([]byte(line), new(object))
	}
	if !p.line([]byte(`{"attrs":{"x":1}}`), &o) || shownValue(o.Attrs.Value) != `group false {"x": Int64 "1", }` {
		t.Errorf("got %s", shownValue(o.Attrs.Value))
	}
	if cap(p.scratch) > maxScratch || cap(p.attrs) > maxAttrs {
		t.Errorf("keeps %d bytes, and %d attributes", cap(p.scratch), cap(p.attrs))
	}
	for _, a := range p.attrs[:cap(p.attrs)] {
		if a.Key != "" {
			t.Errorf("keeps %v", a)
		}
	}
}

func TestInterned(t *testing.T) {
	var in interned
	for i := range 10 * internedSets {
		for range 2 {
			want := fmt.Sprint("string ", i)
			if got := in.of([]byte(want)); got != want {
				t.Fatalf("got %q, want %q", got, want)
			}
		}
	}
	a, b := []byte("often"), []byte("seldom")
	if n := testing.AllocsPerRun(100, func() { in.of(a); in.of(b) }); n != 0 {
		t.Errorf("%v allocations for strings that repeat", n)
	}
	if long := strings.Repeat("x", maxInterned+1); in.of([]byte(long)) != long {
		t.Error("a long string is another one")
	}
	for _, set := range in.sets {
		if len(set[0]) > maxInterned || len(set[1]) > maxInterned {
			t.Errorf("keeps strings of %d and %d bytes", len(set[0]), len(set[1]))
		}
	}
}

// FuzzParser compares the fast way with encoding/json, line by line.
func FuzzParser(f *testing.F) {
	for _, line := range reported(f) {
		f.Add(line)
	}
	f.Add(strings.Join(reported(f)[:5], ""))
	for _, v := range hostileValues {
		if len(v) < 1000 {
			f.Add(`{"scope":` + v + `,"value":` + v + "}\n" + `{"seq":` + v + `,"duration_s":` + v + `,"attrs":{"a":` + v + "}}")
		}
	}
	for _, key := range hostileKeys {
		f.Add("{" + key + ":1," + key + ":2}\n{\"attrs\":{" + key + ":1}}")
	}
	f.Fuzz(func(t *testing.T, text string) { agree(t, strings.Split(text, "\n")...) })
}
