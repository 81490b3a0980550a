// The order of deferred calls, their arguments, and how they change results.
package main

import (
	"errors"
	"fmt"
)

//tele:scope main
func main() {
	fmt.Println(order(3))
	fmt.Println(change(1))
	fmt.Println(unnamed(2))
	fmt.Println(wrap())
	fmt.Println(shadow())
}

//tele:scope order
func order(n int) (out string) {
	for i := range n {
		//tele:scope order.turn i=i
		defer func() { out += fmt.Sprint(i) }()
		if i == 1 {
			continue
		}
		defer func(s string) { out += s }(out + "<")
	}
	//tele:scope order.rest
	out = "start "
	return out + "returned "
}

//tele:scope change n=n
func change(n int) (m int, err error) {
	defer func() { m *= 2 }()
	defer func() {
		if err != nil {
			m, err = 7, nil
		}
	}()
	return n, errors.New("mended")
}

//tele:scope unnamed
func unnamed(n int) (int, string, error) {
	defer fmt.Println("unnamed is done")
	if n > 1 {
		err := errors.New("inner")
		return n, "x", fmt.Errorf("outer: %w", err)
	}
	return 0, "", nil
}

//tele:scope wrap
func wrap() (err error) {
	defer func() { err = fmt.Errorf("wrapped: %w", err) }()
	//tele:scope wrap.rest
	return errors.New("plain")
}

//tele:scope shadow
func shadow() (n int, err error) {
	if n, err := change(2); err == nil {
		//tele:scope shadow.arm
		return n, nil
	}
	return 0, err
}
