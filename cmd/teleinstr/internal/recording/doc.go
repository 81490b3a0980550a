// Package recording reads the events that package jsonl has recorded, from any number of files as if they were one.
//
// Files are taken in the order in which they were written, whatever their names: those that rotation has renamed sort the
// wrong way. Files that gzip has compressed are known by their first bytes.
package recording
