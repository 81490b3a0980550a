package rewrite

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/teleinstr/teleinstr/scopes"
)

// A DifferenceKind says what became of a site between two listings.
type DifferenceKind string

// The kinds of differences. One that fits several is of the first.
const (
	Added   DifferenceKind = "added"
	Removed DifferenceKind = "removed"
	Renamed DifferenceKind = "renamed" // another name in the same function
	Moved   DifferenceKind = "moved"   // the same name in another function or file
	Changed DifferenceKind = "changed" // all else: the kind, the keys, the context, whether it is refused
)

var differenceKinds = []DifferenceKind{Added, Removed, Renamed, Moved, Changed}

// An Aspect is what two sites that correspond may differ in.
type Aspect string

// The aspects of a site.
const (
	AspectName     Aspect = "name"
	AspectKind     Aspect = "kind"
	AspectFunction Aspect = "function"
	AspectFile     Aspect = "file"
	AspectKeys     Aspect = "keys"
	AspectContext  Aspect = "context"
	AspectRefused  Aspect = "refused"
)

// A Difference is a scope or metric that two listings do not have in common.
type Difference struct {
	Kind DifferenceKind
	// Old is the site as it was; nil if it was added. New is as it is; nil if it was removed.
	Old, New *SiteInfo
	// Aspects are what Old and New differ in, in the order of the constants; none if one of them is nil.
	Aspects []Aspect
}

// CompareSites tells how the scopes and metrics of two listings differ, sorted by kind of difference, name and
// place.
//
// A site has no identity but what it says, so those correspond that have most in common: sites that are the same;
// then those of one name in one function; then those of one name, nearest first; then those of one function. Where the
// last two leave a choice, with more candidates on one side than on the other, nothing is guessed: sites are removed and
// added.
//
// Lines, the order of keys, doc comments, and the reason of a refusal are no differences, nor is a context that one of
// the listings could not tell. Directives that record nothing (ignore) are left out. File names are to be relative to
// the same directory in both, with forward slashes.
func CompareSites(old, new []SiteInfo) []Difference {
	c := comparison{old: recorded(old), new: recorded(new)}
	for _, p := range passes {
		c.pair(p)
	}
	for _, s := range c.old {
		c.differences = append(c.differences, Difference{Kind: Removed, Old: s})
	}
	for _, s := range c.new {
		c.differences = append(c.differences, Difference{Kind: Added, New: s})
	}
	slices.SortStableFunc(c.differences, compareDifferences)
	return c.differences
}

// A comparison holds the sites that have found no counterpart yet, by file and position.
type comparison struct {
	old, new    []*SiteInfo
	differences []Difference
}

// recorded returns the sites that record anything, by file and position.
func recorded(sites []SiteInfo) []*SiteInfo {
	var out []*SiteInfo
	for i := range sites {
		if sites[i].Verb != scopes.Ignore {
			out = append(out, &sites[i])
		}
	}
	slices.SortStableFunc(out, comparePlaces)
	return out
}

func comparePlaces(a, b *SiteInfo) int {
	return cmp.Or(
		cmp.Compare(a.Position.Filename, b.Position.Filename),
		cmp.Compare(a.Position.Line, b.Position.Line),
		cmp.Compare(a.Position.Column, b.Position.Column),
	)
}

// A pass pairs sites whose keys are equal.
type pass struct {
	key func(s *SiteInfo) siteKey
	// certain passes pair what they can where one side has more candidates; others leave all of them.
	certain bool
}

// A siteKey holds what a pass goes by; the rest of it is empty.
type siteKey struct {
	file, directory, function, name string
	verb                            scopes.Verb
	keys, context                   string
	refused                         bool
}

