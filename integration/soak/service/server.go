package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

// maxBody is the number of bytes that a request may have.
const maxBody = 64 << 10

type server struct {
	store *store
	pool  *pool
	stats stats
}

func newServer(p *pool) *server {
	return &server{store: newStore(), pool: p}
}

// handler returns all that the service does.
func (s *server) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("PUT /items/{key}", s.put)
	mux.HandleFunc("GET /items/{key}", s.get)
	mux.HandleFunc("DELETE /items/{key}", s.remove)
	mux.HandleFunc("POST /jobs/{kind}", s.job)
	mux.HandleFunc("GET /wait", s.wait)
	mux.HandleFunc("GET /watch", s.watch)
	mux.HandleFunc("GET /abort", s.abort)
	mux.HandleFunc("GET /stats", s.statistics)
	return s.counted(s.recovered(mux))
}

func (s *server) put(w http.ResponseWriter, r *http.Request) {
	body, err := readBody(r)
	if err != nil {
		s.fail(w, err)
		return
	}
	it, err := s.store.put(r.Context(), r.PathValue("key"), body)
	if err != nil {
		s.fail(w, err)
		return
	}
	reply(w, http.StatusOK, it)
}

func (s *server) get(w http.ResponseWriter, r *http.Request) {
	it, err := s.store.get(r.Context(), r.PathValue("key"))
	if err != nil {
		s.fail(w, err)
		return
	}
	reply(w, http.StatusOK, it)
}

func (s *server) remove(w http.ResponseWriter, r *http.Request) {
	if err := s.store.remove(r.Context(), r.PathValue("key")); err != nil {
		s.fail(w, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// job has the pool run a job over the body.
func (s *server) job(w http.ResponseWriter, r *http.Request) {
	body, err := readBody(r)
	if err != nil {
		s.fail(w, err)
		return
	}
	result, err := s.pool.do(r.Context(), job{kind: r.PathValue("kind"), input: body})
	if err != nil {
		s.fail(w, err)
		return
	}
	reply(w, http.StatusOK, result)
}

// wait waits for something that does not come, for as long as the client says.
func (s *server) wait(w http.ResponseWriter, r *http.Request) {
	ms, err := strconv.Atoi(r.FormValue("ms"))
	if err != nil {
		s.fail(w, badRequest{err})
		return
	}
	ctx, cancel := context.WithTimeoutCause(r.Context(), time.Duration(ms)*time.Millisecond, errTooLate)
	defer cancel()
	if _, err := s.pool.do(ctx, job{kind: "never"}); err != nil {
		s.fail(w, err)
	}
}

// watch says that it watches, until the client goes away.
func (s *server) watch(w http.ResponseWriter, r *http.Request) {
	fmt.Fprintln(w, "watching")
	if err := http.NewResponseController(w).Flush(); err != nil {
		s.fail(w, err)
		return
	}
	<-r.Context().Done()
	s.stats.left.Add(1)
}

// abort breaks the connection, in the middle of an answer.
func (s *server) abort(w http.ResponseWriter, _ *http.Request) {
	fmt.Fprint(w, "half of ")
	http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

func (s *server) statistics(w http.ResponseWriter, _ *http.Request) {
	reply(w, http.StatusOK, s.stats.read())
}

func readBody(r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	switch {
	case err != nil:
		return nil, err
	case len(body) > maxBody:
		return nil, badRequest{fmt.Errorf("more than %d bytes", maxBody)}
	}
	return body, nil
}

func reply(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(value)
}

// A badRequest is an error that the client has made.
type badRequest struct{ error }

// Unwrap returns what is wrong.
func (b badRequest) Unwrap() error { return b.error }

// fail answers with an error.
func (s *server) fail(w http.ResponseWriter, err error) {
	s.stats.failed.Add(1)
	reply(w, statusOf(err), map[string]string{"error": err.Error()})
}

func statusOf(err error) int {
	var bad badRequest
	var broken *jobPanic
	switch {
	case errors.As(err, &bad):
		return http.StatusBadRequest
	case errors.As(err, &broken):
		return http.StatusInternalServerError
	case errors.Is(err, errNotFound):
		return http.StatusNotFound
	case errors.Is(err, errTooLate):
		return http.StatusGatewayTimeout
	}
	return http.StatusUnprocessableEntity
}
