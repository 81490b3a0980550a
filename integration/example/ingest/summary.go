package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
)

// A Summary is what the requests of all files come to.
type Summary struct {
	Files    int      `json:"files"`
	Requests int      `json:"requests"`
	Routes   []*Route `json:"routes"`
	Rejected []string `json:"rejected,omitempty"` // lines, each with its file and reason
	Skipped  []string `json:"skipped,omitempty"`  // files, each with its reason
}

// A Route sums up the requests of one method to one kind of path.
type Route struct {
	Name     string `json:"name"`
	Requests int    `json:"requests"`
	Failures int    `json:"failures"` // of the server: status 500 and above
	Bytes    int64  `json:"bytes"`
}

// summarize sums up the batches of all files.
//
//tele:scope summarize files=len(batches)
//tele:count requests=s.Requests
func summarize(ctx context.Context, batches []*Batch) (s Summary) {
	routes := map[string]*Route{}
	for _, b := range batches {
		if b.Err != nil {
			s.Skipped = append(s.Skipped, b.Err.Error())
			continue
		}
		s.Files++
		s.Requests += len(b.Records)
		for _, bad := range b.Rejected {
			s.Rejected = append(s.Rejected, fmt.Sprintf("%s: %v", b.Name, bad))
		}
		for _, r := range b.Records {
			name := r.Route()
			if routes[name] == nil {
				routes[name] = &Route{Name: name}
			}
			routes[name].add(r)
		}
	}
	s.Routes = slices.SortedFunc(maps.Values(routes), busiestFirst)
	return s
}

func (r *Route) add(record Record) {
	r.Requests++
	r.Bytes += record.Bytes
	if record.Status >= 500 {
		r.Failures++
	}
}

func busiestFirst(a, b *Route) int {
	return cmp.Or(cmp.Compare(b.Requests, a.Requests), cmp.Compare(a.Name, b.Name))
}

// WriteFile writes the summary to a file as JSON. Without a context, its scope has no parent.
//
//tele:scope write routes=len(s.Routes)
func (s Summary) WriteFile(path string) error {
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(text, '\n'), 0o644)
}
