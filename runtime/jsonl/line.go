package jsonl

import (
	"log/slog"
	"strconv"
	"sync"
	"time"

	tele "github.com/teleinstr/teleinstr/runtime"
	"github.com/teleinstr/teleinstr/runtime/internal/jsonvalue"
)

// MaxLine is the length that no line of a Reporter has, in bytes.
const MaxLine = 1 << 20

// fullLine is the length of a line that gets no more attributes. What comes before them is shorter: two paths and a value, even if all
// their characters are escaped. And one more attribute does not bring it to MaxLine.
const fullLine = MaxLine / 2

// A line is the text of an event but for its beginning, the number, which it is given when its place is known.
type line struct{ text []byte }

var lines = sync.Pool{New: func() any { return &line{make([]byte, 0, 1024)} }}

func newLine() *line {
	l := lines.Get().(*line)
	l.text = l.text[:0]
	return l
}

// free gives l back for use by another event.
func (l *line) free() {
	if cap(l.text) <= 64<<10 {
		lines.Put(l)
	}
}

func (l *line) timing(scope string, duration time.Duration, m tele.Metadata) {
	b := append(l.text, `"type":"timing","scope":`...)
	b = jsonvalue.AppendString(b, scope)
	b = append(b, `,"duration_s":`...)
	b = jsonvalue.AppendSeconds(b, int64(duration))
	b = appendPlace(b, m)
	b = append(b, `,"call_count":`...)
	b = strconv.AppendInt(b, int64(m.CallCount()), 10)
	if start := m.StartWallTime(); !start.IsZero() {
		b = appendSeconds(b, `,"start_monotonic_s":`, int64(m.StartMonotonic()))
		b = appendSeconds(b, `,"end_monotonic_s":`, int64(m.EndMonotonic()))
		b = appendSeconds(b, `,"start_wall_time_s":`, start.UnixNano())
		b = appendSeconds(b, `,"end_wall_time_s":`, m.EndWallTime().UnixNano())
	}
	l.text = b
}

func (l *line) metric(scope string, value slog.Value, m tele.Metadata, now time.Time) {
	b := append(l.text, `"type":"metric","scope":`...)
	b = jsonvalue.AppendString(b, scope)
	b = append(b, `,"value":`...)
	b, omitted := jsonvalue.Append(b, value, fullLine)
	b = appendPlace(b, m)
	if t := m.MetricType(); t != "" {
		b = jsonvalue.AppendString(append(b, `,"metric_type":`...), t)
	}
	b = appendSeconds(b, `,"monotonic_s":`, int64(tele.Monotonic(now)))
	b = appendSeconds(b, `,"wall_time_s":`, now.UnixNano())
	l.text = appendNumber(b, `,"omitted_values":`, uint64(omitted))
}

// appendPlace appends where in the tree of scopes the event is.
func appendPlace(b []byte, m tele.Metadata) []byte {
	b = append(b, `,"depth":`...)
	b = strconv.AppendInt(b, int64(m.Depth()), 10)
	if parent := m.ParentScope(); parent != "" {
		b = jsonvalue.AppendString(append(b, `,"parent_scope":`...), parent)
	}
	return b
}

func appendSeconds(b []byte, key string, nanoseconds int64) []byte {
	return jsonvalue.AppendSeconds(append(b, key...), nanoseconds)
}

// appendNumber appends a number unless it is 0.
func appendNumber(b []byte, key string, n uint64) []byte {
	if n == 0 {
		return b
	}
	return strconv.AppendUint(append(b, key...), n, 10)
}

func (l *line) ids(stream string, id, parent uint64) {
	b := append(l.text, `,"stream":"`...)
	b = append(append(b, stream...), '"')
	b = appendNumber(b, `,"id":`, id)
	l.text = appendNumber(b, `,"parent_id":`, parent)
}

// attrs ends the line.
func (l *line) attrs(m tele.Metadata) {
	if attrs := m.Attrs(); len(attrs) > 0 {
		b, omitted := jsonvalue.AppendObject(append(l.text, `,"attrs":`...), attrs, fullLine)
		l.text = appendNumber(b, `,"omitted_attrs":`, uint64(omitted))
	}
	l.text = append(l.text, "}\n"...)
}

// header returns the line that begins a stream.
func (r *Reporter) header() []byte {
	now := time.Now()
	b := append([]byte(nil), `{"type":"stream","format":"teleinstr","version":1,"stream":"`+r.stream+`"`...)
	b = appendProcess(b)
	b = appendSeconds(b, `,"process_start_wall_time_s":`, now.UnixNano()-int64(tele.Monotonic(now)))
	b = appendSeconds(b, `,"monotonic_s":`, int64(tele.Monotonic(now)))
	b = appendSeconds(b, `,"wall_time_s":`, now.UnixNano())
	return append(b, "}\n"...)
}
