// recover in every position: in a deferred literal, in a deferred function and method, in a helper of a deferred
// function (where it recovers nothing), re-panics, and results that are set on the way.
package main

import (
	"errors"
	"fmt"
	"runtime"
)

//tele:scope main
func main() {
	fmt.Println(literal(), named(), method(), helper(), again(), nilMap(), nested(), valued())
	fmt.Println(loop())
}

//tele:scope literal
func literal() (err error) {
	defer func() {
		//tele:scope literal.deferred
		if r := recover(); r != nil {
			err = fmt.Errorf("literal: %v", r)
		}
	}()
	panic("a")
}

//tele:scope handle
func handle(err *error) {
	//tele:count handled
	if r := recover(); r != nil {
		*err = fmt.Errorf("named: %v", r)
	}
}

//tele:scope named
func named() (err error) {
	defer handle(&err)
	panic("b")
}

type handler struct{ got any }

//tele:scope handler.handle
func (h *handler) handle() { h.got = recover() }

//tele:scope method
func method() any {
	var h handler
	func() {
		//tele:scope method.body
		defer h.handle()
		panic("c")
	}()
	return h.got
}

//tele:scope helper
func helper() (got string) {
	defer func() {
		if r := recover(); r != nil {
			got = fmt.Sprint("outer ", r)
		}
	}()
	defer func() {
		//tele:scope helper.deferred
		indirect()
	}()
	panic("d")
}

//tele:scope indirect
func indirect() {
	if r := recover(); r != nil {
		fmt.Println("must not be recovered here:", r)
	}
}

//tele:scope again
func again() (err error) {
	defer func() {
		r := recover()
		err = r.(error)
	}()
	defer func() {
		//tele:scope again.deferred
		r := recover()
		panic(fmt.Errorf("again: %v", r))
	}()
	panic("e")
}

//tele:scope nil_map
func nilMap() (err error) {
	defer func() {
		var re runtime.Error
		if errors.As(recover().(error), &re) {
			err = re
		}
	}()
	var m map[string]int
	m["x"] = 1
	return nil
}

//tele:scope nested
func nested() (s string) {
	defer func() { s += fmt.Sprint(recover()) }()
	func() {
		//tele:scope nested.inner
		defer func() { s += fmt.Sprint(recover()); panic("second ") }()
		panic("first ")
	}()
	return "unreachable"
}

//tele:scope valued result=n*2
func valued() (n int) {
	defer func() { recover(); n += 10 }()
	n = 1
	panic("g")
}

//tele:scope loop
func loop() (out []string) {
	for i := range 4 {
		//tele:scope loop.turn
		func() {
			//tele:scope loop.call
			defer func() { out = append(out, fmt.Sprint(i, recover())) }()
			if i%2 == 0 {
				panic(i)
			}
		}()
	}
	return out
}
