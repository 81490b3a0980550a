package scopes_test

import (
	"fmt"
	"go/parser"
	"go/token"

	"github.com/teleinstr/teleinstr/scopes"
)

const orders = `package orders

//tele:scope orders.load path=path
func Load(path string) {
	for range 3 {
		//tele:count orders.tries
		try(path)
	}
}

// tele:scope orders.close
func Close() {}
`

// Find gives the sites of a file, and what is wrong with directives.
func ExampleFind() {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "orders.go", orders, parser.ParseComments)
	if err != nil {
		fmt.Println(err)
		return
	}
	result := scopes.Find(fset, file, []byte(orders))
	for _, site := range result.Sites {
		for _, d := range site.Directives {
			fmt.Println(site.Func.Name, d.Verb, d.Name, len(d.Attrs))
		}
	}
	for _, d := range result.Diagnostics() {
		fmt.Println(d)
	}
	// Output:
	// Load scope orders.load 1
	// Load count orders.tries 0
	// orders.go:11:1: // tele:scope: a directive has no spaces before its verb; write //tele:scope
}

// A Selection is which rules of lint hold: all but one, here, and a hint that fails.
func ExampleSelect() {
	rules, err := scopes.Select([]string{"no-context"}, []string{"cardinality"})
	fmt.Println(rules.Level("no-context"), rules.Level("cardinality"), rules.Level("name"), err)
	_, err = scopes.Select([]string{"nothing-like-it"}, nil)
	fmt.Println(err != nil)
	// Output:
	// error off error <nil>
	// true
}
