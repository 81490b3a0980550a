//go:build !teleoff

package teleotel

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	tele "github.com/teleinstr/teleinstr/runtime"
	"github.com/teleinstr/teleinstr/runtime/async"
	"github.com/teleinstr/teleinstr/runtime/runtimetest"
)

// A tracing is a Reporter with the spans that come of it.
type tracing struct {
	*Reporter
	provider *sdktrace.TracerProvider
	recorder *tracetest.SpanRecorder
}

func newTracing(options ...sdktrace.TracerProviderOption) *tracing {
	t := &tracing{recorder: tracetest.NewSpanRecorder()}
	t.provider = sdktrace.NewTracerProvider(append(options, sdktrace.WithSpanProcessor(t.recorder))...)
	t.Reporter = New(&Options{TracerProvider: t.provider})
	return t
}

// span returns the only span with the name that has ended.
func (r *tracing) span(t *testing.T, name string) sdktrace.ReadOnlySpan {
	t.Helper()
	var found []sdktrace.ReadOnlySpan
	for _, s := range r.recorder.Ended() {
		if s.Name() == name {
			found = append(found, s)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d spans %.100q, want one", len(found), name)
	}
	return found[0]
}

// attrs returns the user's attributes of a span, as text.
func attrs(s sdktrace.ReadOnlySpan) map[string]string {
	all := map[string]string{}
	for _, a := range s.Attributes() {
		all[string(a.Key)] = a.Value.Type().String() + " " + a.Value.String()
	}
	return all
}

func TestConformance(t *testing.T) {
	runtimetest.Run(t, func(t *testing.T) (tele.Reporter, runtimetest.Results) {
		r := newTracing()
		t.Cleanup(func() {
			for _, s := range r.recorder.Ended() {
				wantUTF8(t, s)
			}
		})
		return r, nil // metrics are added up
	})
}

// wantUTF8 wants a span to hold no other text: the encoding of a whole batch fails for it.
func wantUTF8(t *testing.T, s sdktrace.ReadOnlySpan) {
	texts := []string{s.Name(), s.Status().Description}
	all := slices.Clone(s.Attributes())
	for _, e := range s.Events() {
		texts = append(texts, e.Name)
		all = append(all, e.Attributes...)
	}
	for _, a := range all {
		texts = append(texts, string(a.Key), a.Value.String())
	}
	for _, text := range texts {
		if !utf8.ValidString(text) {
			t.Errorf("%.50q of span %.50q is not UTF-8", text, s.Name())
		}
	}
}

func TestSpan(t *testing.T) {
	r := newTracing()
	var events runtimetest.Recorder
	telemetry := runtimetest.New(r, &events)
	ctx, outer := telemetry.Start(context.Background(), "pipeline")
	_, inner := telemetry.Start(ctx, "plan.build", slog.Int("n", 1))
	inner.End(slog.String("more", "x"))
	outer.End()

	s := r.span(t, "plan.build")
	if parent := r.span(t, "pipeline"); s.Parent().SpanID() != parent.SpanContext().SpanID() || parent.Parent().IsValid() {
		t.Error("spans do not nest as their scopes do")
	}
	if s.SpanKind() != trace.SpanKindInternal {
		t.Errorf("kind %v", s.SpanKind())
	}
	timing := events.Events()[0].Metadata
	if !s.StartTime().Equal(timing.StartWallTime()) || !s.EndTime().Equal(timing.EndWallTime()) {
		t.Errorf("span from %v to %v, scope from %v to %v", s.StartTime(), s.EndTime(), timing.StartWallTime(), timing.EndWallTime())
	}
	want := map[string]string{
		"tele.scope": "STRING pipeline.plan.build", "depth": "INT64 1", "call_count": "INT64 1", "parent_scope": "STRING pipeline",
		"n": "INT64 1", "more": "STRING x",
	}
	if got := attrs(s); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("attributes %v, want %v", got, want)
	}
	if s.Status().Code != codes.Unset {
		t.Errorf("status %v", s.Status())
	}
	if got := r.Stats(); got.Scopes != 2 || got.Unsampled != 0 {
		t.Errorf("stats %+v", got)
	}
}

