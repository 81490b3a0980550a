package prometheus

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// fenced returns the texts between fences of a kind in the article.
func fenced(t *testing.T, kind string) []string {
	article, err := os.ReadFile("../../docs/prometheus.md")
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, part := range strings.Split(string(article), "\n```"+kind+"\n")[1:] {
		text, _, _ := strings.Cut(part, "\n```\n")
		all = append(all, text+"\n")
	}
	if len(all) == 0 {
		t.Fatalf("no %s in the article", kind)
	}
	return all
}

// TestScrapeConfiguration wants the configuration in the article to be one.
func TestScrapeConfiguration(t *testing.T) {
	binary, err := exec.LookPath("promtool")
	if err != nil {
		unavailable(t, fmt.Errorf("%w; install prometheus", err))
	}
	for _, text := range fenced(t, "yaml") {
		path := filepath.Join(t.TempDir(), "prometheus.yml")
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command(binary, "check", "config", path).CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
	}
}

// askQuestionsOfArticle wants an answer to each question in the article, from one of two servers.
func askQuestionsOfArticle(t *testing.T, servers ...server) {
	for _, text := range fenced(t, "promql") {
		for query := range strings.Lines(text) {
			query = strings.TrimSpace(query)
			for start := time.Now(); ; time.Sleep(100 * time.Millisecond) {
				if answered(t, query, servers) {
					break
				}
				if time.Since(start) > patience {
					t.Errorf("nobody answers %s", query)
					break
				}
			}
		}
	}
}

func answered(t *testing.T, query string, servers []server) bool {
	for _, s := range servers {
		results, err := s.results(query)
		if err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		for _, r := range results {
			if r != "NaN" {
				return true
			}
		}
	}
	return false
}