// passes are tried in order, each on what those before have left.
var passes = []pass{
	{certain: true, key: func(s *SiteInfo) siteKey {
		return siteKey{file: s.file(), function: s.Function, name: s.Name, verb: s.Verb, keys: s.keySet(), context: s.Context, refused: s.Refused != ""}
	}},
	{certain: true, key: func(s *SiteInfo) siteKey {
		return siteKey{file: s.file(), function: s.Function, name: s.Name, verb: s.Verb, keys: s.keySet()}
	}},
	{certain: true, key: func(s *SiteInfo) siteKey {
		return siteKey{file: s.file(), function: s.Function, name: s.Name, verb: s.Verb}
	}},
	{key: func(s *SiteInfo) siteKey {
		return siteKey{directory: s.directory(), function: s.Function, name: s.Name, verb: s.Verb}
	}},
	{key: func(s *SiteInfo) siteKey { return siteKey{function: s.Function, name: s.Name, verb: s.Verb} }},
	{key: func(s *SiteInfo) siteKey { return siteKey{file: s.file(), name: s.Name, verb: s.Verb} }},
	{key: func(s *SiteInfo) siteKey { return siteKey{directory: s.directory(), name: s.Name, verb: s.Verb} }},
	{key: func(s *SiteInfo) siteKey { return siteKey{name: s.Name, verb: s.Verb} }},
	{key: func(s *SiteInfo) siteKey {
		return siteKey{directory: s.directory(), function: s.Function, name: s.Name}
	}},
	{key: func(s *SiteInfo) siteKey { return siteKey{file: s.file(), function: s.Function, verb: s.Verb} }},
	{key: func(s *SiteInfo) siteKey {
		return siteKey{directory: s.directory(), function: s.Function, verb: s.Verb}
	}},
}

func (s *SiteInfo) file() string      { return s.Position.Filename }
func (s *SiteInfo) directory() string { return path.Dir(s.Position.Filename) }

// keySet returns the keys in one string, whatever their order.
func (s *SiteInfo) keySet() string {
	return strings.Join(slices.Sorted(slices.Values(s.Keys)), " ")
}

// pair takes out the sites that correspond by a pass, in the order they stand, and notes those that differ all the same.
func (c *comparison) pair(p pass) {
	olds, news := group(c.old, p.key), group(c.new, p.key)
	paired := map[*SiteInfo]bool{}
	for i := range c.old {
		key := p.key(c.old[i])
		a, b := olds[key], news[key]
		delete(olds, key)
		if !p.certain && len(a) != len(b) {
			continue
		}
		for n := range min(len(a), len(b)) {
			paired[a[n]], paired[b[n]] = true, true
			c.note(a[n], b[n])
		}
	}
	isPaired := func(s *SiteInfo) bool { return paired[s] }
	c.old, c.new = slices.DeleteFunc(c.old, isPaired), slices.DeleteFunc(c.new, isPaired)
}

func group(sites []*SiteInfo, key func(*SiteInfo) siteKey) map[siteKey][]*SiteInfo {
	groups := map[siteKey][]*SiteInfo{}
	for _, s := range sites {
		groups[key(s)] = append(groups[key(s)], s)
	}
	return groups
}

// note adds the difference of two sites that correspond, if there is any.
func (c *comparison) note(old, new *SiteInfo) {
	var aspects []Aspect
	add := func(aspect Aspect, differs bool) {
		if differs {
			aspects = append(aspects, aspect)
		}
	}
	add(AspectName, old.Name != new.Name)
	add(AspectKind, old.Verb != new.Verb)
	add(AspectFunction, old.Function != new.Function)
	add(AspectFile, old.file() != new.file())
	add(AspectKeys, old.keySet() != new.keySet())
	add(AspectContext, old.Context != new.Context && old.knowsContext() && new.knowsContext())
	add(AspectRefused, (old.Refused == "") != (new.Refused == ""))
	if len(aspects) == 0 {
		return
	}
	kind := Changed
	switch {
	case aspects[0] == AspectName:
		kind = Renamed
	case slices.Contains(aspects, AspectFunction) || slices.Contains(aspects, AspectFile):
		kind = Moved
	}
	c.differences = append(c.differences, Difference{kind, old, new, aspects})
}

func (s *SiteInfo) knowsContext() bool { return s.Context != "" && s.Context != unknownOrigin }

// Site returns the site as it is, or as it was if it is no more.
func (d Difference) Site() *SiteInfo { return cmp.Or(d.New, d.Old) }

func compareDifferences(a, b Difference) int {
	x, y := a.Site(), b.Site()
	return cmp.Or(
		cmp.Compare(slices.Index(differenceKinds, a.Kind), slices.Index(differenceKinds, b.Kind)),
		cmp.Compare(x.Name, y.Name),
		comparePlaces(x, y),
	)
}
