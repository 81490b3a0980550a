package jsonl_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/teleinstr/teleinstr/runtime/jsonl"
)

const (
	header = `{"type":"stream","format":"teleinstr","version":1,"stream":"s","pid":7,"program":"p","process_start_wall_time_s":10,"monotonic_s":1.5,"wall_time_s":11.5}` + "\n"
	timing = `{"seq":1,"type":"timing","scope":"a","duration_s":0.000000001,"depth":0,"call_count":0,"start_wall_time_s":1764111828.123456789,"end_wall_time_s":1764111828.12345679,"stream":"s","id":1}` + "\n"
	metric = `{"seq":2,"type":"metric","scope":"a.n","value":12,"stream":"s"}` + "\n"
)

// read returns what Read makes of a text, an error on a line each.
func read(text string, options *jsonl.ReadOptions) (lines []string) {
	for e, err := range jsonl.Read(strings.NewReader(text), options) {
		switch {
		case err != nil:
			lines = append(lines, err.Error())
		case e.Timing:
			lines = append(lines, "timing "+e.Scope)
		default:
			lines = append(lines, fmt.Sprint("metric ", e.Scope, " ", e.Value))
		}
	}
	return lines
}

func TestReadErrors(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", ""},
		{"\n\r\n  \n" + timing, "timing a"},
		{strings.TrimSuffix(timing, "\n"), "timing a"},
		{timing + metric[:20], "timing a|line 2: line is cut short"},
		{timing + metric[:20] + "\n" + header + metric, "timing a|line 2: line is cut short|metric a.n 12"},
		{timing[:20] + metric, "line 1: invalid character 's' after object key:value pair"},
		{"\x00\x00\n" + metric, `line 1: invalid character '\x00' looking for beginning of value|metric a.n 12`},
		{"[]\n" + metric, "line 1: json: cannot unmarshal array into Go value of type jsonl.object|metric a.n 12"},
		{"\ufeff" + metric + metric, `line 1: invalid character 'ï' looking for beginning of value|metric a.n 12`},
		{strings.TrimSuffix(metric, "\n") + "\r\n" + metric, "metric a.n 12|metric a.n 12"},
		{`{"type":"metric","scope":"a","value":1,"attrs":{"a":` + strings.Repeat("[", 9000) + strings.Repeat("]", 9000) + "}}", "metric a 1"},
		{`{"type":"metric","scope":"a","value":1,"attrs":{"a":` + strings.Repeat("[", 100_000), "line 1: invalid character '[' exceeded max depth"},
		{`{"type":"timing","scope":"a","duration_s":1,"scope":"b","Scope":"c"}`, "timing c"},
		{"{}\n", "line 1: no event: type is missing"},
		{`{"type":"later"}` + "\n" + metric, "metric a.n 12"},
		{`{"type":"timing"}`, "line 1: no event: scope is missing"},
		{`{"type":"timing","scope":"a"}`, "line 1: no timing: duration_s is missing"},
		{`{"type":"metric","scope":"a"}`, "line 1: no metric: value is missing"},
		{`{"type":"metric","scope":"a","value":null}`, "metric a <nil>"},
		{`{"type":"metric","scope":"a","value":1,"attrs":[]}`, "line 1: attrs is no object"},
		{`{"type":"metric","scope":"a","value":1,"attrs":null,"more":{}}`, "metric a 1"},
		{`{"type":"timing","scope":"a","duration_s":"1"}`, `line 1: "\"1\"" is no number of seconds`},
		{`{"type":"timing","scope":"a","duration_s":1e300}`, "line 1: 1e300 seconds are too many"},
		{`{"type":"timing","scope":"a","duration_s":9999999999.5}`, "line 1: 9999999999.5 seconds are too many"},
		{`{"type":"stream","format":"other"}`, `line 1: format "other" is not teleinstr`},
		{`{"type":"stream","format":"teleinstr","version":2}`, "line 1: version 2 of the format is not known; this reads version 1"},
	} {
		if got := strings.Join(read(c.text, nil), "|"); got != c.want {
			t.Errorf("%q:\ngot  %s\nwant %s", c.text, got, c.want)
		}
	}
}

