package calls

import "context"

func (a *app) load(ctx context.Context) {
	a.telemetry.Start(ctx, "Field.Bad") // want `"Field.Bad" is no scope name` `the scope is never ended`
}
