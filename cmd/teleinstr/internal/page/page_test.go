package page

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/teleinstr/teleinstr/cmd/teleinstr/internal/summary"
	"github.com/teleinstr/teleinstr/runtime/jsonl"
)

var shop = &jsonl.Stream{Name: "s", Program: "shop", PID: 7, ProcessStart: time.Unix(100, 0)}

// summarize adds up events, which get a stream, moments and numbers if they have none.
func summarize(events ...jsonl.Event) *summary.Summary {
	c := summary.New(summary.Options{Details: true})
	for i, e := range events {
		e.Stream, e.Seq = shop, uint64(i+1)
		e.StartWallTime = shop.ProcessStart.Add(e.StartMonotonic)
		e.EndMonotonic = e.StartMonotonic + e.Duration
		e.EndWallTime = e.StartWallTime.Add(e.Duration)
		c.Add(&e)
	}
	return c.Summary()
}

func timing(path, parent string, id, parentID uint64, start, duration time.Duration, attrs ...slog.Attr) jsonl.Event {
	return jsonl.Event{
		Timing: true, Scope: path, ParentScope: parent, ID: id, ParentID: parentID, StartMonotonic: start, Duration: duration, Attrs: attrs,
	}
}

func count(path string, at time.Duration, value float64) jsonl.Event {
	return jsonl.Event{Scope: path, MetricType: "counter", StartMonotonic: at, Value: slog.Float64Value(value)}
}

