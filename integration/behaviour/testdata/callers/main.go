// What a program sees of its own stack: function names, depth, and recursion.
package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"
)

//tele:scope main
func main() {
	fmt.Println(where(0), where(1), deeper())
	fmt.Println(depth(5))
	func() {
		//tele:scope literal
		fmt.Println(where(0))
	}()
	t := T[int]{1}
	fmt.Println(t.name(), (&t).pointer())
	defer fmt.Println("not printed")
	os.Exit(3)
}

//tele:scope where skip=skip
func where(skip int) string {
	pc, _, _, _ := runtime.Caller(skip + 1)
	return runtime.FuncForPC(pc).Name()
}

//tele:scope deeper
func deeper() (s string) {
	for range 1 {
		//tele:scope deeper.turn
		s = where(0) + where(1)
	}
	return s
}

//tele:scope depth
func depth(n int) int {
	if n > 0 {
		//tele:scope depth.arm
		return depth(n - 1)
	}
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(1, pcs)])
	count := 0
	for {
		//tele:scope depth.frame
		f, more := frames.Next()
		if strings.HasPrefix(f.Function, "main.") {
			count++
		}
		if !more {
			return count
		}
	}
}

type T[E any] struct{ e E }

//tele:scope t.name e=t.e
func (t T[E]) name() string { return where(0) }

//tele:scope t.pointer
func (t *T[_]) pointer() string { return where(0) }
