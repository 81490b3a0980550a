// Labels, goto, break, continue and fallthrough out of timed blocks.
package main

import (
	"context"
	"fmt"
)

//tele:scope main
func main() {
	fmt.Println(labels(4), gotos(0), switches(1), switches(2), switches(3), switches(9), selects())
	fmt.Println(iterate(context.Background()))
}

//tele:scope labels
func labels(n int) (out []int) {
outer:
	for i := range n {
		//tele:scope labels.outer
		for j := range n {
			//tele:scope labels.inner
			switch {
			case j == 1:
				continue
			case j == 2 && i < 2:
				continue outer
			case i == 3:
				break outer
			case j > 2:
				break
			}
			out = append(out, 10*i+j)
		}
		out = append(out, -i)
	}
	return out
}

//tele:scope gotos
func gotos(n int) int {
again:
	n++
	//tele:scope gotos.rest n=n
	if n < 5 {
		goto again
	}
	for {
		//tele:scope gotos.loop
		n++
		if n > 8 {
			goto end
		}
	}
end:
	return n
}

//tele:scope switches
func switches(n int) (out string) {
	switch n {
	case 1:
		//tele:scope one
		out += "one "
		fallthrough
	case 2:
		//tele:scope two
		out += "two "
		if n == 1 {
			break
		}
		out += "not broken "
	case 3:
		//tele:scope three
		return "three"
	default:
		//tele:scope other
		out = "other"
	}
	return out
}

//tele:scope selects
func selects() (n int) {
	c := make(chan int, 3)
	c <- 1
	c <- 2
	close(c)
	for {
		select {
		case v, ok := <-c:
			//tele:scope received v=v
			if !ok {
				return n
			}
			n += v
		}
	}
}

//tele:scope iterate
func iterate(ctx context.Context) (out []int) {
	seq := func(yield func(int) bool) {
		for i := range 10 {
			//tele:scope yield
			if !yield(i) {
				return
			}
		}
	}
	for i := range seq {
		//tele:scope iterate.turn i=i
		if i == 1 {
			continue
		}
		if i == 5 {
			break
		}
		defer func() { fmt.Println("deferred", i, ctx.Err()) }()
		out = append(out, i)
	}
	return out
}
