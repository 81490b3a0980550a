package sites

import "context"

/* want "tele:scope: n=rows: undefined: rows" */ //tele:scope undefined n=rows
func Undefined(ctx context.Context)              {}

/* want "has type string, which is not a number" */ //tele:gauge number=name
func Number(ctx context.Context, name string)       {}

/* want "rebind: a context is handed on anyway" */ //tele:scope rebound rebind
func Rebound(ctx context.Context) {
	Undefined(ctx)
}

func Unreached() {
	return
	//tele:scope unreached // want "is never reached"
	println()
}

// Hints are not reported.
//
//tele:scope hints user_id=name
func Hints(name string) {}

//tele:count kind
func Counter() {}

/* want `"kind" is a gauge here, and a counter at 27:1` */ //tele:gauge kind=1
func Gauge()                                               {}
