package cache

import (
	"fmt"
	"io/fs"
	"syscall"
	"time"
)

// settled is how long ago a file must have been changed last for its times to tell the next change.
const settled = 2 * time.Second

// stamp returns a text that changes whenever the file does, its contents or what stands under its name, without
// reading it: the kernel sets the time of the last change, and nobody else can. It returns false if that is too
// recent.
func stamp(info fs.FileInfo, now time.Time) (string, bool) {
	s, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return "", false
	}
	changed := time.Unix(s.Ctim.Unix())
	return fmt.Sprint(s.Dev, s.Ino, s.Size, changed.UnixNano()), now.Sub(changed) > settled
}
