package main

import (
	"fmt"
	"os"

	"github.com/teleinstr/teleinstr/rewrite/cache"
)

// cacheDirectory returns the directory that the user wants the cache in; empty for the usual one.
func cacheDirectory() string { return os.Getenv("TELEINSTR_CACHE") }

// executable returns the path of this command, and a text that tells it from others.
func executable() (path, version string, err error) {
	if path, err = os.Executable(); err != nil {
		return "", "", err
	}
	info, err := os.Stat(path)
	if err != nil {
		return "", "", err
	}
	return path, fmt.Sprint(thisBuild(), info.Size(), info.ModTime().UnixNano()), nil
}

// question is what a command is asked in a directory.
func question(dir string, words ...string) (cache.Question, error) {
	_, version, err := executable()
	return cache.Question{Cache: cacheDirectory(), Version: version, Dir: dir, Words: words}, err
}
