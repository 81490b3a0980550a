package main

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"time"
)

// A decoder reads one record after the other. At the end, Next returns io.EOF. For a line that is no
// record it returns a *LineError, and the next call goes on behind that line. Any other error is final.
type decoder interface {
	Next() (Record, error)
}

// A LineError says what is wrong with one line of a file.
type LineError struct {
	Line int
	Err  error
}

func (e *LineError) Error() string { return fmt.Sprintf("line %d: %v", e.Line, e.Err) }

func (e *LineError) Unwrap() error { return e.Err }

// ErrFormat is why a whole file is skipped.
var ErrFormat = errors.New("unknown format")

// newDecoder returns the decoder for a file of that name.
func newDecoder(name string, r io.Reader) (decoder, error) {
	switch ext := filepath.Ext(name); ext {
	case ".log":
		return &accessLog{lines: newLines(r)}, nil
	case ".jsonl":
		return &jsonLines{lines: newLines(r)}, nil
	case ".csv":
		return newTable(r)
	default:
		return nil, fmt.Errorf("%w %q", ErrFormat, ext)
	}
}

// lines reads and counts lines.
type lines struct {
	*bufio.Scanner
	n int
}

func newLines(r io.Reader) *lines { return &lines{Scanner: bufio.NewScanner(r)} }

func (l *lines) next() (string, error) {
	if !l.Scan() {
		if err := l.Err(); err != nil {
			return "", err
		}
		return "", io.EOF
	}
	l.n++
	return l.Text(), nil
}

// accessLog decodes the combined log format of web servers.
type accessLog struct{ lines *lines }

var (
	combined = regexp.MustCompile(`^\S+ \S+ \S+ \[([^\]]+)\] "(\S+) (\S+) HTTP/[0-9.]+" (\d{3}) (\d+|-) `)
	errLine  = errors.New("not in the combined log format")
)

func (d *accessLog) Next() (Record, error) {
	line, err := d.lines.next()
	if err != nil {
		return Record{}, err
	}
	m := combined.FindStringSubmatch(line)
	if m == nil {
		return Record{}, &LineError{d.lines.n, errLine}
	}
	fields := m[1:]
	if fields[4] == "-" {
		fields[4] = "0"
	}
	r, err := parseFields("02/Jan/2006:15:04:05 -0700", fields)
	if err != nil {
		return Record{}, &LineError{d.lines.n, err}
	}
	r.Line = d.lines.n
	return r, nil
}

// jsonLines decodes one JSON object a line.
type jsonLines struct{ lines *lines }

func (d *jsonLines) Next() (Record, error) {
	line, err := d.lines.next()
	if err != nil {
		return Record{}, err
	}
	var r Record
	if err := json.Unmarshal([]byte(line), &r); err != nil {
		return Record{}, &LineError{d.lines.n, err}
	}
	r.Line = d.lines.n
	return r, nil
}

// A table decodes comma-separated values below a line of column names.
type table struct {
	csv     *csv.Reader
	columns []int // of the fields, in the order of fieldNames
}

var fieldNames = []string{"time", "method", "path", "status", "bytes"}

func newTable(r io.Reader) (*table, error) {
	t := &table{csv: csv.NewReader(r)}
	header, err := t.csv.Read()
	if err != nil {
		return nil, fmt.Errorf("header: %w", err)
	}
	for _, name := range fieldNames {
		i := slices.Index(header, name)
		if i < 0 {
			return nil, fmt.Errorf("header: %w: no column %q", ErrFormat, name)
		}
		t.columns = append(t.columns, i)
	}
	return t, nil
}

func (t *table) Next() (Record, error) {
	row, err := t.csv.Read()
	if errors.Is(err, csv.ErrFieldCount) {
		return Record{}, &LineError{t.line(), csv.ErrFieldCount}
	}
	if err != nil {
		return Record{}, err
	}
	fields := make([]string, len(t.columns))
	for i, column := range t.columns {
		fields[i] = row[column]
	}
	r, err := parseFields(time.RFC3339, fields)
	if err != nil {
		return Record{}, &LineError{t.line(), err}
	}
	r.Line = t.line()
	return r, nil
}

func (t *table) line() int {
	line, _ := t.csv.FieldPos(0)
	return line
}

// parseFields makes a record of its fields, which are in the order of fieldNames.
func parseFields(timeLayout string, fields []string) (Record, error) {
	r := Record{Method: fields[1], Path: fields[2]}
	var err error
	if r.Time, err = time.Parse(timeLayout, fields[0]); err != nil {
		return Record{}, fmt.Errorf("time: %w", err)
	}
	if r.Status, err = strconv.Atoi(fields[3]); err != nil {
		return Record{}, fmt.Errorf("status: %w", err)
	}
	if r.Bytes, err = strconv.ParseInt(fields[4], 10, 64); err != nil {
		return Record{}, fmt.Errorf("bytes: %w", err)
	}
	return r, nil
}
