package corpus

import (
	"maps"
	"testing"
)

func TestParseSuite(t *testing.T) {
	const output = `
{"Action":"output","Package":"m/a","Test":"TestOne","Output":"fine\n"}
{"Action":"pass","Package":"m/a","Test":"TestOne"}
{"Action":"pass","Package":"m/a"}
{"Action":"output","Package":"m/b","Test":"TestTwo/x","Output":"no "}
{"Action":"output","Package":"m/b","Test":"TestTwo/x","Output":"good"}
{"Action":"fail","Package":"m/b","Test":"TestTwo/x"}
{"Action":"output","Package":"m/b","Test":"TestTwo","Output":"see above"}
{"Action":"fail","Package":"m/b","Test":"TestTwo"}
{"Action":"fail","Package":"m/b"}
{"Action":"output","Package":"m/c","Output":"exit status 3"}
{"Action":"fail","Package":"m/c"}
{"ImportPath":"m/d [m/d.test]","Action":"build-output","Output":"undefined: x"}
{"ImportPath":"m/d [m/d.test]","Action":"build-fail"}
{"Action":"fail","Package":"m/d","FailedBuild":"m/d [m/d.test]"}
{"Action":"output","Package":"m","Output":"stack overflow"}
{"Action":"fail","Package":"m"}
`
	s, err := parseSuite(output)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"m/b TestTwo/x": "no good", "m/c": "exit status 3", "m/d": "undefined: x", "m": "stack overflow"}
	if s.passed != 1 || !maps.Equal(s.failed, want) {
		t.Errorf("%d passed, failed %q; want 1 passed, failed %q", s.passed, s.failed, want)
	}
}

func TestVetFindings(t *testing.T) {
	const output = `# m/a
go: downloading example.com/x v1.0.0
a/a.go:12:3: unreachable code
a/a.go:90:3: unreachable code
./b.go:7: x redeclared, see ./c.go:1:2
`
	want := map[string]int{"a/a.go: unreachable code": 2, "./b.go: x redeclared, see ./c.go": 1}
	if got := vetFindings(output); !maps.Equal(got, want) {
		t.Errorf("findings %v, want %v", got, want)
	}
}
