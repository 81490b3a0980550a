package main

import (
	"runtime/debug"
	"testing"
)

func TestBuild(t *testing.T) {
	settings := func(modified string) []debug.BuildSetting {
		return []debug.BuildSetting{
			{Key: "vcs.revision", Value: "0123456789abcdef0123456789abcdef01234567"},
			{Key: "vcs.time", Value: "2026-11-26T01:02:03Z"},
			{Key: "vcs.modified", Value: modified},
		}
	}
	for _, test := range []struct {
		info *debug.BuildInfo
		want string
	}{
		{nil, "(devel)"},
		{&debug.BuildInfo{}, "(devel)"},
		{&debug.BuildInfo{Main: debug.Module{Version: "v0.1.0"}}, "v0.1.0"},
		{&debug.BuildInfo{Main: debug.Module{Version: "v0.1.0"}, Settings: settings("false")}, "v0.1.0 (revision 0123456789ab of 2026-11-26T01:02:03Z)"},
		{&debug.BuildInfo{Main: debug.Module{Version: "(devel)"}, Settings: settings("true")}, "(devel) (revision 0123456789ab of 2026-11-26T01:02:03Z, modified)"},
	} {
		if got := build(test.info); got != test.want {
			t.Errorf("build %s, want %s", got, test.want)
		}
	}
}
