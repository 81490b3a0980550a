package teleprom

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Handler returns what answers a scrape with the metrics of this reporter, in the format that the server asks for: native
// histograms are in the one by protocol buffers only.
func (r *Reporter) Handler() http.Handler {
	return promhttp.HandlerFor(r, promhttp.HandlerOpts{})
}

// scrapeWithin is how long a scrape may take. Prometheus gives up after ten seconds, unless it is told otherwise.
const scrapeWithin = time.Minute

// A Server answers scrapes.
type Server struct {
	// URL is where the metrics are, such as http://127.0.0.1:9464/metrics.
	URL string

	server http.Server
	done   chan error
}

// Serve answers scrapes of /metrics at an address such as ":9464", and logs the URL. It listens on 127.0.0.1 if the address
// has no host, as what a program does is not for everybody to read: let a Prometheus elsewhere in by naming
// the host, as in "0.0.0.0:9464". An empty port, and 0, is for one that is free.
//
// It is an error if nobody can listen there. The server runs until [Server.Close]. A scrape that takes more than a minute is cut off.
func (r *Reporter) Serve(addr string) (*Server, error) {
	host, port, err := net.SplitHostPort(addr)
	if addr == "" {
		err = nil
	}
	if err != nil {
		return nil, err
	}
	note := ""
	if host == "" {
		host, note = "127.0.0.1", "this machine only; name a host in the address to let others in"
	}
	listener, err := net.Listen("tcp", net.JoinHostPort(host, port))
	if err != nil {
		return nil, err
	}
	s := r.serve(listener)
	attrs := []slog.Attr{slog.String("url", s.URL)}
	if note != "" {
		attrs = append(attrs, slog.String("for", note))
	}
	slog.LogAttrs(context.Background(), slog.LevelInfo, "telemetry: serving metrics", attrs...)
	return s, nil
}

func (r *Reporter) serve(listener net.Listener) *Server {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", r.Handler())
	s := &Server{
		URL: "http://" + listener.Addr().String() + "/metrics",
		server: http.Server{
			Handler: mux, ReadHeaderTimeout: 10 * time.Second, WriteTimeout: scrapeWithin, IdleTimeout: 5 * time.Minute,
		},
		done: make(chan error, 1),
	}
	go func() { s.done <- s.server.Serve(listener) }()
	return s
}

// Close lets scrapes under way come to their end, until ctx is done, and then cuts them off. It must be called once.
func (s *Server) Close(ctx context.Context) error {
	err := s.server.Shutdown(ctx)
	if err != nil {
		err = errors.Join(err, s.server.Close())
	}
	<-s.done
	return err
}
