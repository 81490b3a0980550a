// Package simple is a reporter for local debugging: it adds events up in memory and prints them as a tree.
//
//	reporter := simple.New(nil)
//	tele.SetDefault(tele.New(reporter))
//	…
//	reporter.WriteReport(os.Stderr)
//
// It is a development tool, outside the compatibility promise of this module: what it prints, what a
// [Snapshot] holds and how both are ordered may change in any release.
package simple
