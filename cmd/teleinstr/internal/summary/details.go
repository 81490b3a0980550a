package summary

import (
	"cmp"
	"log/slog"
	"slices"
	"strings"

	"github.com/teleinstr/teleinstr/cmd/teleinstr/internal/spantree"
	"github.com/teleinstr/teleinstr/runtime/jsonl"
)

const (
	maxSpans    = 500 // of one scope in the list
	maxSlowest  = 3   // scopes of a path
	maxValues   = 100 // of a key that are counted
	shownValues = 10
	maxAllSpans = 100_000 // in the list, but for the tree that exceeds it
)

// details are what is kept of a path for a closer look.
type details struct {
	messages *Attr
	attrs    []*Attr
	slowest  []*spantree.Span
}

func (t *timing) detail() *details {
	if t.details == nil {
		t.details = &details{messages: newAttr(errorKey)}
	}
	return t.details
}

func newAttr(key string) *Attr { return &Attr{Key: key, counts: map[string]int64{}} }

func (d *details) add(e *jsonl.Event, message string, failed bool, span *spantree.Span) {
	if failed {
		d.messages.count(message)
	}
	for _, a := range e.Attrs {
		if a.Key != errorKey {
			d.addAttr(a)
		}
	}
	d.consider(span)
}

func (d *details) addAttr(a slog.Attr) {
	at := slices.IndexFunc(d.attrs, func(k *Attr) bool { return k.Key == cut(a.Key, maxText) })
	if at < 0 {
		if len(d.attrs) == maxKeys {
			return
		}
		at = len(d.attrs)
		d.attrs = append(d.attrs, newAttr(cut(a.Key, maxText)))
	}
	k := d.attrs[at]
	k.count(text(a.Value))
	if v, ok := Numeric(a.Value); ok {
		k.Numbers = k.Numbers.with(v)
	}
}

func (a *Attr) count(value string) {
	if _, known := a.counts[value]; !known && len(a.counts) == maxValues {
		a.Others++
		return
	}
	a.counts[value]++
}

// finish fills in Values.
func (a *Attr) finish() {
	for value, n := range a.counts {
		a.Values = append(a.Values, Frequency{value, n})
	}
	slices.SortFunc(a.Values, func(a, b Frequency) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(a.Text, b.Text))
	})
	for _, rare := range a.Values[min(shownValues, len(a.Values)):] {
		a.Others += rare.Count
	}
	a.Values = slices.Clip(a.Values[:min(shownValues, len(a.Values))])
	a.Numbers.finish()
}

// consider keeps a span if it is one of the slowest.
func (d *details) consider(s *spantree.Span) {
	at, _ := slices.BinarySearchFunc(d.slowest, s, func(kept, s *spantree.Span) int {
		if kept.Duration >= s.Duration {
			return -1
		}
		return 1
	})
	if at == maxSlowest {
		return
	}
	d.slowest = slices.Insert(d.slowest, at, s)
	d.slowest = d.slowest[:min(maxSlowest, len(d.slowest))]
}

// fillDetails fills in the details of all timings, and the list of spans.
func (c *Collector) fillDetails() {
	list := spanList{summary: &c.summary, at: map[*spantree.Span]int{}, timings: map[string]int{}, streams: map[string]int{}}
	for i, t := range c.summary.Timings {
		list.timings[t.Scope] = i
	}
	for i, s := range c.summary.Streams {
		list.streams[s.Name] = i
	}
	// From the outside in, so that most of the spans inside are in the list already.
	for _, t := range slices.SortedStableFunc(slices.Values(c.summary.Timings), func(a, b *Timing) int {
		return cmp.Compare(a.Depth, b.Depth)
	}) {
		if d := c.timings[t.Scope].details; d != nil {
			t.Details = d.sum(&list)
		}
	}
}

func (d *details) sum(list *spanList) *Details {
	d.messages.finish()
	out := &Details{Messages: d.messages.Values, OtherMessages: d.messages.Others, Attrs: d.attrs}
	for _, a := range d.attrs {
		a.finish()
	}
	for _, s := range d.slowest {
		if at, ok := list.add(s); ok {
			out.Slowest = append(out.Slowest, at)
		}
	}
	return out
}