// TestForeignSpans has a scope between spans of other instrumentation.
func TestForeignSpans(t *testing.T) {
	r := newTracing()
	telemetry := runtimetest.New(r)
	foreign := r.provider.Tracer("foreign")

	ctx, server := foreign.Start(context.Background(), "server")
	ctx, scope := telemetry.Start(ctx, "handle")
	if got, want := trace.SpanContextFromContext(ctx), r.recorder.Started()[1].SpanContext(); !got.Equal(want) {
		t.Errorf("context has span %v, want that of the scope, %v", got, want)
	}
	ctx, client := foreign.Start(ctx, "client")
	_, below := telemetry.Start(ctx, "below")
	below.End()
	client.End()
	scope.End()
	server.End()

	for child, parent := range map[string]string{"handle": "server", "client": "handle", "below": "client"} {
		if r.span(t, child).Parent().SpanID() != r.span(t, parent).SpanContext().SpanID() {
			t.Errorf("%s is no child of %s", child, parent)
		}
	}
	if path := attrs(r.span(t, "below"))["tele.scope"]; path != "STRING handle.below" {
		t.Errorf("path %s", path)
	}
}

func TestStartRoot(t *testing.T) {
	r := newTracing()
	telemetry := runtimetest.New(r)
	ctx, server := r.provider.Tracer("foreign").Start(context.Background(), "server")
	ctx, scope := telemetry.Start(ctx, "a")
	ctx, client := r.provider.Tracer("foreign").Start(ctx, "client")
	ctx, root := telemetry.StartRoot(ctx, "root")
	_, below := telemetry.Start(ctx, "below")
	for _, end := range []func(){func() { below.End() }, func() { root.End() }, func() { client.End() }, func() { scope.End() }, func() { server.End() }} {
		end()
	}
	s, from := r.span(t, "root"), r.span(t, "client").SpanContext()
	if s.Parent().IsValid() || s.SpanContext().TraceID() == from.TraceID() {
		t.Error("a root is in the trace where it was started")
	}
	if links := s.Links(); len(links) != 1 || !links[0].SpanContext.Equal(from) {
		t.Errorf("links %v, want one to %v", links, from)
	}
	if r.span(t, "below").SpanContext().TraceID() != s.SpanContext().TraceID() {
		t.Error("what is below a root is in another trace")
	}
	if a := r.span(t, "a"); !a.Parent().IsValid() || len(a.Links()) != 0 {
		t.Error("the first scope under another span is taken for a root")
	}
}

// TestTwoReporters wants a Reporter to tell its own scopes from those of another one in another Telemetry.
func TestTwoReporters(t *testing.T) {
	a, b := newTracing(), newTracing()
	ctx, outer := runtimetest.New(a).Start(context.Background(), "outer")
	_, inner := runtimetest.New(b).Start(ctx, "inner")
	inner.End()
	outer.End()
	if b.span(t, "inner").Parent().SpanID() != a.span(t, "outer").SpanContext().SpanID() {
		t.Error("no child")
	}

	_, scope := runtimetest.New(a, b).Start(context.Background(), "both")
	scope.End()
	a.span(t, "both")
	b.span(t, "both")
}

