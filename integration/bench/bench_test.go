package main

import "testing"

// Benchmark runs the same subjects under the testing package, for benchstat and profiles. The table comes from
// the command, whose rounds take turns.
func Benchmark(b *testing.B) {
	for _, p := range []func() phase{offPhase, onPhase, tracePhase} {
		p := p()
		if p.start != nil {
			defer p.start()()
		}
		for _, s := range p.subjects {
			b.Run(p.name+"/"+s.name, func(b *testing.B) {
				b.ReportAllocs()
				s.run(b.N)
			})
		}
	}
}