func TestReadValues(t *testing.T) {
	for _, c := range []struct {
		text, want string
		kind       slog.Kind
	}{
		{"1", "1", slog.KindInt64},
		{"-9223372036854775808", "-9223372036854775808", slog.KindInt64},
		{"18446744073709551615", "18446744073709551615", slog.KindUint64},
		{"1.5", "1.5", slog.KindFloat64},
		{"-0", "-0", slog.KindFloat64},
		{"1e999", "1e999", slog.KindString},
		{`"\u00e9"`, "é", slog.KindString},
		{"true", "true", slog.KindBool},
		{`{"b":1,"a":{"c":[1,{"d":null}]}}`, "[b=1 a=[c=[1 [d=<nil>]]]]", slog.KindGroup},
	} {
		for e, err := range jsonl.Read(strings.NewReader(`{"type":"metric","scope":"a","value":`+c.text+`}`), nil) {
			if err != nil || e.Value.Kind() != c.kind || e.Value.String() != c.want {
				t.Errorf("%s: %v, %v of kind %v", c.text, err, e.Value, e.Value.Kind())
			}
		}
	}
}

func TestReadTimes(t *testing.T) {
	for e, err := range jsonl.Read(strings.NewReader(timing[:len(timing)-2]+`,"start_monotonic_s":-1.2500000009999,"end_monotonic_s":1.5e-3}`+"\n"), nil) {
		if err != nil || e.Duration != 1 || e.StartWallTime.UnixNano() != 1764111828123456789 || e.EndWallTime.UnixNano() != 1764111828123456790 ||
			e.StartMonotonic != -1250*time.Millisecond || e.EndMonotonic != 1500*time.Microsecond {
			t.Errorf("%v, %+v", err, e)
		}
	}
}

// TestReadStreams wants an event to know its stream, also if the header comes later, or not at all.
func TestReadStreams(t *testing.T) {
	other := strings.ReplaceAll(metric, `"stream":"s"`, `"stream":"other"`)
	var events []jsonl.Event
	for e := range jsonl.Read(strings.NewReader(timing+header+metric+other), nil) {
		events = append(events, e)
	}
	s := events[0].Stream
	if s != events[1].Stream || s.PID != 7 || s.Program != "p" || s.ProcessStart.Unix() != 10 || s.Monotonic != 1500*time.Millisecond {
		t.Errorf("stream %+v", s)
	}
	if o := events[2].Stream; *o != (jsonl.Stream{Name: "other"}) {
		t.Errorf("stream %+v", o)
	}
}

func TestReadPositions(t *testing.T) {
	text := timing + "broken\n" + strings.Repeat(" ", 200_000) + "\n" + metric + "{"
	var got []string
	for _, err := range jsonl.Read(strings.NewReader(text), &jsonl.ReadOptions{MaxLine: 1000}) {
		var e *jsonl.LineError
		if errors.As(err, &e) {
			got = append(got, fmt.Sprintf("%d at %d", e.Line, e.Offset))
			if e.Line == 3 != errors.Is(err, jsonl.ErrTooLong) || e.Line == 5 != errors.Is(err, jsonl.ErrTorn) {
				t.Errorf("line %d: %v", e.Line, e.Err)
			}
		}
	}
	n := len(timing)
	if want := fmt.Sprintf("2 at %d|3 at %d|5 at %d", n, n+7, n+200_008+len(metric)); strings.Join(got, "|") != want {
		t.Errorf("got %q, want %s", got, want)
	}
	if got := read(metric[:len(metric)-1], &jsonl.ReadOptions{MaxLine: len(metric) - 1}); len(got) != 1 || got[0] != "metric a.n 12" {
		t.Errorf("a line of the greatest length: %q", got)
	}
	if got := read(metric, &jsonl.ReadOptions{MaxLine: len(metric) - 2}); len(got) != 1 || got[0] != "line 1: line is too long" {
		t.Errorf("a line that is longer: %q", got)
	}
}

