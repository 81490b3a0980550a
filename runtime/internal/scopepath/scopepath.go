// Package scopepath tells what can be told of a scope by nothing but its path.
package scopepath

import "strings"

// Nearest returns the longest path that begins path and is known; empty if none is. It finds a place in a tree for a scope that has not
// ended, of which nothing but the path is known, and for one whose path was cut to that of its parent.
func Nearest[T any](known map[string]T, path string) string {
	for i := strings.LastIndexByte(path, '.'); i > 0; i = strings.LastIndexByte(path[:i], '.') {
		if _, ok := known[path[:i]]; ok {
			return path[:i]
		}
	}
	return ""
}
