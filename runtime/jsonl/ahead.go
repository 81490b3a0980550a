package jsonl

import (
	"bytes"
	"runtime"
	"sync"
)

const (
	blockSize  = 16 << 10 // the length of a block, but for a line that is longer
	maxHelpers = 3
	maxTodo    = 2 * minBuffer / blockSize // blocks that wait to be parsed
)

// A block is some lines, and the events that a helper has found in them ahead of time. It finds what it can read the fast way. What the other
// lines are, what they change or lack, is to be seen when it is their turn.
type block struct {
	text   []byte
	events []parsedEvent
	queued bool          // for a helper
	done   chan struct{} // has an element when the block was queued, and has been parsed
}

// A parsedEvent is an event that does not know its stream, with its place in the text of a block.
type parsedEvent struct {
	Event
	stream     string
	start, end int
}

// parse finds events.
func (b *block) parse(p *parser) {
	for start := 0; start < len(b.text); {
		end := start + lineLength(b.text[start:])
		if p.line(bytes.TrimSpace(b.text[start:end])) && p.object.isEvent() {
			e := parsedEvent{stream: p.object.Stream, start: start, end: end}
			if p.object.event(&e.Event) == nil {
				b.events = append(b.events, e)
			}
		}
		start = end
	}
	b.done <- struct{}{}
}

// lineLength returns the length of the first line, with its newline.
func lineLength(text []byte) int {
	if n := bytes.IndexByte(text, '\n'); n >= 0 {
		return n + 1
	}
	return len(text)
}

// A crew parses blocks ahead of time. Its helpers do, each in a goroutine, and who waits for one of them.
type crew struct {
	blocks  []*block    // for use again
	todo    chan *block // nil before there are helpers
	helpers sync.WaitGroup
}

// split makes blocks of whole lines. They are valid until another call.
func (c *crew) split(text []byte) []*block {
	n := 0
	for ; len(text) > 0; n++ {
		if n == len(c.blocks) {
			c.blocks = append(c.blocks, &block{done: make(chan struct{}, 1)})
		}
		end := blockLength(text)
		b := c.blocks[n]
		b.text, b.events, b.queued = text[:end], b.events[:0], false
		text = text[end:]
	}
	return c.blocks[:n]
}

func blockLength(text []byte) int {
	if len(text) <= blockSize {
		return len(text)
	}
	if end := bytes.LastIndexByte(text[:blockSize], '\n') + 1; end > 0 {
		return end
	}
	return lineLength(text)
}

// start queues blocks but the first, which the caller can begin with.
func (c *crew) start(blocks []*block) {
	if len(blocks) <= 1 {
		return
	}
	if c.todo == nil {
		c.todo = make(chan *block, maxTodo)
		for range min(runtime.GOMAXPROCS(0)-1, maxHelpers) {
			c.helpers.Go(c.help)
		}
	}
	for _, b := range blocks[1:] {
		select {
		case c.todo <- b:
			b.queued = true
		default:
		}
	}
}

func (c *crew) help() {
	var p parser
	for b := range c.todo {
		b.parse(&p)
	}
}

// wait returns when b, the first of the blocks that are left, has been parsed, or has not been begun with: then that is up to the caller. It
// parses others with p meanwhile.
func (c *crew) wait(b *block, p *parser) {
	if !b.queued {
		return
	}
	for len(b.done) == 0 {
		select {
		case <-b.done:
			return
		case other := <-c.todo:
			if other == b {
				return
			}
			other.parse(p)
		}
	}
	<-b.done
}

// stop returns when the helpers have ended. Blocks that they have not begun with remain as they are.
func (c *crew) stop() {
	if c.todo == nil {
		return
	}
	for {
		select {
		case <-c.todo:
			continue
		default:
		}
		close(c.todo)
		c.helpers.Wait()
		return
	}
}
