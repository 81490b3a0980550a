// Expressions of directives that panic, have side effects only when telemetry is on, or see results.
package main

import (
	"context"
	"fmt"
	"net/http"
)

type request struct{ user *struct{ name string } }

//tele:scope main
func main() {
	fmt.Println(load(nil, 0), load(&request{}, 0))
	fmt.Println(nilContext(nil), nilRequest(nil))
}

//tele:scope load user=r.user.name div=1/n elem=[]int{}[n]
//tele:count rows=[]int{}[n]
//tele:gauge ratio=float64(out)/float64(n) bad=[]int{}[out]
func load(r *request, n int) (out int) {
	for i := range 3 {
		//tele:metric element=[]int{1}[i] n=n
		out += i
	}
	return out
}

//tele:scope nil_context
func nilContext(ctx context.Context) bool {
	//tele:count inside
	return ctx == nil
}

//tele:scope nil_request rebind
func nilRequest(r *http.Request) bool {
	return isNil(r)
}

//tele:scope is_nil
func isNil(r *http.Request) bool { return r == nil }
