package export

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/teleinstr/teleinstr/cmd/teleinstr/internal/lanes"
	"github.com/teleinstr/teleinstr/cmd/teleinstr/internal/summary"
)

// speedscopeFile is a file of speedscope, as https://www.speedscope.app/file-format-schema.json describes it.
type speedscopeFile struct {
	Schema   string `json:"$schema"`
	Name     string `json:"name"`
	Exporter string `json:"exporter"`
	Shared   struct {
		Frames []speedscopeFrame `json:"frames"`
	} `json:"shared"`
	Profiles []any `json:"profiles"`
}

type speedscopeFrame struct {
	Name string `json:"name"`
}

// sampledProfile has stacks and how long each took.
type sampledProfile struct {
	Type       string  `json:"type"`
	Name       string  `json:"name"`
	Unit       string  `json:"unit"`
	StartValue int64   `json:"startValue"`
	EndValue   int64   `json:"endValue"`
	Samples    [][]int `json:"samples"`
	Weights    []int64 `json:"weights"`
}

// eventedProfile has the beginnings and ends of frames.
type eventedProfile struct {
	Type       string            `json:"type"`
	Name       string            `json:"name"`
	Unit       string            `json:"unit"`
	StartValue int64             `json:"startValue"`
	EndValue   int64             `json:"endValue"`
	Events     []speedscopeEvent `json:"events"`
}

type speedscopeEvent struct {
	Type  string `json:"type"` // O where a frame opens, C where it closes
	At    int64  `json:"at"`
	Frame int    `json:"frame"`
}

const nanoseconds = "nanoseconds"

// WriteSpeedscope writes a summary with details: a profile of all scopes by self time, and a timeline for each of the slowest roots, in
// several parts if scopes ran side by side.
func WriteSpeedscope(w io.Writer, s *summary.Summary, name string) error {
	b := speedscopeBuilder{summary: s, frames: map[string]int{}}
	b.file.Schema, b.file.Name, b.file.Exporter = "https://www.speedscope.app/file-format-schema.json", name, "teleinstr"
	b.file.Shared.Frames = []speedscopeFrame{}
	b.file.Profiles = append(b.file.Profiles, b.sampled())
	for _, root := range s.Roots {
		if root.Details == nil {
			continue
		}
		for _, at := range root.Slowest {
			b.timeline(at)
		}
	}
	out := bufio.NewWriter(w)
	if err := json.NewEncoder(out).Encode(&b.file); err != nil {
		return err
	}
	return out.Flush()
}

type speedscopeBuilder struct {
	summary *summary.Summary
	frames  map[string]int // by name
	file    speedscopeFile
}

func (b *speedscopeBuilder) frame(t *summary.Timing) int {
	name := t.Name()
	at, known := b.frames[name]
	if !known {
		at = len(b.file.Shared.Frames)
		b.frames[name] = at
		b.file.Shared.Frames = append(b.file.Shared.Frames, speedscopeFrame{name})
	}
	return at
}

func (b *speedscopeBuilder) sampled() *sampledProfile {
	p := &sampledProfile{Type: "sampled", Name: "all scopes, by self time", Unit: nanoseconds, Samples: [][]int{}, Weights: []int64{}}
	b.stacks(p, b.summary.Roots, nil)
	return p
}

// stacks adds timings inside of a stack, which has the outermost scope first.
func (b *speedscopeBuilder) stacks(p *sampledProfile, timings []*summary.Timing, stack []int) {
	for _, t := range timings {
		inner := append(slices.Clip(stack), b.frame(t))
		if t.Calls > 0 {
			p.Samples = append(p.Samples, inner)
			p.Weights = append(p.Weights, int64(t.Self))
			p.EndValue += int64(t.Self)
		}
		b.stacks(p, t.Children, inner)
	}
}

// timeline adds a profile for each lane of a span with its descendants.
func (b *speedscopeBuilder) timeline(at int) {
	spans := b.summary.Spans[at : at+1+b.summary.Spans[at].Below]
	flat := make([]lanes.Span, len(spans))
	for i, s := range spans {
		flat[i] = lanes.Span{Start: time.Duration(s.Offset - spans[0].Offset), Parent: max(-1, s.Parent-at)}
		flat[i].End = flat[i].Start + time.Duration(s.Duration)
	}
	byLane := map[int][]int{}
	assigned := lanes.Assign(flat)
	for i, lane := range assigned {
		byLane[lane] = append(byLane[lane], i)
	}
	root := b.summary.Timings[spans[0].Timing]
	for lane := range len(byLane) {
		name := fmt.Sprintf("%s at %s", root.Scope, spans[0].Start.UTC().Format(time.RFC3339Nano))
		if lane > 0 {
			name = fmt.Sprintf("%s, beside %d", name, lane)
		}
		b.file.Profiles = append(b.file.Profiles, b.evented(name, spans, flat, byLane[lane]))
	}
}

// evented returns the spans of one lane, of which each lies either inside of another or apart from it.
func (b *speedscopeBuilder) evented(name string, spans []*summary.Span, flat []lanes.Span, members []int) *eventedProfile {
	p := &eventedProfile{Type: "evented", Name: name, Unit: nanoseconds, Events: []speedscopeEvent{}}
	slices.SortStableFunc(members, func(i, j int) int { return cmp.Compare(flat[i].Start, flat[j].Start) })
	var open []int
	closeUntil := func(now time.Duration) {
		for len(open) > 0 && flat[open[len(open)-1]].End <= now {
			i := open[len(open)-1]
			open = open[:len(open)-1]
			p.Events = append(p.Events, speedscopeEvent{"C", int64(flat[i].End), b.frame(b.summary.Timings[spans[i].Timing])})
			p.EndValue = max(p.EndValue, int64(flat[i].End))
		}
	}
	for _, i := range members {
		closeUntil(flat[i].Start)
		p.Events = append(p.Events, speedscopeEvent{"O", int64(flat[i].Start), b.frame(b.summary.Timings[spans[i].Timing])})
		open = append(open, i)
	}
	closeUntil(1<<63 - 1)
	return p
}
