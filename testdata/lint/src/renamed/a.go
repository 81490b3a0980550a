// Package renamed holds generated code, and a name that is to be mended.
package renamed

import "context"

import tele "github.com/teleinstr/teleinstr/runtime" //tele:gen

//tele:scope Wrong // want "Wrong"
func Wrong(ctx context.Context) (err error) {
	//tele:gen err=bare
	if tele.Compiled && tele.Enabled() {
		var scope tele.Scope
		ctx, scope = tele.Start(ctx, "wrong")
		defer scope.EndErr(&err)
	}
	//tele:end 09463589
	return use(ctx)
}

func use(ctx context.Context) error { return nil }