// TestSamePath has one path for two places.
func TestSamePath(t *testing.T) {
	r := newTracing()
	telemetry := runtimetest.New(r)
	for _, names := range [][]string{{"a.b", "c"}, {"a", "b.c"}} {
		ctx, outer := telemetry.Start(context.Background(), names[0])
		_, inner := telemetry.Start(ctx, names[1])
		inner.End()
		outer.End()
	}
	for name, parent := range map[string]string{"c": "a.b", "b.c": "a"} {
		if got := attrs(r.span(t, name)); got["tele.scope"] != "STRING a.b.c" || got["parent_scope"] != "STRING "+parent {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// TestHostileParent has text that is not UTF-8 in the path of a parent.
func TestHostileParent(t *testing.T) {
	r := newTracing()
	telemetry := runtimetest.New(r)
	ctx, _ := telemetry.Start(context.Background(), "a\xff") //nolint:teleinstr // never ended
	_, scope := telemetry.Start(ctx, "b")
	scope.End()
	wantUTF8(t, r.span(t, "b"))
}

// TestNotTold has the reporter behind one that does not tell it of starts.
func TestNotTold(t *testing.T) {
	r := newTracing()
	telemetry := runtimetest.New(struct{ tele.Reporter }{r})
	ctx, outer := telemetry.Start(context.Background(), "outer", slog.Int("n", 1))
	_, inner := telemetry.Start(ctx, "inner")
	inner.End()
	outer.End()
	if s := r.span(t, "outer"); attrs(s)["n"] != "INT64 1" || s.EndTime().Before(s.StartTime()) {
		t.Error("a span that is made when its scope ends lacks something")
	}
	r.span(t, "inner")
}

// TestFailedStart has a scope whose start panics: it must not end the span of the one around it, be that of another path or, as
// in a bubble, of the same time.
func TestFailedStart(t *testing.T) {
	logger := slog.Default()
	slog.SetDefault(slog.New(slog.DiscardHandler))
	defer slog.SetDefault(logger)
	t.Run("nested", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) { failedStart(t, "inner", (*tele.Telemetry).Start) })
	})
	t.Run("root", func(t *testing.T) { failedStart(t, "outer", (*tele.Telemetry).StartRoot) })
}

func failedStart(t *testing.T, name string, start func(*tele.Telemetry, context.Context, string, ...slog.Attr) (context.Context, tele.Scope)) {
	sampler := &faultySampler{Sampler: sdktrace.AlwaysSample()}
	r := newTracing(sdktrace.WithSampler(sampler))
	telemetry := runtimetest.New(r)
	ctx, outer := telemetry.Start(context.Background(), "outer")
	sampler.fault = name
	_, inner := start(telemetry, ctx, name)
	sampler.fault = ""
	inner.End(slog.Bool("inner", true))
	outer.End()
	if ended := r.recorder.Ended(); len(ended) != 2 || attrs(ended[0])["inner"] == "" || attrs(ended[1])["inner"] != "" {
		t.Errorf("%d spans, the first with %v", len(ended), attrs(ended[0]))
	} else if ended[0].Parent().SpanID() != ended[1].SpanContext().SpanID() {
		t.Error("no child")
	}
}

type faultySampler struct {
	sdktrace.Sampler
	fault string
}

func (s *faultySampler) ShouldSample(p sdktrace.SamplingParameters) sdktrace.SamplingResult {
	if p.Name == s.fault {
		panic("sampler")
	}
	return s.Sampler.ShouldSample(p)
}

func TestNeverEnded(t *testing.T) {
	r := newTracing()
	ctx, _ := runtimetest.New(r).Start(context.Background(), "open") //nolint:teleinstr // never ended
	_, scope := runtimetest.New(r).Start(ctx, "a")
	scope.End()
	if n := len(r.recorder.Ended()); n != 1 {
		t.Errorf("%d spans, want that of the scope that ended", n)
	}
}

// TestAsync hands events on later, in another goroutine.
func TestAsync(t *testing.T) {
	r := newTracing()
	buffer := async.New(r, nil)
	telemetry := runtimetest.New(buffer)
	ctx, outer := telemetry.Start(context.Background(), "outer")
	_, inner := telemetry.Start(ctx, "inner")
	inner.End()
	outer.End()
	if err := buffer.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if r.span(t, "inner").Parent().SpanID() != r.span(t, "outer").SpanContext().SpanID() {
		t.Error("no child")
	}
	if started := r.recorder.Started(); len(started) != 2 {
		t.Errorf("%d spans started", len(started))
	}
}

