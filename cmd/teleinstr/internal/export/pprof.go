package export

import (
	"fmt"
	"io"
	"time"

	"github.com/google/pprof/profile"

	"github.com/teleinstr/teleinstr/cmd/teleinstr/internal/summary"
)

// WritePprof writes a gzip-compressed profile, in the format of
// https://github.com/google/pprof/blob/main/proto/profile.proto: a sample for each path with its self time, the default, its calls
// and its errors. The scopes of a path are its stack.
func WritePprof(w io.Writer, s *summary.Summary) error {
	b := &profileBuilder{
		profile: &profile.Profile{
			SampleType: []*profile.ValueType{
				{Type: "calls", Unit: "count"}, {Type: "errors", Unit: "count"}, {Type: "time", Unit: "nanoseconds"},
			},
			DefaultSampleType: "time",
			PeriodType:        &profile.ValueType{Type: "time", Unit: "nanoseconds"},
			Period:            1,
		},
		locations: map[string]*profile.Location{},
	}
	if !s.Start.IsZero() {
		b.profile.TimeNanos, b.profile.DurationNanos = s.Start.UnixNano(), int64(s.End.Sub(s.Start.Time))
	}
	for _, stream := range s.Streams {
		b.profile.Comments = append(b.profile.Comments, fmt.Sprintf("%s, process %d, stream %s, %d events", stream.Program, stream.PID, stream.Name, stream.Events))
	}
	b.add(s.Roots, nil)
	if err := b.profile.CheckValid(); err != nil {
		return err
	}
	return b.profile.Write(w)
}

type profileBuilder struct {
	profile   *profile.Profile
	locations map[string]*profile.Location // by the name of the scope
}

// add adds timings inside of a stack, which has the innermost scope first.
func (b *profileBuilder) add(timings []*summary.Timing, stack []*profile.Location) {
	for _, t := range timings {
		inner := append([]*profile.Location{b.location(t.Name())}, stack...)
		if t.Calls > 0 {
			b.profile.Sample = append(b.profile.Sample, &profile.Sample{
				Location: inner, Value: []int64{t.Calls, t.Errors, int64(time.Duration(t.Self))},
			})
		}
		b.add(t.Children, inner)
	}
}

// location returns the place that stands for a scope: it has neither address nor line.
func (b *profileBuilder) location(name string) *profile.Location {
	if l := b.locations[name]; l != nil {
		return l
	}
	id := uint64(len(b.locations) + 1)
	f := &profile.Function{ID: id, Name: name, SystemName: name}
	l := &profile.Location{ID: id, Line: []profile.Line{{Function: f}}}
	b.profile.Function, b.profile.Location = append(b.profile.Function, f), append(b.profile.Location, l)
	b.locations[name] = l
	return l
}
