package scopename_test

import (
	"errors"
	"fmt"

	"github.com/teleinstr/teleinstr/scopes/scopename"
)

// The error says which character is wrong, and what to write.
func ExampleCheck() {
	fmt.Println(scopename.Check("pipeline.plan_2"))
	fmt.Println(scopename.Check("Pipeline.Plan"))
	var wrong *scopename.Error
	fmt.Println(errors.As(scopename.Check("pipeline..plan"), &wrong))
	// Output:
	// <nil>
	// "Pipeline.Plan" is no scope name: upper-case P at 1; did you mean "pipeline.plan"?
	// true
}

// A key is one segment, and not one of those that events carry of themselves.
func ExampleCheckKey() {
	fmt.Println(scopename.CheckKey("batch_size"))
	fmt.Println(scopename.CheckKey("depth") != nil, scopename.Reserved("depth"))
	// Output:
	// <nil>
	// true true
}

func ExampleSuggest() {
	fmt.Println(scopename.Suggest("HTTP Server/Serve"))
	// Output: http_server_serve
}
