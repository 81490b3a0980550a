package rewrite

import (
	"bytes"
	"errors"
	"fmt"
	"go/scanner"
	"go/token"
	"strings"
)

// An Extract is the code of one place in a file of the same-line form.
type Extract struct {
	code     string
	replaced string // the text of the original that the code stands for
	anchor   string // the line directive behind
}

// CutCode takes the code out of a file of the same-line form and leaves its line directives, so that another tool
// can change the file as if it were the original: cmd/cover should count no statement that nobody wrote.
func CutCode(src []byte) ([]byte, []Extract, error) {
	file := token.NewFileSet().AddFile("", -1, len(src))
	var scan scanner.Scanner
	scan.Init(file, src, func(token.Position, string) {}, scanner.ScanComments)
	var out bytes.Buffer
	var extracts []Extract
	last, in := 0, -1
	for {
		pos, tok, lit := scan.Scan()
		at := file.Offset(pos)
		switch {
		case tok == token.EOF && in >= 0:
			return nil, nil, errors.New("code without an end")
		case tok == token.EOF:
			out.Write(src[last:])
			return out.Bytes(), extracts, nil
		case tok != token.COMMENT:
		case lit == sameLineIn:
			in = at
		case in >= 0 && strings.HasPrefix(lit, sameLineOut):
			e := Extract{
				code:     string(src[in+len(sameLineIn) : at]),
				replaced: strings.TrimSuffix(strings.TrimPrefix(lit, sameLineOut), endComment),
			}
			end := at + len(lit)
			length := bytes.Index(src[end:], []byte(endComment))
			if length < 0 || !bytes.HasPrefix(src[end:], []byte("/*line ")) {
				return nil, nil, errors.New("code without a line directive behind")
			}
			e.anchor = string(src[end : end+length+len(endComment)])
			extracts = append(extracts, e)
			out.Write(src[last:in])
			out.WriteString(e.replaced)
			last, in = end, -1
		}
	}
}

// PasteCode puts what CutCode has taken out back into the file, which may have changed in between but for its
// line directives.
func PasteCode(src []byte, extracts []Extract) ([]byte, error) {
	var out bytes.Buffer
	last := 0
	for _, e := range extracts {
		at := bytes.Index(src[last:], []byte(e.anchor))
		if at < 0 || !bytes.HasSuffix(src[last:last+at], []byte(e.replaced)) {
			return nil, fmt.Errorf("the place of code is gone: %s", e.anchor)
		}
		out.Write(src[last : last+at-len(e.replaced)])
		out.WriteString(e.code)
		out.WriteString(e.anchor)
		last += at + len(e.anchor)
	}
	out.Write(src[last:])
	return out.Bytes(), nil
}
