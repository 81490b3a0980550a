package main

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// A Record is one request, as all formats describe it.
type Record struct {
	Time   time.Time `json:"time"`
	Method string    `json:"method"`
	Path   string    `json:"path"`
	Status int       `json:"status"`
	Bytes  int64     `json:"bytes"`
	Line   int       `json:"-"` // of the file it comes from
}

// ErrInvalid is what records are rejected for that a decoder could read, but that no server has served.
var ErrInvalid = errors.New("invalid record")

// Validate returns an error that wraps ErrInvalid unless all fields of the record make sense.
func (r Record) Validate() error {
	switch {
	case r.Time.IsZero():
		return fmt.Errorf("%w: no time", ErrInvalid)
	case r.Method == "":
		return fmt.Errorf("%w: no method", ErrInvalid)
	case !strings.HasPrefix(r.Path, "/"):
		return fmt.Errorf("%w: path %q does not start with a slash", ErrInvalid, r.Path)
	case r.Status < 100 || r.Status > 599:
		return fmt.Errorf("%w: status %d", ErrInvalid, r.Status)
	case r.Bytes < 0:
		return fmt.Errorf("%w: %d bytes", ErrInvalid, r.Bytes)
	}
	return nil
}

// Route returns method and path with numbers replaced, so that requests for different orders count as one
// route: "GET /orders/{id}".
func (r Record) Route() string {
	segments := strings.Split(r.Path, "/")
	for i, s := range segments {
		if s != "" && strings.Trim(s, "0123456789") == "" {
			segments[i] = "{id}"
		}
	}
	return r.Method + " " + strings.Join(segments, "/")
}
