// Command service is a small service over HTTP, as there are many: it stores items, runs jobs in a pool, and watches. What it
// answers depends on the requests alone.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	workers := flag.Int("workers", 4, "number of `goroutines` that run jobs")
	flag.Parse()
	if err := run(*workers); err != nil {
		log.Fatal(err)
	}
}

// run serves until a signal asks it to end, and lets what is under way come to its end. It prints where it serves, and at the end
// what it has done.
func run(workers int) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	p := newPool(workers)
	defer p.close()
	s := newServer(p)
	server := &http.Server{Handler: s.handler(), ReadHeaderTimeout: 10 * time.Second}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	fmt.Printf("http://%v\n", listener.Addr())
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	err = shutDown(server)
	return errors.Join(err, json.NewEncoder(os.Stdout).Encode(s.stats.read()))
}

func shutDown(server *http.Server) error {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	err := server.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("requests are still under way: %w", err)
	}
	return err
}
