// Panics that nobody recovers, from a nested block of a nested call: exit status and stack trace.
package main

import (
	"context"
	"fmt"
)

type detail struct{ code int }

func (d detail) Error() string { return fmt.Sprint("code ", d.code) }

//tele:scope main
func main() {
	ctx := context.Background()
	defer fmt.Println("deferred in main")
	outer(ctx, 3)
}

//tele:scope outer n=n
func outer(ctx context.Context, n int) (err error) {
	defer func() { fmt.Println("deferred in outer", err) }()
	for i := range n {
		//tele:scope turn i=i
		if i == 2 {
			return inner(ctx, i)
		}
	}
	return nil
}

// The compiler names a literal after the function that it inlines the one around it into, if it does.
//
//go:noinline
//tele:scope inner n=n
func inner(ctx context.Context, n int) error {
	func() {
		//tele:scope literal
		switch n {
		case 2:
			//tele:scope case
			panic(detail{n})
		}
	}()
	return nil
}
