//go:build !linux

package main

import "log"

func main() {
	log.Fatal("soak needs Linux: it looks at /proc, and limits the size of files of a process that runs")
}