func TestUnsampled(t *testing.T) {
	r := newTracing(sdktrace.WithSampler(sdktrace.NeverSample()))
	_, scope := runtimetest.New(r).Start(context.Background(), "a", slog.Int("n", 1))
	scope.End()
	if got := r.Stats(); got.Scopes != 1 || got.Unsampled != 1 || len(r.recorder.Ended()) != 0 {
		t.Errorf("stats %+v, %d spans", got, len(r.recorder.Ended()))
	}
}

func TestErrors(t *testing.T) {
	for _, test := range []struct {
		err                   error
		kind, text, exception string // exception is that of the event, kind if it is empty
	}{
		{err: errors.New("no route"), kind: "*errors.errorString", text: "no route"},
		{
			err: fmt.Errorf("load: %w", &fs.PathError{Op: "open", Path: "f", Err: fs.ErrNotExist}), kind: "*fs.PathError",
			text: "load: open f: file does not exist", exception: "*fmt.wrapError",
		},
		{err: errors.New("a\xff"), kind: "*errors.errorString", text: "a\uFFFD"},
		{err: (*nilError)(nil), kind: "*teleotel.nilError", text: "!PANIC: nobody"},
		{err: typed{}, kind: "timeout", text: "typed", exception: "github.com/teleinstr/teleinstr/runtime/otel.typed"},
	} {
		r := newTracing()
		_, scope := runtimetest.New(r).Start(context.Background(), "a")
		scope.EndErr(&test.err)
		s := r.span(t, "a")
		if got := s.Status(); got.Code != codes.Error || got.Description != test.text {
			t.Errorf("%T: status %+v, want %q", test.err, got, test.text)
		}
		if got := attrs(s); got["error.type"] != "STRING "+test.kind || got["error"] != "" {
			t.Errorf("%T: attributes %v, want error.type %s", test.err, got, test.kind)
		}
		if test.exception == "" {
			test.exception = test.kind
		}
		events := s.Events()
		if len(events) != 1 || events[0].Name != "exception" || !events[0].Time.Equal(s.EndTime()) {
			t.Fatalf("%T: events %v", test.err, events)
		}
		set := attribute.NewSet(events[0].Attributes...)
		kind, _ := set.Value("exception.type")
		message, _ := set.Value("exception.message")
		if kind.AsString() != test.exception || message.AsString() != test.text {
			t.Errorf("%T: exception %v: %q", test.err, kind, message.AsString())
		}
	}
}

type nilError struct{}

func (*nilError) Error() string { panic("nobody") }

type typed struct{}

func (typed) Error() string     { return "typed" }
func (typed) ErrorType() string { return "timeout" }

func TestOutcome(t *testing.T) {
	r := newTracing()
	telemetry := runtimetest.New(r).WithOutcome()
	func() {
		defer func() { _ = recover() }()
		_, scope := telemetry.Start(context.Background(), "panics")
		defer scope.End()
		panic("value")
	}()
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, scope := telemetry.Start(context.Background(), "exits")
		defer scope.End()
		runtime.Goexit()
	}()
	<-done
	_, scope := telemetry.Start(context.Background(), "user", slog.String("outcome", "panic"))
	scope.End(slog.Int("n", 1))
	for name, want := range map[string]codes.Code{"panics": codes.Error, "exits": codes.Unset, "user": codes.Unset} {
		if got := r.span(t, name).Status().Code; got != want {
			t.Errorf("%s: status %v, want %v", name, got, want)
		}
	}
	if got := attrs(r.span(t, "panics")); got["error.type"] != "STRING panic" || got["outcome"] != "STRING panic" {
		t.Errorf("attributes %v", got)
	}
	if got := attrs(r.span(t, "exits")); got["outcome"] != "STRING goexit" || got["error.type"] != "" {
		t.Errorf("attributes %v", got)
	}
}

