package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"
)

// A Pipeline ingests the files of a directory, several at a time.
type Pipeline struct {
	Workers int // files to read at the same time; at least one is
}

// Run ingests the files of a directory and sums them up. A file that cannot be ingested does not stop the
// others: the summary says why it was skipped.
//
//tele:scope ingest workers=p.Workers
func (p *Pipeline) Run(ctx context.Context, dir string) (Summary, error) {
	paths, err := discover(ctx, dir)
	if err != nil {
		return Summary{}, err
	}
	batches := parallel(ctx, max(1, p.Workers), paths, ingestFile)
	if err := ctx.Err(); err != nil {
		return Summary{}, err
	}
	return summarize(ctx, batches), nil
}

// discover returns the paths of the files in a directory, in order.
//
//tele:scope discover
//tele:gauge files=len(paths)
func discover(ctx context.Context, dir string) (paths []string, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("discover: %w", err)
	}
	for _, e := range entries {
		if e.Type().IsRegular() {
			paths = append(paths, filepath.Join(dir, e.Name()))
		}
	}
	if len(paths) == 0 {
		return nil, fmt.Errorf("discover: %s: no files", dir)
	}
	return paths, nil
}

// parallel calls f for each of the items, on n goroutines, and returns the results in the order of the
// items. When ctx is done, the items left over are skipped.
//
//tele:scope parallel goroutines=n items=len(items)
func parallel[In, Out any](ctx context.Context, n int, items []In, f func(context.Context, In) Out) []Out {
	results := make([]Out, len(items))
	indices := make(chan int)
	var workers sync.WaitGroup
	for range n {
		workers.Go(func() {
			for i := range indices {
				results[i] = f(ctx, items[i])
			}
		})
	}
feed:
	for i := range items {
		select {
		case indices <- i:
		case <-ctx.Done():
			break feed
		}
	}
	close(indices)
	workers.Wait()
	return results
}

// A Batch is what one file holds.
type Batch struct {
	Name     string
	Records  []Record
	Rejected []*LineError
	Err      error // why the file was skipped
}

// ingestFile reads a file and checks its records.
//
//tele:scope file name=filepath.Base(path)
func ingestFile(ctx context.Context, path string) *Batch {
	b := &Batch{Name: filepath.Base(path)}
	records, err := b.decode(ctx, path)
	if err != nil {
		b.Err = fmt.Errorf("%s: %w", b.Name, err)
		return b
	}
	b.Records = b.validate(ctx, records)
	slices.SortFunc(b.Rejected, func(x, y *LineError) int { return cmp.Compare(x.Line, y.Line) })
	return b
}

// decode returns the records of a file, and rejects the lines that are none.
//
//tele:scope decode records=len(records)
func (b *Batch) decode(ctx context.Context, path string) (records []Record, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	decoder, err := newDecoder(b.Name, file)
	if err != nil {
		return nil, err
	}
	for ctx.Err() == nil {
		r, err := decoder.Next()
		var bad *LineError
		switch {
		case err == io.EOF:
			return records, nil
		case errors.As(err, &bad):
			b.reject(ctx, bad)
		case err != nil:
			return nil, err
		default:
			records = append(records, r)
		}
	}
	return nil, ctx.Err()
}

// validate returns the records that are valid, and rejects the others.
//
//tele:scope validate valid=len(valid)
func (b *Batch) validate(ctx context.Context, records []Record) (valid []Record) {
	for _, r := range records {
		if err := r.Validate(); err != nil {
			b.reject(ctx, &LineError{r.Line, err})
			continue
		}
		valid = append(valid, r)
	}
	return valid
}

// reject notes a line that is left out. It takes a context for the sake of the count.
//
//tele:count rejected file=b.Name line=bad.Line
func (b *Batch) reject(ctx context.Context, bad *LineError) {
	b.Rejected = append(b.Rejected, bad)
}
