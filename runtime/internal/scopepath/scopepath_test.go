package scopepath_test

import (
	"testing"

	"github.com/teleinstr/teleinstr/runtime/internal/scopepath"
)

func TestNearest(t *testing.T) {
	known := map[string]bool{"a": true, "a.b": true, "a.b.c": true, "a.bb": true}
	for path, want := range map[string]string{"a.b.c": "a.b", "a.b.c.d.e": "a.b.c", "a.bbb": "a", "a": "", "x.y": "", ".a": ""} {
		if got := scopepath.Nearest(known, path); got != want {
			t.Errorf("%s: got %q, want %q", path, got, want)
		}
	}
}