func TestAttributes(t *testing.T) {
	r := newTracing()
	//nolint:teleinstr // the keys are what this is about
	_, scope := runtimetest.New(r).Start(context.Background(), "a",
		slog.Bool("bool", true), slog.Int("int", -7), slog.Uint64("uint", 7), slog.Uint64("huge", 1<<63), slog.Float64("float", 2.5),
		slog.Duration("took", 1500*time.Millisecond), slog.Time("at", time.Unix(0, 1).UTC()), slog.String("text", "a\xffb"),
		slog.Group("g", slog.Int("x", 1), slog.Group("h", slog.Int("y", 2))), slog.Group("", slog.Int("inlined", 3)), slog.Group("none"),
		slog.Any("valuer", valuer{}), slog.Any("panics", panics{}), slog.Any("list", []string{"a", "\xff"}), slog.Any("ints", []int{1, 2}),
		slog.Any("struct", struct{ A, b int }{1, 2}), slog.Any("stringer", time.March), slog.Any("nil", nil), slog.Any("cycle", cycle()),
		slog.Int("depth", 9), slog.String("tele.scope", "b"), slog.String("", "c"), slog.String("error", "text"))
	scope.End(slog.Int("int", 8))
	got := attrs(r.span(t, "a"))
	if !strings.HasPrefix(got["cycle"], "STRING !ERROR: []interface {}: ") {
		t.Errorf("cycle: %.100s", got["cycle"])
	}
	delete(got, "cycle")
	want := map[string]string{
		"tele.scope": "STRING a", "depth": "INT64 0", "call_count": "INT64 0",
		"bool": "BOOL true", "int": "INT64 8", "uint": "INT64 7", "huge": "STRING 9223372036854775808", "float": "FLOAT64 2.5",
		"took": "FLOAT64 1.5", "at": "STRING 1970-01-01T00:00:00.000000001Z", "text": "STRING a\uFFFDb",
		"g.x": "INT64 1", "g.h.y": "INT64 2", "inlined": "INT64 3",
		"valuer.resolved": "INT64 1", "panics": "STRING !PANIC: nobody", "list": `STRINGSLICE ["a","` + "\uFFFD" + `"]`, "ints": "INT64SLICE [1,2]",
		"struct": `STRING {"A":1}`, "stringer": "STRING March", "nil": "STRING <nil>", "error": "STRING text",
	}
	for key := range want {
		if got[key] != want[key] {
			t.Errorf("%s: %s, want %s", key, got[key], want[key])
		}
		delete(got, key)
	}
	if len(got) > 0 {
		t.Errorf("more attributes: %v", got)
	}
}

type valuer struct{}

func (valuer) LogValue() slog.Value { return slog.GroupValue(slog.Int("resolved", 1)) }

type panics struct{}

func (panics) String() string { panic("nobody") }

func cycle() any {
	c := []any{nil}
	c[0] = c
	return c
}

// TestContextPrints has a context printed while its scope goes on; the race detector looks on.
func TestContextPrints(t *testing.T) {
	ctx, scope := runtimetest.New(newTracing()).Start(context.Background(), "a")
	done := make(chan string)
	go func() { done <- fmt.Sprint(ctx) }()
	scope.End(slog.Int("n", 1))
	if got := <-done; !strings.HasPrefix(got, "context.Background.") || !strings.HasSuffix(got, `.span.tele("a")`) {
		t.Errorf("context prints as %.200s", got)
	}
}

func TestOwnName(t *testing.T) {
	for _, test := range []struct{ path, parent, want string }{
		{"a", "", "a"},
		{"a.b.c", "a", "b.c"},
		{"a.b.c", "a.b", "c"},
		{"ab", "a", "ab"},
		{"a.", "a", "a."},
		{"a…", "a…", "a…"}, // a path that was cut is that of its parent
	} {
		if got := ownName(test.path, test.parent); got != test.want {
			t.Errorf("%q in %q: %q, want %q", test.path, test.parent, got, test.want)
		}
	}
}
