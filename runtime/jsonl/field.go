package jsonl

import "bytes"

// A field is a key of a line, by its place in object.
type field uint8

const (
	fieldUnknown field = iota
	fieldType
	fieldStream
	fieldSeq
	fieldScope
	fieldID
	fieldParentID
	fieldParentScope
	fieldDepth
	fieldCallCount
	fieldDuration
	fieldStartMonotonic
	fieldEndMonotonic
	fieldStartWallTime
	fieldEndWallTime
	fieldMonotonic
	fieldWallTime
	fieldValue
	fieldMetricType
	fieldAttrs
	fieldOmittedAttrs
	fieldOmittedValues
	fieldFormat
	fieldVersion
	fieldPID
	fieldProgram
	fieldProcessStart
	fieldCount
)

// keys are the names of fields, as they are written.
var keys = [...]string{
	fieldType:           `"type":`,
	fieldStream:         `"stream":`,
	fieldSeq:            `"seq":`,
	fieldScope:          `"scope":`,
	fieldID:             `"id":`,
	fieldParentID:       `"parent_id":`,
	fieldParentScope:    `"parent_scope":`,
	fieldDepth:          `"depth":`,
	fieldCallCount:      `"call_count":`,
	fieldDuration:       `"duration_s":`,
	fieldStartMonotonic: `"start_monotonic_s":`,
	fieldEndMonotonic:   `"end_monotonic_s":`,
	fieldStartWallTime:  `"start_wall_time_s":`,
	fieldEndWallTime:    `"end_wall_time_s":`,
	fieldMonotonic:      `"monotonic_s":`,
	fieldWallTime:       `"wall_time_s":`,
	fieldValue:          `"value":`,
	fieldMetricType:     `"metric_type":`,
	fieldAttrs:          `"attrs":`,
	fieldOmittedAttrs:   `"omitted_attrs":`,
	fieldOmittedValues:  `"omitted_values":`,
	fieldFormat:         `"format":`,
	fieldVersion:        `"version":`,
	fieldPID:            `"pid":`,
	fieldProgram:        `"program":`,
	fieldProcessStart:   `"process_start_wall_time_s":`,
}

var fields = func() map[string]field {
	all := make(map[string]field, len(keys))
	for f, key := range keys {
		if key != "" {
			all[key[1:len(key)-2]] = field(f)
		}
	}
	return all
}()

// field reads the key of a field and the colon. The field is likely to be the one that has come after the previous one before.
func (p *parser) field(previous field) (f field, ok bool) {
	f = p.after[previous]
	if key := keys[f]; key != "" && bytes.HasPrefix(p.text[p.at:], []byte(key)) {
		p.at += len(key)
		return f, true
	}
	key, ok := p.key()
	if !ok {
		return fieldUnknown, false
	}
	f = fields[string(key)]
	p.after[previous] = f
	return f, f != fieldUnknown || plainKey(key)
}

// fieldValue reads the value of a field into o. That of a key that is not known is read for its end.
func (p *parser) fieldValue(f field, o *object) bool {
	p.space()
	switch f {
	case fieldType:
		return p.string(&o.Type)
	case fieldStream:
		return p.string(&o.Stream)
	case fieldSeq:
		return p.uint64(&o.Seq)
	case fieldScope:
		o.Scope = &p.scope
		return p.string(o.Scope)
	case fieldID:
		return p.uint64(&o.ID)
	case fieldParentID:
		return p.uint64(&o.ParentID)
	case fieldParentScope:
		return p.string(&o.ParentScope)
	case fieldDepth:
		return p.int(&o.Depth)
	case fieldCallCount:
		return p.int(&o.CallCount)
	case fieldDuration:
		o.Duration = &p.duration
		return p.seconds(o.Duration)
	case fieldStartMonotonic:
		return p.seconds(&o.StartMonotonic)
	case fieldEndMonotonic:
		return p.seconds(&o.EndMonotonic)
	case fieldStartWallTime:
		return p.seconds(&o.StartWallTime)
	case fieldEndWallTime:
		return p.seconds(&o.EndWallTime)
	case fieldMonotonic:
		return p.seconds(&o.Monotonic)
	case fieldWallTime:
		return p.seconds(&o.WallTime)
	case fieldValue:
		return p.any(&o.Value)
	case fieldMetricType:
		return p.string(&o.MetricType)
	case fieldAttrs:
		return p.any(&o.Attrs)
	case fieldOmittedAttrs:
		return p.int(&o.OmittedAttrs)
	case fieldOmittedValues:
		return p.int(&o.OmittedValues)
	case fieldFormat:
		return p.string(&o.Format)
	case fieldVersion:
		return p.int(&o.Version)
	case fieldPID:
		return p.int(&o.PID)
	case fieldProgram:
		return p.string(&o.Program)
	case fieldProcessStart:
		return p.seconds(&o.ProcessStart)
	}
	_, ok := p.value(0)
	return ok
}
