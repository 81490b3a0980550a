//go:build !teleoff

//nolint:teleinstr // names that nobody should use are what these tests are about
package live_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"
	"unsafe"
	"weak"

	tele "github.com/teleinstr/teleinstr/runtime"
	"github.com/teleinstr/teleinstr/runtime/live"
	"github.com/teleinstr/teleinstr/runtime/runtimetest"
)

// hostile texts are what somebody might have a name, a key or a value be.
var hostile = []string{
	`<script>alert(1)</script>`,
	`"><img src=x onerror="alert(1)">`,
	`' onmouseover='alert(1)`,
	`javascript:alert(1)`,
	`</title></style></script><svg/onload=alert(1)>`,
	`{{.}}${1}<!--`,
	`&lt;b&gt;&amp;#60;`,
	"\u202egnp.exe\u2066\u200b\ufeff",
	"line\nbreak\r\x00\x1b[31m\x7f\u2028",
	"\xff\xfe invalid",
	"?a=b&q=c#d%2e",
	"../../etc",
}

// everywhere puts a text wherever a text can be.
func everywhere(telemetry *tele.Telemetry, text string) {
	attrs := []slog.Attr{
		slog.String(text, "v"), slog.String("k", text), slog.Any("any", []string{text}), slog.Any("err", errors.New(text)),
		slog.Group(text, text, text), slog.Any("json", json.RawMessage(`{"a": 1}`)),
	}
	telemetry.Start(context.Background(), text+"!open", attrs...)
	telemetry.Do(context.Background(), text, func(ctx context.Context) error {
		telemetry.Count(ctx, text, 1)
		telemetry.Gauge(ctx, text, 1)
		telemetry.Metric(ctx, text, text)
		telemetry.Metric(ctx, "any", []string{text})
		return errors.New(text)
	}, attrs...)
}

var tag = regexp.MustCompile(`<[^>]*>`)

var attributeValue = regexp.MustCompile(`"[^"]*"`)

// skeleton returns the tags of a page, with the names of their attributes.
func skeleton(page string) string {
	return strings.Join(tag.FindAllString(attributeValue.ReplaceAllString(page, `""`), -1), "\n")
}

// TestMarkup holds that no text, wherever it stands, makes a page of another structure than a harmless one does, and that what cannot be seen
// is shown as an escape.
func TestMarkup(t *testing.T) {
	harmless := live.New(&live.Options{Control: true})
	everywhere(runtimetest.New(harmless), "name")
	for _, text := range hostile {
		view := live.New(&live.Options{Control: true})
		everywhere(runtimetest.New(view), text)
		wantPages(t, view)
		for _, name := range pageNames {
			want := skeleton(get(t, harmless, "/"+name).Body.String())
			page := get(t, view, "/"+name).Body.String()
			if got := skeleton(page); got != want {
				t.Errorf("%q: page %q has other tags\n%s", text, name, got)
			}
			if i := strings.IndexFunc(page, func(r rune) bool { return r != '\n' && (r < ' ' || r == '\u202e' || r == '\u2066' || r == '\u200b') }); i >= 0 {
				t.Errorf("%q: page %q holds %q", text, name, page[i:i+10])
			}
			query := url.Values{"q": {text}, "sort": {text}}.Encode()
			if page := get(t, view, "/"+name+"?flat&"+query).Body.String(); strings.Contains(page, "<script>alert") || strings.Contains(page, "<img") {
				t.Errorf("%q: page %q repeats the query as it is", text, name)
			}
		}
	}
}

func TestVisible(t *testing.T) {
	view := live.New(nil)
	everywhere(runtimetest.New(view), "a\u202eb\nc\x00<é日>")
	page := get(t, view, "/errors").Body.String()
	if want := `a\u202eb\nc\x00&lt;é日&gt;`; strings.Count(page, want) < 5 {
		t.Errorf("%q is not there: %s", want, page)
	}
}

var link = regexp.MustCompile(`(?:href|src|action)="([^"]*)"`)

// TestLinks holds that all links are relative, so that a View works wherever it is mounted, and that they lead to something.
func TestLinks(t *testing.T) {
	view := live.New(&live.Options{Control: true})
	telemetry := runtimetest.New(view)
	everywhere(telemetry, "javascript:a/b?c")
	mux := http.NewServeMux()
	mux.Handle("/debug/tele/", view)
	mux.Handle("/x/y/", http.StripPrefix("/x/y", view))
	for _, prefix := range []string{"/debug/tele/", "/x/y/"} {
		for _, name := range pageNames {
			base, _ := url.Parse(prefix + name)
			for _, m := range link.FindAllStringSubmatch(get(t, mux, base.Path).Body.String(), -1) {
				to, err := base.Parse(strings.ReplaceAll(m[1], "&amp;", "&"))
				if err != nil || !strings.HasPrefix(to.Path, prefix) || to.Host != "" {
					t.Errorf("page %q leads to %q: %v", base, m[1], err)
					continue
				}
				if w := get(t, mux, to.String()); w.Code != http.StatusOK && to.Path != prefix+"control" {
					t.Errorf("page %q leads to %q: %d", base, m[1], w.Code)
				}
			}
		}
	}
}

// rowNames returns the first texts of rows, with a dot for each step they are indented.
func rowNames(page string) string {
	var names []string
	for _, row := range strings.Split(page, "<tr>")[2:] {
		name := row[strings.Index(row, "<bdi>")+5 : strings.Index(row, "</bdi>")]
		names = append(names, strings.Repeat("·", strings.Count(row, "<i>"))+name)
	}
	return strings.Join(names, " ")
}

