// Package cache remembers what came of a command as long as nothing changes that it follows from, so that the second run of lint,
// or of teleinstr go, has little to do but to see that.
//
// [Remembered] answers a [Question], the words of a command in a directory, from what it has kept of an earlier time, or has it worked out. An
// answer says what it follows from by its footprint: files that were read, directories that were looked into. These become
// [Inputs], together with the version of teleinstr, the settings of the go command ([ReadEnvironment]) and the go.mod and go.work
// files. Their key names the file in which the answer is. A Go file is told by a stamp that changes whenever it does, or by its contents where
// there is none: on systems other than Linux, and where it was written a moment ago. What cannot be told for sure, such as what settings
// lead elsewhere for, is not remembered: a stale answer is worse than a slow one.
//
// A [Dir] is where all of that is kept, in the go command's cache directory or one that TELEINSTR_CACHE names. Files are called by their
// contents, or by the key of these, so that processes may share it without a lock. What was not used for ten days is deleted.
package cache