func TestReadStops(t *testing.T) {
	n := 0
	for range jsonl.Read(strings.NewReader(timing+"x\n"+metric), nil) {
		if n++; n == 2 {
			break
		}
	}
	if n != 2 {
		t.Errorf("%d events", n)
	}
	broken := io.MultiReader(strings.NewReader(timing+"half"), iotest.ErrReader(io.ErrUnexpectedEOF), strings.NewReader(metric))
	var last error
	n = 0
	for _, err := range jsonl.Read(broken, nil) {
		n, last = n+1, err
	}
	if n != 2 || !errors.Is(last, io.ErrUnexpectedEOF) || last.Error() != "line 2: unexpected EOF" {
		t.Errorf("%d events, then %v", n, last)
	}
}

// mixed returns megabytes of lines, most of them events, in an order that does not repeat.
func mixed() string {
	others := []string{"", "x", "{}", header, strings.TrimSuffix(timing, "\n") + "\r", metric[:30], `{"type":"later"}`, `{"Type":"metric","scope":"é","value":1,"attrs":{"a":[1]}}`, strings.Repeat("long", 5000)}
	var text strings.Builder
	for i := range 6000 {
		fmt.Fprintf(&text, `{"type":"metric","scope":"n","value":%d,"stream":"s%d","attrs":{"a":"%0*d"}}`+"\n", i, i/100%7, i%97, i)
		if i%11 == 0 {
			text.WriteString(strings.TrimSuffix(others[i/11%len(others)], "\n") + "\n")
		}
		if i == 3000 {
			text.WriteString(strings.Repeat("very long", 100_000) + "\n" + strings.Repeat(" ", 1<<20) + metric + strings.Repeat(" ", 1<<20-len(metric)+1) + metric)
			text.WriteString(strings.Repeat("too long", 300_000) + "\n")
		}
	}
	return text.String() + timing[:50]
}

// processors sets GOMAXPROCS for the time of a test.
func processors(t *testing.T, n int) {
	before := runtime.GOMAXPROCS(n)
	t.Cleanup(func() { runtime.GOMAXPROCS(before) })
}

// TestReadAhead wants the same of a text however it is read, and by how many goroutines.
func TestReadAhead(t *testing.T) {
	text := mixed()
	all := func(r io.Reader) (lines []string) {
		for e, err := range jsonl.Read(r, nil) {
			line := fmt.Sprint(e.Scope, e.Value, e.Attrs, e.Duration, err)
			if at := (*jsonl.LineError)(nil); errors.As(err, &at) {
				line += fmt.Sprint(" at ", at.Offset)
			} else {
				line += fmt.Sprint(*e.Stream)
			}
			lines = append(lines, line)
		}
		return lines
	}
	want := all(lineByLine{strings.NewReader(text)})
	if len(want) < 6000 {
		t.Fatalf("%d events", len(want))
	}
	for _, n := range []int{1, 2, 8} {
		processors(t, n)
		for name, r := range map[string]io.Reader{
			"at once": strings.NewReader(text), "in halves": iotest.HalfReader(strings.NewReader(text)), "with the end": iotest.DataErrReader(strings.NewReader(text)),
		} {
			got := all(r)
			for i := range max(len(got), len(want)) {
				if i >= min(len(got), len(want)) || got[i] != want[i] {
					t.Errorf("%d processors, %s: %d events, want %d; event %d is another one: %.300q, want %.300q", n, name, len(got), len(want), i, got[i:][:1], want[i:][:1])
					break
				}
			}
		}
	}
}

