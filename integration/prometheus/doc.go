// Package prometheus has a real Prometheus scrape an instrumented program, with native histograms and without, and asks
// it what people ask it. Nothing is installed: the tests are skipped where there is no server, and fail there if CI=true.
package prometheus
