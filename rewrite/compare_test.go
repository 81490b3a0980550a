package rewrite

import (
	"fmt"
	"go/token"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/teleinstr/teleinstr/scopes"
)

// TestCompareSites writes a site as "file:line function verb name [keys] [@context] [!]", with ! for a refused one.
func TestCompareSites(t *testing.T) {
	tests := []struct {
		name           string
		old, new, want []string
	}{
		{name: "nothing"},
		{
			name: "lines move",
			old:  []string{"a.go:1 F scope a k @none", "a.go:9 G scope b"},
			new:  []string{"a.go:5 G scope b", "a.go:7 F scope a k @none"},
		},
		{
			name: "order of keys",
			old:  []string{"a.go:1 F scope a k,l"},
			new:  []string{"a.go:1 F scope a l,k"},
		},
		{
			name: "added and removed",
			old:  []string{"a.go:1 F scope a"},
			new:  []string{"b.go:1 G count b", "b.go:2 G count c"},
			want: []string{"added G b", "added G c", "removed F a"},
		},
		{
			name: "ignore records nothing",
			old:  []string{"a.go:1 F ignore "},
			new:  []string{"a.go:1 G ignore "},
		},
		{
			name: "keys and context",
			old:  []string{"a.go:1 F scope a k @none"},
			new:  []string{"a.go:1 F scope a k,l @p"},
			want: []string{"changed F a: keys context"},
		},
		{
			name: "context that types would tell",
			old:  []string{"a.go:1 F scope a @" + unknownOrigin, "a.go:2 G scope b @none"},
			new:  []string{"a.go:1 F scope a @none", "a.go:2 G scope b"},
		},
		{
			name: "refused, and no longer",
			old:  []string{"a.go:1 F scope a @none", "a.go:2 G scope b !", "a.go:3 H scope c !"},
			new:  []string{"a.go:1 F scope a !", "a.go:2 G scope b @none", "a.go:4 H scope c !"},
			want: []string{"changed F a: refused", "changed G b: refused"},
		},
		{
			name: "kind",
			old:  []string{"a.go:1 F count a"},
			new:  []string{"a.go:1 F gauge a"},
			want: []string{"changed F a: kind"},
		},
		{
			name: "renamed, with another key",
			old:  []string{"a.go:1 F scope a"},
			new:  []string{"a.go:1 F scope b k"},
			want: []string{"renamed F b was a: name keys"},
		},
		{
			name: "all names of a function, in order",
			old:  []string{"a.go:1 F scope a", "a.go:2 F scope a.b", "a.go:3 F count a.c"},
			new:  []string{"a.go:1 F scope x.a", "a.go:2 F scope x.a.b", "a.go:3 F count x.a.c"},
			want: []string{"renamed F x.a was a: name", "renamed F x.a.b was a.b: name", "renamed F x.a.c was a.c: name"},
		},
		{
			name: "one name of several",
			old:  []string{"a.go:1 F count a", "a.go:2 F count b", "a.go:3 F count c"},
			new:  []string{"a.go:1 F count a", "a.go:2 F count d", "a.go:3 F count c"},
			want: []string{"renamed F d was b: name"},
		},
		{
			name: "no guess which of two names is the new one",
			old:  []string{"a.go:1 F count a"},
			new:  []string{"a.go:1 F count b", "a.go:2 F count c"},
			want: []string{"added F b", "added F c", "removed F a"},
		},
		{
			name: "function renamed",
			old:  []string{"a.go:1 F scope a"},
			new:  []string{"a.go:1 G scope a"},
			want: []string{"moved G a: function"},
		},
		{
			name: "file renamed",
			old:  []string{"a.go:1 F scope a", "a.go:2 G scope a"},
			new:  []string{"b.go:1 F scope a", "b.go:2 G scope a"},
			want: []string{"moved F a: file", "moved G a: file"},
		},
		{
			name: "directory renamed",
			old:  []string{"p/a.go:1 F scope a", "p/a.go:2 G scope a"},
			new:  []string{"q/a.go:1 F scope a", "q/a.go:2 G scope a"},
			want: []string{"moved F a: file", "moved G a: file"},
		},
		{
			name: "moved to another file, its name taken over in its own",
			old:  []string{"a.go:1 F scope a"},
			new:  []string{"a.go:1 G scope a", "b.go:1 F scope a"},
			want: []string{"added G a", "moved F a: file"},
		},
		{
			name: "file and name",
			old:  []string{"p/a.go:1 F scope a"},
			new:  []string{"p/b.go:1 F scope b"},
			want: []string{"renamed F b was a: name file"},
		},
		{
			name: "name and kind have nothing in common",
			old:  []string{"a.go:1 F count a"},
			new:  []string{"a.go:1 F gauge b"},
			want: []string{"added F b", "removed F a"},
		},
		{
			name: "another package, another function",
			old:  []string{"p/a.go:1 F scope a"},
			new:  []string{"q/b.go:1 G scope a k"},
			want: []string{"moved G a: function file keys"},
		},
		{
			name: "no guess which of two functions has it",
			old:  []string{"p/a.go:1 F scope a"},
			new:  []string{"q/b.go:1 G scope a", "q/b.go:2 H scope a"},
			want: []string{"added G a", "added H a", "removed F a"},
		},
		{
			name: "two names change places",
			old:  []string{"a.go:1 F scope a", "a.go:2 G scope b"},
			new:  []string{"a.go:1 F scope b", "a.go:2 G scope a"},
			want: []string{"moved G a: function", "moved F b: function"},
		},
		{
			name: "the same name twice in a function, one with other keys",
			old:  []string{"a.go:1 F count a k", "a.go:2 F count a l"},
			new:  []string{"a.go:1 F count a l", "a.go:2 F count a m"},
			want: []string{"changed F a: keys"},
		},
		{
			name: "the same name twice in a function, then once",
			old:  []string{"a.go:1 F count a", "a.go:2 F count a"},
			new:  []string{"a.go:1 F count a"},
			want: []string{"removed F a"},
		},
		{
			name: "the same name twice in a function, then the second only, by its context",
			old:  []string{"a.go:1 F count a @p", "a.go:2 F count a @q"},
			new:  []string{"a.go:1 F count a @q"},
			want: []string{"removed F a"},
		},
		{
			name: "the same name twice in a function, then the second only, by its keys",
			old:  []string{"a.go:1 F count a k @p", "a.go:2 F count a l @p"},
			new:  []string{"a.go:1 F count a l @q"},
			want: []string{"removed F a", "changed F a: context"},
		},
		{
			name: "the same name twice in a function, then once with other keys",
			old:  []string{"a.go:1 F count a k", "a.go:2 F count a l"},
			new:  []string{"a.go:1 F count a m"},
			want: []string{"removed F a", "changed F a: keys"},
		},
		{
			name: "nearest: the function in its package",
			old:  []string{"p/a.go:1 F scope a"},
			new:  []string{"p/a.go:1 G scope a", "p/b.go:1 F scope a", "q/b.go:1 F scope a"},
			want: []string{"added G a", "added F a", "moved F a: file"},
		},
		{
			name: "nearest: the function, in another package and order",
			old:  []string{"p/a.go:1 F scope a", "p/a.go:2 G scope a"},
			new:  []string{"q/a.go:1 G scope a", "q/a.go:2 F scope a"},
			want: []string{"moved G a: file", "moved F a: file"},
		},
		{
			name: "nearest: the file",
			old:  []string{"p/a.go:1 F scope a"},
			new:  []string{"p/a.go:1 G scope a", "p/b.go:1 H scope a"},
			want: []string{"added H a", "moved G a: function"},
		},
		{
			name: "nearest: the package",
			old:  []string{"p/a.go:1 F scope a"},
			new:  []string{"p/b.go:1 G scope a", "q/b.go:1 H scope a"},
			want: []string{"added H a", "moved G a: function file"},
		},
		{
			name: "renamed in one of two build configurations",
			old:  []string{"a_linux.go:1 F scope a"},
			new:  []string{"a_linux.go:1 F scope b", "a_other.go:1 F scope c"},
			want: []string{"added F c", "renamed F b was a: name"},
		},
		{
			name: "methods of two types",
			old:  []string{"a.go:1 T.F scope a"},
			new:  []string{"a.go:1 T.F scope a", "a.go:2 U.F scope a"},
			want: []string{"added U.F a"},
		},
		{
			name: "function literals outside of functions",
			old:  []string{"a.go:1  scope a", "a.go:2  scope b"},
			new:  []string{"a.go:1  scope a", "a.go:2  scope c"},
			want: []string{"renamed  c was b: name"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			old, new := sitesOf(t, tt.old), sitesOf(t, tt.new)
			want := describeDifferences(CompareSites(old, new))
			if diff := cmp.Diff(tt.want, want); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			slices.Reverse(old)
			if diff := cmp.Diff(want, describeDifferences(CompareSites(old, new))); diff != "" {
				t.Errorf("depends on the order of the listing: -sorted +reversed\n%s", diff)
			}
		})
	}
}

