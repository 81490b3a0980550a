package jsonl

import (
	"os"
	"path/filepath"
	"strconv"

	"github.com/teleinstr/teleinstr/runtime/internal/jsonvalue"
)

func appendProcess(b []byte) []byte {
	b = strconv.AppendInt(append(b, `,"pid":`...), int64(os.Getpid()), 10)
	if len(os.Args) > 0 {
		b = jsonvalue.AppendString(append(b, `,"program":`...), filepath.Base(os.Args[0]))
	}
	return b
}
