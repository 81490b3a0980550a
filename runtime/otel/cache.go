package teleotel

import (
	"maps"
	"sync"
	"sync/atomic"
)

// A cache is a map that is read without a lock. Adding to it copies it, which is why there is a bound.
type cache[K comparable, V any] struct {
	max     int
	entries atomic.Pointer[map[K]V]
	mu      sync.Mutex // held while entries is replaced
}

// get returns the value of a key. If there is none it makes it, and keeps it unless the cache is full.
func (c *cache[K, V]) get(key K, make func(kept bool) V) V {
	if entries := c.entries.Load(); entries != nil {
		if v, ok := (*entries)[key]; ok {
			return v
		}
		if len(*entries) >= c.max {
			return make(false)
		}
	}
	return c.add(key, make)
}

func (c *cache[K, V]) add(key K, make func(kept bool) V) V {
	c.mu.Lock()
	defer c.mu.Unlock()
	entries := map[K]V{}
	if old := c.entries.Load(); old != nil {
		entries = maps.Clone(*old)
	}
	if v, ok := entries[key]; ok {
		return v
	}
	if len(entries) >= c.max {
		return make(false)
	}
	v := make(true)
	entries[key] = v
	c.entries.Store(&entries)
	return v
}
