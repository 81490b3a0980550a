package live

import (
	"os"
	"reflect"
	"strings"
	"testing"
)

// TestArticle holds that the article tells of every name in the JSON.
func TestArticle(t *testing.T) {
	article, err := os.ReadFile("../../docs/live.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, of := range []any{Snapshot{}, Timing{}, Scope{}, Metric{}} {
		for field := range reflect.TypeOf(of).Fields() {
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			if text := string(article); !strings.Contains(text, `"`+name+`":`) && !strings.Contains(text, "`"+name+"`") {
				t.Errorf("nothing about %s of %T", name, of)
			}
		}
	}
}
