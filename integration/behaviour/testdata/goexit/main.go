// runtime.Goexit runs deferred calls and ends the goroutine; telemetry does not get in its way.
package main

import (
	"context"
	"fmt"
	"runtime"
	"sync"
)

//tele:scope main
func main() {
	var wg sync.WaitGroup
	for i := range 3 {
		wg.Go(func() {
			//tele:scope goroutine i=i
			defer func() { fmt.Println("recovered", recover()) }()
			leave(context.Background(), i)
			fmt.Println("unreachable")
		})
		wg.Wait()
	}
}

//tele:scope leave
func leave(ctx context.Context, n int) error {
	for {
		//tele:scope leave.turn
		if n >= 0 {
			defer fmt.Println("leaving", n)
			deep(ctx)
		}
	}
}

//tele:scope deep
func deep(ctx context.Context) {
	go func() { _ = ctx }()
	runtime.Goexit()
}
