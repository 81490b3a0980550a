package rewrite

import "bytes"

// lineStart returns the offset of the first byte of the line that holds offset.
func lineStart(src []byte, offset int) int { return bytes.LastIndexByte(src[:offset], '\n') + 1 }

// nextLine returns the offset behind the line that holds offset.
func nextLine(src []byte, offset int) int {
	if i := bytes.IndexByte(src[offset:], '\n'); i >= 0 {
		return offset + i + 1
	}
	return len(src)
}

// skip returns the offset behind text, if text stands at offset.
func skip(src []byte, offset int, text string) int {
	if bytes.HasPrefix(src[offset:], []byte(text)) {
		return offset + len(text)
	}
	return offset
}

// onlyComments reports whether the rest of a line holds comments at most, and none that goes on to the next.
func onlyComments(line []byte) bool {
	for {
		line = bytes.TrimSpace(line)
		switch {
		case len(line) == 0 || bytes.HasPrefix(line, []byte("//")):
			return true
		case !bytes.HasPrefix(line, []byte("/*")) || !bytes.Contains(line, []byte("*/")):
			return false
		}
		_, line, _ = bytes.Cut(line, []byte("*/"))
	}
}

func leadingBlanks(src []byte) string {
	return string(src[:len(src)-len(bytes.TrimLeft(src, " \t"))])
}

// lineEnd returns how the line before offset ends, or, if offset is on the first line, how that does.
func lineEnd(src []byte, offset int) string {
	end := bytes.LastIndexByte(src[:offset], '\n')
	if end < 0 {
		end = bytes.IndexByte(src, '\n')
	}
	if end > 0 && src[end-1] == '\r' {
		return "\r\n"
	}
	return "\n"
}

// isBlankLine reports whether the line that starts at offset is blank.
func isBlankLine(src []byte, offset int) bool {
	return len(bytes.TrimSpace(src[offset:nextLine(src, offset)])) == 0
}
