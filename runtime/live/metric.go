package live

import (
	"log/slog"
	"sync"
	"time"

	tele "github.com/teleinstr/teleinstr/runtime"
	"github.com/teleinstr/teleinstr/runtime/internal/kept"
)

const (
	counterType = "counter"
	gaugeType   = "gauge"
)

type metricKey struct{ path, kind string }

// A metric is what is known of the values of a path and a type.
type metric struct {
	kind   string
	place  place
	values striped[values]
}

// values are those of a stripe.
type values struct {
	mu             sync.Mutex
	count, numbers int64
	sum, min, max  float64
	last           slog.Value
	lastAt         time.Duration
}

func newMetric(t *tally, kind string, metadata tele.Metadata) *metric {
	return &metric{kind: kind, place: placeOf(metadata), values: make(striped[values], t.stripes)}
}

// add adds a value that is frozen. Of a counter, when it came does not matter.
func (m *metric) add(stripe int, value slog.Value) {
	var at time.Duration
	if m.kind != counterType {
		at = now()
	}
	number, isNumber := kept.Number(value)
	v := m.values.at(stripe)
	v.mu.Lock()
	defer v.mu.Unlock()
	v.count++
	v.last, v.lastAt = value, at
	if isNumber {
		v.addNumber(number)
	}
}

func (v *values) addNumber(number float64) {
	if v.numbers == 0 {
		v.min, v.max = number, number
	}
	v.numbers++
	v.sum += number
	v.min = min(v.min, number)
	v.max = max(v.max, number)
}

// total returns the values of all stripes together.
func (m *metric) total() *values {
	all := new(values)
	for part := range m.values.all() {
		all.merge(part)
	}
	return all
}

func (v *values) merge(part *values) {
	part.mu.Lock()
	defer part.mu.Unlock()
	if v.count == 0 || part.count > 0 && part.lastAt >= v.lastAt {
		v.last, v.lastAt = part.last, part.lastAt
	}
	v.count += part.count
	if part.numbers == 0 {
		return
	}
	if v.numbers == 0 {
		v.min, v.max = part.min, part.max
	}
	v.numbers += part.numbers
	v.sum += part.sum
	v.min = min(v.min, part.min)
	v.max = max(v.max, part.max)
}
