package export

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/teleinstr/teleinstr/cmd/teleinstr/internal/lanes"
	"github.com/teleinstr/teleinstr/cmd/teleinstr/internal/spantree"
	"github.com/teleinstr/teleinstr/cmd/teleinstr/internal/summary"
	"github.com/teleinstr/teleinstr/runtime/jsonl"
)

// maxWaiting is the number of scopes that wait for the one around them. If there are more, such as of one around a whole program,
// they are written, and that one has a lane of its own.
const maxWaiting = 250_000

// A TraceWriter writes events as a trace, as they come, in the JSON format of
// https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU that Perfetto and chrome://tracing read: a stream is a
// process, chains of scopes are put on as many threads as there are side by side, metrics are counters. Errors are for Close to return.
type TraceWriter struct {
	out       *bufio.Writer
	written   bool
	origin    time.Time // of timestamps
	streams   map[string]*process
	assembler *spantree.Assembler
	err       error
}

// A process is a stream.
type process struct {
	number int
	busy   []time.Duration    // until when, by lane
	sums   map[string]float64 // of counters
}

// NewTraceWriter returns a TraceWriter, which is for one goroutine.
func NewTraceWriter(w io.Writer) *TraceWriter {
	t := &TraceWriter{out: bufio.NewWriterSize(w, 64<<10), streams: map[string]*process{}}
	t.assembler = spantree.New(spantree.Options{MaxWaiting: maxWaiting, Orphan: t.chain})
	t.out.WriteString(`{"displayTimeUnit":"ns","traceEvents":[`)
	return t
}

// traceEvent has the keys of the format. Times are in microseconds.
type traceEvent struct {
	Name     string      `json:"name"`
	Category string      `json:"cat,omitempty"`
	Phase    string      `json:"ph"`
	Time     json.Number `json:"ts,omitempty"`
	Duration json.Number `json:"dur,omitempty"`
	Process  int         `json:"pid"`
	Thread   int         `json:"tid"`
	Colour   string      `json:"cname,omitempty"`
	Args     any         `json:"args,omitempty"`
}

// Add adds an event, and keeps its attributes.
func (t *TraceWriter) Add(e *jsonl.Event) {
	if t.origin.IsZero() {
		t.origin = startOf(e).UTC().Truncate(24 * time.Hour) // numbers stay small enough for float64 to keep nanoseconds
	}
	if !e.Timing {
		t.metric(e)
		return
	}
	kept := *e
	kept.Attrs = summary.Shorten(e.Attrs)
	if s := t.assembler.Add(kept); e.ParentID == 0 {
		t.chain(s)
	}
}

// chain writes a scope with those inside of it.
func (t *TraceWriter) chain(root *spantree.Span) {
	flat, events := flatten(root)
	p := t.process(root.Stream)
	threads := map[int]int{} // by lane of the chain
	for i, lane := range lanes.Assign(flat) {
		thread, known := threads[lane]
		if !known {
			thread = p.free(flat[0].Start, threads)
			threads[lane] = thread
			t.nameThread(p, thread)
		}
		p.busy[thread] = max(p.busy[thread], flat[i].End)
		t.timing(p, thread, events[i])
	}
}

// flatten returns a tree, parents before children.
func flatten(root *spantree.Span) ([]lanes.Span, []*jsonl.Event) {
	var flat []lanes.Span
	var events []*jsonl.Event
	var add func(s *spantree.Span, parent int)
	add = func(s *spantree.Span, parent int) {
		at := len(flat)
		flat = append(flat, lanes.Span{Start: s.StartMonotonic, End: s.EndMonotonic, Parent: parent})
		events = append(events, &s.Event)
		for _, c := range s.Children {
			add(c, at)
		}
	}
	add(root, -1)
	return flat, events
}