// A lineByLine reads no more than a line at a time.
type lineByLine struct{ *strings.Reader }

func (l lineByLine) Read(p []byte) (n int, err error) {
	n, err = l.Reader.Read(p[:min(len(p), 1000)])
	if end := bytes.IndexByte(p[:n], '\n') + 1; end > 0 {
		l.Seek(int64(end-n), io.SeekCurrent)
		n = end
	}
	return n, err
}

// TestReadIsPrompt wants all lines that are there to be delivered before it reads again, which may take long.
func TestReadIsPrompt(t *testing.T) {
	processors(t, 4)
	lines := strings.Repeat(metric, 3000)
	events, reads := 0, 0
	in := readerFunc(func(p []byte) (int, error) {
		n := strings.LastIndexByte(lines[:min(len(p), len(lines))], '\n') + 1
		if reads++; reads > 1 && events == 0 {
			t.Errorf("read %d comes before any event", reads)
		}
		if reads == 5 {
			return 0, io.EOF
		}
		if want := (reads - 1) * strings.Count(lines[:n], "\n"); events != want {
			t.Errorf("read %d comes after %d events, want %d", reads, events, want)
		}
		return copy(p, lines[:n]), nil
	})
	for range jsonl.Read(in, nil) {
		events++
	}
	if reads != 5 {
		t.Errorf("%d reads", reads)
	}
}