func TestSort(t *testing.T) {
	view := live.New(nil)
	telemetry := runtimetest.New(view)
	record := func(parent, name string, durations ...time.Duration) {
		for _, d := range durations {
			ctx := context.Background()
			if parent != "" {
				ctx, _ = telemetry.Start(ctx, parent)
			}
			var recorder runtimetest.Recorder
			_, scope := runtimetest.New(&recorder).Start(ctx, name)
			scope.End()
			e := recorder.Events()[0]
			view.RecordTiming(e.Scope, d, e.Metadata)
		}
	}
	record("", "a", 10*time.Second)
	record("", "b", time.Second, time.Second, 2*time.Second)
	record("b", "y", time.Second)
	record("b", "x", 2*time.Second)
	for query, want := range map[string]string{
		"":                 "a b ·x ·y",
		"?sort=scope":      "a b ·x ·y",
		"?sort=-scope":     "b ·y ·x a",
		"?sort=calls":      "b ·x ·y a",
		"?sort=-total":     "b ·y ·x a",
		"?sort=nothing":    "a b ·x ·y",
		"?sort=":           "a b ·x ·y",
		"?flat&sort=max":   "a b b.x b.y",
		"?flat&sort=scope": "a b b.x b.y",
		"?q=y":             "b.y",
		"?q=b":             "b ·x ·y",
	} {
		if got := rowNames(get(t, view, "/"+query).Body.String()); got != want && strings.ReplaceAll(got, "b.y", "y") != strings.ReplaceAll(want, "b.y", "y") {
			t.Errorf("%s: got %s, want %s", query, got, want)
		}
	}
	if page := get(t, view, "/?sort=calls&q=b").Body.String(); !strings.Contains(page, `aria-sort="descending" title="scopes that have ended"><a id="sort-calls" href="?q=b&amp;sort=-calls"`) {
		t.Errorf("the other way round is not linked to: %s", page)
	}
}

// A changing value has a text that is another one each time, and a panic in the end.
type changing struct{ n *int }

func (c changing) String() string { return c.MarshalText2() }

func (c changing) MarshalText2() string {
	if *c.n++; *c.n > 100 {
		panic("asked too often")
	}
	return fmt.Sprint("text ", *c.n)
}

func (c changing) LogValue() slog.Value { return slog.StringValue(c.MarshalText2()) }

// TestFrozen holds that values are what they were when they were received, bounded.
func TestFrozen(t *testing.T) {
	view := live.New(nil)
	telemetry := runtimetest.New(view)
	number := 1
	list := []int{1}
	attrs := []slog.Attr{slog.Any("p", &number), slog.Any("list", list), slog.Any("v", changing{new(int)}), slog.String("long", strings.Repeat("é", 1e6))}
	for i := range 20 {
		attrs = append(attrs, slog.Int(fmt.Sprint("k", i), i))
	}
	telemetry.Start(context.Background(), "open", attrs...)
	telemetry.Do(context.Background(), "failed", func(context.Context) error { return errors.New(strings.Repeat("long", 1e6)) }, attrs...)
	telemetry.Metric(context.Background(), "m", list)
	number, list[0] = 2, 2
	for range 200 {
		view.Snapshot()
	}
	s := view.Snapshot()
	for _, x := range []live.Scope{s.InFlight[0], s.Slowest[0], s.Errors[0]} {
		text := fmt.Sprint(x.Attrs)
		if !strings.HasPrefix(text, "[p=1 list=[1] v=text ") || len(text) > 600 || len(x.Attrs) != 16 || x.AttrsOmitted != 8 || len(x.Error) > 260 {
			t.Errorf("%s: %.700s, %d omitted, %.300s", x.Scope, text, x.AttrsOmitted, x.Error)
		}
	}
	if s.Metrics[0].Last != "[1]" {
		t.Errorf("last: %v", s.Metrics[0].Last)
	}
}

// TestRetention holds that neither what attributes point to nor what contexts hold is kept alive, in flight or afterwards.
func TestRetention(t *testing.T) {
	type large [1 << 16]byte
	view := live.New(nil)
	telemetry := runtimetest.New(view)
	var pointers []weak.Pointer[large]
	hold := func() *large {
		p := new(large)
		pointers = append(pointers, weak.Make(p))
		return p
	}
	type key struct{}
	ctx := context.WithValue(context.Background(), key{}, hold())
	telemetry.Start(ctx, "open", slog.Any("p", hold()))
	long := strings.Repeat("x", 1<<20)
	rest := weak.Make(unsafe.StringData(long))
	telemetry.Do(ctx, "failed", func(context.Context) error { return errors.New("x") }, slog.Any("p", hold()), slog.String("part", long[:10]))
	long = ""
	telemetry.Metric(ctx, "m", hold())
	ctx = nil
	runtime.GC()
	runtime.GC()
	for i, p := range pointers {
		if p.Value() != nil {
			t.Errorf("value %d is still there", i)
		}
	}
	if rest.Value() != nil {
		t.Error("what a string is part of is still there")
	}
	if s := view.Snapshot(); len(s.InFlight) != 1 || len(s.Errors) != 1 {
		t.Errorf("%+v", s)
	}
}

// TestNoPath holds that a reporter that is called by hand may be given an empty path.
func TestNoPath(t *testing.T) {
	view := live.New(nil)
	view.RecordTiming("", time.Second, tele.Metadata{})
	view.RecordMetric("", slog.Value{}, tele.Metadata{})
	wantPages(t, view)
}
