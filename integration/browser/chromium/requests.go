package chromium

import (
	"strings"
	"sync"

	"github.com/chromedp/cdproto/network"
)

// requests are the addresses that pages have asked for.
type requests struct {
	mu  sync.Mutex
	all []string
}

func (r *requests) listen(event any) {
	if e, ok := event.(*network.EventRequestWillBeSent); ok {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.all = append(r.all, e.Request.URL)
	}
}

// Requests returns the addresses that pages have asked for, their own included, and forgets them.
func (tab *Tab) Requests() string {
	r := tab.asked
	r.mu.Lock()
	defer r.mu.Unlock()
	all := strings.Join(r.all, "\n")
	r.all = nil
	return all
}
