package page

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"

	"github.com/teleinstr/teleinstr/cmd/teleinstr/internal/summary"
)

// calls are slow calls with what ran inside of them.
type calls struct {
	// Spans are those of Summary.Spans from the first on.
	Spans []span `json:"spans"`
	// Trees are the spans that are inside of no other: index, start and stream.
	Trees [][3]int64 `json:"trees"`
	// Attrs are what spans refer to: keys, each followed by its value as text. The first has none.
	Attrs [][]string `json:"attrs"`
}

// A span is the index of its scope; the numbers of spans that follow inside of it and of those left out; offset, duration, and
// index in Attrs.
type span [6]int64

// addCalls adds whole trees as far as there is room.
func (d *data) addCalls(s *summary.Summary) {
	d.calls = calls{Spans: []span{}, Trees: [][3]int64{}, Attrs: [][]string{{}}}
	room := maxSpans
	known := map[string]int64{}
	for at := 0; at < len(s.Spans); {
		first := s.Spans[at]
		end := at + first.Below + 1
		for _, from := range s.Spans[at:end] {
			to := span{int64(from.Timing), int64(from.Below), int64(from.Omitted), int64(from.Offset), int64(from.Duration), 0}
			if attrs, ok := from.Attrs.(summary.Object); ok {
				texts := texts(attrs)
				key := strings.Join(texts, "\x00")
				if known[key] == 0 {
					known[key] = int64(len(d.Attrs))
					d.Attrs = append(d.Attrs, texts)
					room -= size(texts)
				}
				to[5] = known[key]
			}
			d.Spans = append(d.Spans, to)
			room -= size(to)
		}
		if room < 0 {
			d.Spans = d.Spans[:at]
			return
		}
		d.Trees = append(d.Trees, [3]int64{int64(at), micros(first.Start), int64(first.Stream)})
		at = end
	}
}

// known returns those of indices that are in Spans.
func (c *calls) known(indices []int) []int {
	known := []int{}
	for _, i := range indices {
		if i < len(c.Spans) {
			known = append(known, i)
		}
	}
	return known
}

const maxText = 2000 // bytes of a value

// texts returns keys and values as text: strings as they are, anything else as JSON.
func texts(attrs summary.Object) []string {
	var all []string
	for _, a := range attrs {
		all = append(all, a.Key, shortened(valueText(a), maxText))
	}
	return all
}

func shortened(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	return strings.ToValidUTF8(text[:limit], "") + fmt.Sprintf("… (%d bytes)", len(text))
}

func valueText(a slog.Attr) string {
	if a.Value.Kind() == slog.KindString {
		return a.Value.String()
	}
	object, err := json.Marshal(summary.Object{a})
	if err != nil {
		return a.Value.String()
	}
	var value map[string]json.RawMessage
	if err := json.Unmarshal(object, &value); err != nil {
		panic(err) // it was made of a value
	}
	return string(value[a.Key])
}
