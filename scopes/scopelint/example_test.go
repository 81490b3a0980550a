package scopelint_test

import (
	"fmt"

	"github.com/teleinstr/teleinstr/scopes/scopelint"
)

// New makes an analyzer for a driver of one's own: here with a rule that is else a hint, and without another.
func ExampleNew() {
	analyzer, err := scopelint.New(scopelint.Rules([]string{"no-context"}, []string{"cardinality"}))
	fmt.Println(analyzer.Name, err)
	_, err = scopelint.New(scopelint.Rules([]string{"nothing-like-it"}, nil))
	fmt.Println(err != nil)
	// Output:
	// teleinstr <nil>
	// true
}
