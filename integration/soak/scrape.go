//go:build linux

package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"regexp"
	"strconv"
	"sync"
	"time"
)

// A target is what serves metrics to Prometheus.
type target struct {
	addr string

	scrapes int
	failed  []error
	slowest time.Duration
}

// A scrape holds the samples that an answer is looked at for.
type scrape struct {
	scopes         map[string]int64 // ended, by path
	lost           float64          // events dropped, or without a series of their own
	begun, arrived time.Time
}

var sample = regexp.MustCompile(`(?m)^(\w+)(?:\{(.*)\})? (\S+)$`)

var scopeLabel = regexp.MustCompile(`scope="([^"]*)"`)

// scrape scrapes as Prometheus does.
func (t *target) scrape() (s scrape, err error) {
	s = scrape{scopes: map[string]int64{}, begun: time.Now()}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 10 * time.Second}
	response, err := client.Get("http://" + t.addr + "/metrics")
	if err != nil {
		return s, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	s.arrived = time.Now()
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", response.Status, body)
	}
	if err != nil {
		return s, err
	}
	for _, m := range sample.FindAllStringSubmatch(string(body), -1) {
		value, err := strconv.ParseFloat(m[3], 64)
		if err != nil {
			return s, err
		}
		switch m[1] {
		case "tele_scope_duration_seconds_count":
			s.scopes[scopeLabel.FindStringSubmatch(m[2])[1]] += int64(value)
		case "tele_events_dropped_total", "tele_events_overflowed_total":
			s.lost += value
		}
	}
	return s, nil
}

// watch scrapes until ctx is done, whatever else goes on.
func (t *target) watch(ctx context.Context, every time.Duration) {
	for sleep(ctx, every) {
		s, err := t.scrape()
		t.scrapes++
		t.slowest = max(t.slowest, s.arrived.Sub(s.begun))
		if err != nil {
			t.failed = append(t.failed, err)
		}
	}
}

// faults are what those who scrape may do.
func (t *target) faults() []fault {
	return []fault{
		{"dozens of scrapes, read byte by byte", t.slow},
		{"dozens of scrapes, not read at all", t.ignored},
		{"dozens of scrapes, one after the other", t.quick},
	}
}

func (t *target) slow(random *rand.Rand) (end func() error, err error) {
	return t.crowd(random, readSlowly)
}

func (t *target) ignored(random *rand.Rand) (end func() error, err error) {
	return t.crowd(random, readNothing)
}

func (t *target) quick(random *rand.Rand) (end func() error, err error) {
	return t.crowd(random, t.readQuickly)
}

// crowd connects many times, and has something done with each connection until the end.
func (t *target) crowd(random *rand.Rand, use func(ctx context.Context, c net.Conn)) (end func() error, err error) {
	ctx, cancel := context.WithCancel(context.Background())
	var group sync.WaitGroup
	for range 20 + random.IntN(40) {
		c, err := net.Dial("tcp", t.addr)
		if err != nil {
			cancel()
			return nil, err
		}
		context.AfterFunc(ctx, func() { c.Close() })
		if err := c.(*net.TCPConn).SetReadBuffer(1 << 10); err != nil {
			cancel()
			return nil, err
		}
		group.Go(func() { use(ctx, c) })
	}
	return func() error {
		cancel()
		group.Wait()
		return nil
	}, nil
}

const metricsRequest = "GET /metrics HTTP/1.1\r\nHost: soak\r\n\r\n"

// readSlowly asks again and again, and takes what comes byte by byte.
func readSlowly(ctx context.Context, c net.Conn) {
	var one [1]byte
	for ctx.Err() == nil {
		io.WriteString(c, metricsRequest)
		for range 1000 {
			if _, err := c.Read(one[:]); err != nil {
				return
			}
			sleep(ctx, 2*time.Millisecond)
		}
	}
}

// readNothing asks again and again, and takes nothing, so that answers pile up.
func readNothing(ctx context.Context, c net.Conn) {
	for ctx.Err() == nil {
		if _, err := io.WriteString(c, metricsRequest); err != nil {
			return
		}
		sleep(ctx, 100*time.Millisecond)
	}
}

// readQuickly scrapes as fast as answers come, over connections of its own, now and then.
func (t *target) readQuickly(ctx context.Context, _ net.Conn) {
	for sleep(ctx, 500*time.Millisecond) {
		t.scrape()
	}
}
