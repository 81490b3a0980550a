package jsonl

import (
	"bytes"
	"io"
)

const (
	minBuffer = 256 << 10 // the length of what is read at a time
	maxEmpty  = 100       // the number of reads without a byte or an error, after which there will be none
)

// A lineReader reads lines, as many at a time as there are. It does not keep more than the beginning of one that is too long.
type lineReader struct {
	in     io.Reader
	limit  int // of the length of a line, without its newline
	buffer []byte
	rest   []byte // of the buffer: the beginning of a line
	err    error  // what in ended with
}

// next returns whole lines, one at least, each with its newline. They are valid until another call. It does not wait for more than one. The first
// one lacks cut bytes of its middle if it is longer than the limit, and is so nevertheless. With an error, which is io.EOF at the end and
// the last thing, text is the beginning of a line.
func (l *lineReader) next() (text []byte, cut int64, err error) {
	n := copy(l.buffer, l.rest)
	for l.err == nil {
		if n > l.limit {
			cut += int64(n - l.limit - 1)
			n = l.limit + 1
		}
		read := l.read(n)
		if end := bytes.LastIndexByte(read, '\n') + 1; end > 0 {
			l.rest = read[end:]
			return l.buffer[:n+end], cut, nil
		}
		n += len(read)
	}
	return l.buffer[:n], cut, l.err
}

// read reads to the buffer from n on, and returns what it has read. It makes room first if there is little.
func (l *lineReader) read(n int) []byte {
	if len(l.buffer)-n < minBuffer/2 {
		buffer := make([]byte, max(minBuffer, 2*len(l.buffer)))
		copy(buffer, l.buffer[:n])
		l.buffer = buffer
	}
	for range maxEmpty {
		var count int
		count, l.err = l.in.Read(l.buffer[n:min(n+minBuffer, len(l.buffer))])
		if count > 0 || l.err != nil {
			return l.buffer[n : n+count]
		}
	}
	l.err = io.ErrNoProgress
	return nil
}
