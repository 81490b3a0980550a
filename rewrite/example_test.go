package rewrite_test

import (
	"fmt"

	"github.com/teleinstr/teleinstr/rewrite"
)

const generated = `package orders

import (
	"context"

	tele "github.com/teleinstr/teleinstr/runtime" //tele:gen
)

//tele:count orders.rejected
func reject(ctx context.Context) {
	//tele:gen empty
	if tele.Compiled && tele.Enabled() {
		tele.Count(ctx, "orders.rejected", 1)
	}
	//tele:end 61163593
}
`

// Strip gives back what was there before, without a look at anything but the file.
func ExampleStrip() {
	original, diagnostics := rewrite.Strip("orders.go", []byte(generated))
	for _, d := range diagnostics {
		fmt.Println(d)
	}
	fmt.Printf("%s", original)
	// Output:
	// package orders
	//
	// import (
	// 	"context"
	// )
	//
	// //tele:count orders.rejected
	// func reject(ctx context.Context) {}
}
