package main

import (
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"strings"
	"sync"
)

var errNotFound = errors.New("no such item")

// An item is what is stored under a key.
type item struct {
	Key      string
	Version  int
	Size     int
	Checksum uint32
}

// shards are the parts of a store that are locked on their own.
const shards = 8

type store struct{ shards [shards]shard }

type shard struct {
	mu    sync.RWMutex
	items map[string]item
}

func newStore() *store {
	s := new(store)
	for i := range s.shards {
		s.shards[i].items = map[string]item{}
	}
	return s
}

func (s *store) shard(key string) *shard {
	return &s.shards[crc32.ChecksumIEEE([]byte(key))%shards]
}

// put stores a value, of which it keeps the checksum. Keys that begin with a dot are the store's own, which nobody may write to.
func (s *store) put(ctx context.Context, key string, value []byte) (item, error) {
	if err := checkKey(ctx, key); err != nil {
		return item{}, err
	}
	sh := s.shard(key)
	sh.mu.Lock()
	defer sh.mu.Unlock()
	it := item{Key: key, Version: sh.items[key].Version + 1, Size: len(value), Checksum: checksum(ctx, value)}
	sh.items[key] = it
	return it, nil
}

func (s *store) get(ctx context.Context, key string) (item, error) {
	sh := s.shard(key)
	sh.mu.RLock()
	defer sh.mu.RUnlock()
	it, ok := sh.items[key]
	if !ok {
		return item{}, fmt.Errorf("%q: %w", key, errNotFound)
	}
	return it, ctx.Err()
}

func (s *store) remove(ctx context.Context, key string) error {
	if _, err := s.get(ctx, key); err != nil {
		return err
	}
	sh := s.shard(key)
	sh.mu.Lock()
	defer sh.mu.Unlock()
	delete(sh.items, key)
	return nil
}

func checkKey(_ context.Context, key string) error {
	if strings.HasPrefix(key, ".") {
		panic(fmt.Sprintf("key %q is not for clients", key))
	}
	if len(key) > 32 {
		return badRequest{fmt.Errorf("key of %d bytes", len(key))}
	}
	return nil
}

func checksum(_ context.Context, value []byte) uint32 { return crc32.ChecksumIEEE(value) }