// free returns a thread that is free from start on, and not taken by the chain itself. Chains come in the order of their ends, so that
// none is put before another on the same thread.
func (p *process) free(start time.Duration, taken map[int]int) int {
	for thread, until := range p.busy {
		if until <= start && !slices.Contains(slices.Collect(maps.Values(taken)), thread) {
			return thread
		}
	}
	p.busy = append(p.busy, 0)
	return len(p.busy) - 1
}

func (t *TraceWriter) process(s *jsonl.Stream) *process {
	p := t.streams[s.Name]
	if p == nil {
		p = &process{number: len(t.streams) + 1, sums: map[string]float64{}}
		t.streams[s.Name] = p
		name := strings.TrimSpace(fmt.Sprintf("%s %d", s.Program, s.PID))
		t.write(&traceEvent{Name: "process_name", Phase: "M", Process: p.number, Args: map[string]string{"name": name}})
	}
	return p
}

func (t *TraceWriter) nameThread(p *process, thread int) {
	if p.busy[thread] == 0 {
		t.write(&traceEvent{
			Name: "thread_name", Phase: "M", Process: p.number, Thread: thread + 1,
			Args: map[string]string{"name": "lane " + strconv.Itoa(thread+1)},
		})
	}
}

func (t *TraceWriter) timing(p *process, thread int, e *jsonl.Event) {
	out := &traceEvent{
		Name: nameOf(e), Category: "scope", Phase: "X", Time: t.timestamp(e), Duration: microseconds(e.Duration),
		Process: p.number, Thread: thread + 1,
	}
	if len(e.Attrs) > 0 {
		out.Args = summary.Object(e.Attrs)
	}
	if _, failed := summary.ErrorOf(e); failed {
		out.Colour = "terrible"
	}
	t.write(out)
}

func nameOf(e *jsonl.Event) string {
	if e.ParentScope == "" {
		return e.Scope
	}
	return strings.TrimPrefix(e.Scope, e.ParentScope+".")
}

// metric writes what a metric has come to: the sum of a counter, the value of others. What is no number is no counter of a trace.
func (t *TraceWriter) metric(e *jsonl.Event) {
	value, ok := summary.Numeric(e.Value)
	if !ok {
		return
	}
	p := t.process(e.Stream)
	if e.MetricType == "counter" {
		p.sums[e.Scope] = finite(p.sums[e.Scope] + value)
		value = p.sums[e.Scope]
	}
	t.write(&traceEvent{
		Name: e.Scope, Phase: "C", Time: t.timestamp(e), Process: p.number, Args: map[string]float64{"value": value},
	})
}

// finite returns a number that JSON has: the largest or the least in place of an infinity.
func finite(v float64) float64 { return max(-math.MaxFloat64, min(v, math.MaxFloat64)) }

func (t *TraceWriter) timestamp(e *jsonl.Event) json.Number {
	return microseconds(startOf(e).Sub(t.origin))
}

// startOf returns a wall time that no setting of the clock has moved, as viewers go by it for what is inside of what.
func startOf(e *jsonl.Event) time.Time {
	if e.Stream.ProcessStart.IsZero() {
		return e.StartWallTime
	}
	return e.Stream.ProcessStart.Add(e.StartMonotonic)
}

func microseconds(d time.Duration) json.Number {
	return json.Number(strconv.FormatFloat(float64(d)/1e3, 'f', 3, 64))
}

func (t *TraceWriter) write(e *traceEvent) {
	text, err := json.Marshal(e)
	if err != nil && t.err == nil {
		t.err = fmt.Errorf("%s: %w", e.Name, err)
		return
	}
	if t.written {
		t.out.WriteByte(',')
	}
	t.written = true
	t.out.WriteByte('\n')
	t.out.Write(text)
}

// Close writes what is left. It does not close the writer below.
func (t *TraceWriter) Close() error {
	t.assembler.Finish()
	t.out.WriteString("\n]}\n")
	if err := t.out.Flush(); err != nil {
		return err
	}
	return t.err
}