type readerFunc func(p []byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// TestReadEnds wants no goroutine to be left behind, and to have been there.
func TestReadEnds(t *testing.T) {
	processors(t, 4)
	text := strings.Repeat(timing, 10_000)
	for name, in := range map[string]struct {
		read io.Reader
		stop func()
	}{
		"break":  {strings.NewReader(text), nil},
		"panic":  {strings.NewReader(text), func() { panic("consumer") }},
		"Goexit": {strings.NewReader(text), runtime.Goexit},
		"error":  {io.MultiReader(strings.NewReader(text), iotest.ErrReader(io.ErrClosedPipe)), func() {}},
		"end":    {strings.NewReader(text), func() {}},
	} {
		ended := make(chan bool)
		seen := false
		go func() {
			defer close(ended)
			defer func() { recover() }()
			for range jsonl.Read(in.read, nil) {
				seen = seen || helpers() > 0
				if seen && in.stop == nil {
					break
				} else if seen {
					in.stop()
				}
			}
		}()
		<-ended
		if n := helpers(); !seen || n > 0 {
			t.Errorf("%s: helpers were there is %v, %d are left", name, seen, n)
		}
	}
}

// helpers returns the number of goroutines of Read.
func helpers() int {
	all := make([]byte, 1<<20)
	return strings.Count(string(all[:runtime.Stack(all, true)]), "jsonl.(*crew).help(")
}

// TestReadSilence wants a reader that returns nothing to be given up.
func TestReadSilence(t *testing.T) {
	in := io.MultiReader(strings.NewReader(timing+"half"), readerFunc(func([]byte) (int, error) { return 0, nil }))
	var last error
	for _, err := range jsonl.Read(in, nil) {
		last = err
	}
	if !errors.Is(last, io.ErrNoProgress) || last.Error() != "line 2: "+io.ErrNoProgress.Error() {
		t.Errorf("ends with %v", last)
	}
}

// TestReadLengths wants lines of all lengths around the limit to be told apart, and to be where they are, however they are read.
func TestReadLengths(t *testing.T) {
	const limit = 300
	var text strings.Builder
	want := ""
	for n := range 2 * limit {
		line := strings.TrimSuffix(metric, "\n") + strings.Repeat(" ", n)
		if len(line) > limit {
			want += fmt.Sprintf("line %d: line is too long at %d\n", n+1, text.Len())
		}
		text.WriteString(line + "\n")
	}
	for _, r := range []io.Reader{strings.NewReader(text.String()), iotest.OneByteReader(strings.NewReader(text.String())), &sevens{strings.NewReader(text.String())}} {
		got, events := "", 0
		for _, err := range jsonl.Read(r, &jsonl.ReadOptions{MaxLine: limit}) {
			if at := (*jsonl.LineError)(nil); errors.As(err, &at) {
				got += fmt.Sprintf("%v at %d\n", err, at.Offset)
			} else {
				events++
			}
		}
		if got != want || events != limit-len(metric)+2 {
			t.Errorf("%d events, and\n%.200s\nwant\n%.200s", events, got, want)
		}
	}
}

// sevens read a prime number of bytes at a time.
type sevens struct{ io.Reader }

func (s *sevens) Read(p []byte) (int, error) { return s.Reader.Read(p[:min(7, len(p))]) }

// An endless text has no end, and what it repeats need not have one either.
type endless struct {
	part  []byte
	left  int
	start int
}

func (e *endless) Read(p []byte) (n int, err error) {
	if e.left <= 0 {
		return 0, io.EOF
	}
	for n < len(p) {
		c := copy(p[n:], e.part[e.start:])
		n += c
		e.start = (e.start + c) % len(e.part)
	}
	e.left -= n
	return n, nil
}

// TestReadMemory wants it to be bounded, whatever there is to read.
func TestReadMemory(t *testing.T) {
	const limit = 10 << 20
	for name, r := range map[string]io.Reader{
		"one line": &endless{part: bytes.Repeat([]byte("x"), 64<<10), left: 3 * limit},
		"deep":     &endless{part: bytes.Repeat([]byte(`{"a":[`), 10<<10), left: 3 * limit},
		"streams":  &streams{left: 40_000},
	} {
		before, events := live(), 0
		for range jsonl.Read(r, nil) {
			events++
			if now := live(); now > before+limit {
				t.Fatalf("%s: %d bytes before, %d bytes at event %d", name, before, now, events)
			}
		}
		if events == 0 {
			t.Errorf("%s: no event", name)
		}
	}
}

// live returns the number of bytes that are in use.
func live() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// streams are headers, each of another stream, and now and then an event.
type streams struct {
	left int
	text bytes.Buffer
}

func (s *streams) Read(p []byte) (n int, err error) {
	for s.text.Len() < len(p) && s.left > 0 {
		s.left--
		fmt.Fprintf(&s.text, `{"type":"stream","format":"teleinstr","version":1,"stream":"%0500d"}`+"\n", s.left)
		if s.left%2000 == 0 {
			s.text.WriteString(metric)
		}
	}
	return s.text.Read(p)
}

// FuzzRead wants no panic, whatever there is to read, and positions inside of it.
func FuzzRead(f *testing.F) {
	f.Add(header + timing + metric)
	f.Add(timing[:40] + "\n\n" + header)
	f.Add(`{"type":"metric","scope":"a","value":{"a":[{},[]]},"attrs":{"":{"":""}}}`)
	f.Add(`{"type":"timing","scope":"a","duration_s":-9223372036.854775808,"wall_time_s":1e-400}`)
	f.Fuzz(func(t *testing.T, text string) {
		last := 0
		for e, err := range jsonl.Read(strings.NewReader(text), &jsonl.ReadOptions{MaxLine: 1000}) {
			var at *jsonl.LineError
			switch {
			case err == nil && e.Stream == nil:
				t.Errorf("event without a stream: %+v", e)
			case err != nil && !errors.As(err, &at):
				t.Errorf("error without a position: %v", err)
			case err != nil && (at.Line <= last || at.Offset > int64(len(text)) || at.Line > 1 && text[at.Offset-1] != '\n' || strings.Count(text[:at.Offset], "\n") != at.Line-1):
				t.Errorf("line %d at %d in %q", at.Line, at.Offset, text)
			}
			if at != nil {
				last = at.Line
			}
		}
	})
}
