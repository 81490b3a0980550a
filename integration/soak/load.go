//go:build linux

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"
)

// clients make requests at the same time, each to its own items, so that what they are answered depends on nobody else.
const clients = 8

// A request is to be made of both services.
type request struct {
	method, path string
	body         []byte
	leave        bool // go away when the first line has come
}

// An answer is what comes of a request, as far as it is to be the same.
type answer struct {
	status int
	body   string
	broken bool // the connection was
}

// A load is the requests, and how they were answered.
type load struct {
	rate           int
	plain, subject *process

	mu         sync.Mutex
	requests   int64
	statuses   map[int]int64
	broken     int64
	differ     []string // the first of the answers that differ
	different  int64
	latencies  [2][]time.Duration // of the plain service, and of the other
	unanswered []error
}

// run makes requests until ctx is done. Those that are under way then come to their end.
func (l *load) run(ctx context.Context, seed uint64) {
	var group sync.WaitGroup
	for n := range clients {
		group.Go(func() {
			random := rand.New(rand.NewPCG(seed, uint64(n)))
			ticker := time.NewTicker(time.Second * clients / time.Duration(l.rate))
			defer ticker.Stop()
			for {
				select {
				case <-ctx.Done():
					return
				case <-ticker.C:
					l.make(someRequest(random, n))
				}
			}
		})
	}
	group.Wait()
}

// someRequest returns one of all kinds that the service knows.
func someRequest(random *rand.Rand, client int) request {
	key := fmt.Sprintf("%d-%d", client, random.IntN(50))
	switch n := random.IntN(100); {
	case n < 25:
		return request{method: "PUT", path: "/items/" + key, body: someText(random)}
	case n < 50:
		return request{method: "GET", path: "/items/" + key}
	case n < 55:
		return request{method: "DELETE", path: "/items/" + key}
	case n < 58:
		return request{method: "PUT", path: "/items/." + key} // panics
	case n < 60:
		return request{method: "PUT", path: "/items/" + strings.Repeat(key, 20)} // is refused
	case n < 90:
		kinds := []string{"digest", "digest", "count", "count", "index", "exit", "nothing"} // the last three fail
		return request{method: "POST", path: "/jobs/" + kinds[random.IntN(len(kinds))], body: someText(random)}
	case n < 94:
		return request{method: "GET", path: fmt.Sprint("/wait?ms=", random.IntN(20))}
	case n < 97:
		return request{method: "GET", path: "/watch", leave: true}
	case n < 99:
		return request{method: "GET", path: "/abort"}
	}
	return request{method: "GET", path: "/nowhere"}
}

func someText(random *rand.Rand) []byte {
	var text bytes.Buffer
	for range random.IntN(40) {
		fmt.Fprintf(&text, "%x ", random.Uint32N(1<<16))
	}
	return text.Bytes()
}

// make makes a request of both, and compares the answers.
func (l *load) make(r request) {
	var answers [2]answer
	var took [2]time.Duration
	for i, p := range []*process{l.plain, l.subject} {
		begin := time.Now()
		a, err := p.ask(r)
		if err != nil {
			l.mu.Lock()
			l.unanswered = append(l.unanswered, err)
			l.mu.Unlock()
			return
		}
		answers[i], took[i] = a, time.Since(begin)
	}
	l.note(r, answers, took)
}

func (l *load) note(r request, answers [2]answer, took [2]time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.requests++
	l.statuses[answers[0].status]++
	if answers[0].broken {
		l.broken++
	}
	for i, d := range took {
		l.latencies[i] = append(l.latencies[i], d)
	}
	if answers[0] == answers[1] {
		return
	}
	l.different++
	if len(l.differ) < 5 {
		l.differ = append(l.differ, fmt.Sprintf("%s %s is answered %+v, and without telemetry %+v", r.method, r.path, answers[1], answers[0]))
	}
}

// ask makes a request. It is an error if no answer begins.
func (p *process) ask(r request) (a answer, err error) {
	ctx, leave := context.WithCancel(context.Background())
	defer leave()
	made, err := http.NewRequestWithContext(ctx, r.method, p.url+r.path, bytes.NewReader(r.body))
	if err != nil {
		return a, err
	}
	response, err := p.client.Do(made)
	if err != nil {
		return a, err
	}
	defer response.Body.Close()
	a.status = response.StatusCode
	var body []byte
	if r.leave {
		body = make([]byte, len("watching\n"))
		_, err = io.ReadFull(response.Body, body)
	} else {
		body, err = io.ReadAll(response.Body)
	}
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return a, err
	}
	a.body, a.broken = string(body), err != nil
	return a, nil
}