func write(t *testing.T, s *summary.Summary, title string) string {
	t.Helper()
	var out bytes.Buffer
	if err := Write(&out, s, title); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

var block = regexp.MustCompile(`(?s)<script type="application/json" id="data">(.*?)</script>`)

// dataOf returns the data in a page.
func dataOf(t *testing.T, page string) (d struct {
	Events  int64
	Streams []recorded
	Scopes  [][]any
	Details []struct {
		Scope   int
		Slowest []int
	}
	Spans   [][]int64
	Trees   [][]int64
	Attrs   [][]string
	Metrics []struct {
		Scope, Last string
		Series      *struct{ Times, Count []int64 }
	}
	LeftOut struct{ Details, Calls, Series int }
},
) {
	t.Helper()
	if err := json.Unmarshal([]byte(block.FindStringSubmatch(page)[1]), &d); err != nil {
		t.Fatal(err)
	}
	return d
}

type recorded struct{ Program string }

func TestData(t *testing.T) {
	d := dataOf(t, write(t, summarize(
		timing("load.query", "load", 2, 1, 10, 40, slog.String("table", "t"), slog.Uint64("n", 1<<63)),
		count("load.rows", 50, 3),
		timing("load", "", 1, 0, 0, 100, slog.Group("g", slog.Int("a", 1))),
	), "shop"))
	if got, want := fmt.Sprint(d.Scopes), "[[-1 load 1 0 100 60 100 100 100 100 100 100] [0 .query 1 0 40 40 40 40 40 40 40 40]]"; got != want {
		t.Errorf("scopes %s, want %s", got, want)
	}
	if got, want := fmt.Sprint(d.Spans), "[[0 1 0 0 100 1] [1 0 0 10 40 2]]"; got != want {
		t.Errorf("spans %s, want %s", got, want)
	}
	if got, want := fmt.Sprintf("%q", d.Attrs), `[[] ["g" "{\"a\":1}"] ["table" "t" "n" "9223372036854775808"]]`; got != want {
		t.Errorf("attrs %s, want %s", got, want)
	}
	if len(d.Metrics) != 1 || d.Metrics[0].Last != "3" || len(d.Metrics[0].Series.Times) != 1 {
		t.Errorf("metrics %+v", d.Metrics)
	}
}

// TestPathsApart wants paths to be told apart that look alike when what is around them is cut off.
func TestPathsApart(t *testing.T) {
	d := dataOf(t, write(t, summarize(
		timing("a.a.b", "a", 2, 1, 0, 10),
		timing("other", "a", 3, 1, 0, 5),
		timing("a", "", 1, 0, 0, 100),
	), ""))
	if got, want := fmt.Sprintln(d.Scopes[1][1], d.Scopes[2][1]), ".a.b other\n"; got != want {
		t.Errorf("names %s, want %s", got, want)
	}
}

func TestDeterministic(t *testing.T) {
	events := []jsonl.Event{count("rows", 50, 3)}
	for i := range 50 {
		events = append(events, timing(fmt.Sprint("scope", i%7), "", uint64(i+1), 0, time.Duration(i), 100, slog.Int(fmt.Sprint("key", i%5), i)))
	}
	first := write(t, summarize(events...), "x")
	if again := write(t, summarize(events...), "x"); again != first {
		t.Error("the same events give different pages")
	}
}

// TestEscaping wants nothing that comes from a recording to be markup.
func TestEscaping(t *testing.T) {
	hostile := "</script><!--<script>alert(1)</script><img src=x onerror=alert(1)>\u2028\"'&\x00\xff"
	page := write(t, summarize(
		timing(hostile, "", 1, 0, 0, 100, slog.String(hostile, hostile), slog.String("error", hostile)),
		jsonl.Event{Scope: hostile, Value: slog.StringValue(hostile)},
	), hostile)
	for _, forbidden := range []string{"alert(1)</script>", "<img"} {
		if strings.Contains(page, forbidden) {
			t.Errorf("the page contains %q", forbidden)
		}
	}
	if strings.ContainsAny(block.FindStringSubmatch(page)[1], "<>&\u2028") {
		t.Error("the data can be markup, or the end of a line of JavaScript")
	}
	if d := dataOf(t, page); !strings.HasPrefix(d.Scopes[0][1].(string), "</script><!--") {
		t.Errorf("scope %q", d.Scopes[0][1])
	}
}

var (
	policyTag = regexp.MustCompile(`<meta http-equiv="Content-Security-Policy" content="([^"]*)">`)
	inline    = regexp.MustCompile(`(?s)<(script|style)>(.*?)</(?:script|style)>`)
)

// TestPolicy wants the policy to name the scripts and styles of the page, and nothing else.
func TestPolicy(t *testing.T) {
	page := write(t, summarize(timing("a", "", 1, 0, 0, 100)), "")
	policy := strings.NewReplacer("&#39;", "'", "&#43;", "+").Replace(policyTag.FindStringSubmatch(page)[1])
	allowed := regexp.MustCompile(`'sha256-[^']*'`).FindAllString(policy, -1)
	found := inline.FindAllStringSubmatch(page, -1)
	if len(found) != len(scripts)+len(styles) {
		t.Fatalf("%d scripts and styles, want %d", len(found), len(scripts)+len(styles))
	}
	for _, f := range found {
		sum := sha256.Sum256([]byte(f[2]))
		hash := "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
		at := slices.Index(allowed, hash)
		if at < 0 {
			t.Errorf("%s that begins %.60q is not allowed", f[1], f[2])
			continue
		}
		allowed = slices.Delete(allowed, at, at+1)
	}
	if len(allowed) != 1 { // the style sheet that d3-flame-graph inserts
		t.Errorf("also allowed: %s", allowed)
	}
	for _, directive := range []string{"default-src 'none'", "base-uri 'none'", "form-action 'none'", "require-trusted-types-for 'script'"} {
		if !strings.Contains(policy, directive) {
			t.Errorf("no %s in %s", directive, policy)
		}
	}
	if strings.Contains(policy, "unsafe") || strings.Contains(policy, "http") {
		t.Errorf("policy %s", policy)
	}
}

func TestNothingRecorded(t *testing.T) {
	page := write(t, summarize(), "")
	if d := dataOf(t, page); d.Events != 0 || d.Scopes == nil || d.Metrics == nil || d.Spans == nil {
		t.Errorf("data %+v", d)
	}
	if !strings.Contains(page, "<title>Recording – teleinstr report</title>") {
		t.Error("no title")
	}
}

func TestWithoutScripts(t *testing.T) {
	page := write(t, summarize(
		timing("load.query", "load", 2, 1, 0, 65_530*time.Nanosecond), timing("load", "", 1, 0, 0, 74_661*time.Microsecond),
	), "")
	_, fallback, _ := strings.Cut(page, "<noscript>")
	for _, want := range []string{"<td>load</td><td>1</td><td>0</td><td>74.66ms</td><td>74.6ms</td>", "<td>load.query</td>", "65.53µs", "1970-01-01 00:01:40 UTC"} {
		if !strings.Contains(fallback, want) {
			t.Errorf("no %q in %.2000s", want, fallback)
		}
	}
}

// TestBounds wants a page of many paths with long values to be of some megabytes, and to tell what is not in it.
func TestBounds(t *testing.T) {
	var events []jsonl.Event
	for i := range 12_000 {
		path := fmt.Sprintf("scope%d", i)
		long := strings.Repeat("v", 500) + path
		events = append(events, timing(path, "", uint64(i+1), 0, time.Duration(i), 100, slog.String("key", long), slog.String("error", long)),
			count(path+".count", time.Duration(i), 1))
	}
	for i := range 200_000 {
		events = append(events, count(fmt.Sprintf("scope%d.count", i%300), time.Duration(i)*time.Millisecond, 1))
	}
	page := write(t, summarize(events...), "")
	if len(page) > 10<<20 {
		t.Errorf("%d bytes", len(page))
	}
	d := dataOf(t, page)
	if len(d.Scopes) != 12_000 || d.LeftOut.Details == 0 || d.LeftOut.Calls == 0 || d.LeftOut.Series == 0 {
		t.Errorf("%d scopes, left out %+v", len(d.Scopes), d.LeftOut)
	}
	if d.LeftOut.Details+len(d.Details) != 12_000 {
		t.Errorf("details of %d scopes, and left out %d", len(d.Details), d.LeftOut.Details)
	}
	for _, of := range d.Details {
		for _, i := range of.Slowest {
			if i >= len(d.Spans) {
				t.Fatalf("span %d of %d", i, len(d.Spans))
			}
		}
	}
}

// TestLibraries wants libraries to be what libraries/README.md says, and to have no file beside those.
func TestLibraries(t *testing.T) {
	readme, err := os.ReadFile("libraries/README.md")
	if err != nil {
		t.Fatal(err)
	}
	sums := map[string]string{}
	for _, row := range regexp.MustCompile("(?m)^\\| `(\\S+)` \\|.*`(\\w{64})` \\|$").FindAllStringSubmatch(string(readme), -1) {
		sums[row[1]] = row[2]
	}
	entries, err := os.ReadDir("libraries")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Name() == "README.md" || strings.HasSuffix(e.Name(), ".LICENSE") {
			continue
		}
		sum := sha256.Sum256([]byte(content("libraries/" + e.Name())))
		if got := hex.EncodeToString(sum[:]); sums[e.Name()] != got {
			t.Errorf("%s has the sum %s, want %s", e.Name(), got, sums[e.Name()])
		}
	}
}