func sitesOf(t *testing.T, texts []string) []SiteInfo {
	var out []SiteInfo
	for _, text := range texts {
		text, refused := strings.CutSuffix(text, " !")
		text, context, _ := strings.Cut(text, " @")
		fields := append(strings.Split(text, " "), "")
		s := SiteInfo{Function: fields[1], Verb: scopes.Verb(fields[2]), Name: fields[3], Context: context}
		place, line, _ := strings.Cut(fields[0], ":")
		s.Position = token.Position{Filename: place, Column: 1}
		if _, err := fmt.Sscan(line, &s.Position.Line); err != nil {
			t.Fatal(err)
		}
		if fields[4] != "" {
			s.Keys = strings.Split(fields[4], ",")
		}
		if refused {
			s.Refused = "at line " + line
		}
		out = append(out, s)
	}
	return out
}

func describeDifferences(differences []Difference) []string {
	var out []string
	for _, d := range differences {
		text := fmt.Sprintf("%s %s %s", d.Kind, d.Site().Function, d.Site().Name)
		if d.Kind == Renamed {
			text += " was " + d.Old.Name
		}
		if len(d.Aspects) > 0 {
			text += ": " + strings.Trim(fmt.Sprint(d.Aspects), "[]")
		}
		out = append(out, text)
	}
	return out
}
