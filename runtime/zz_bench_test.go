package tele

import ("testing";"time";"context";"log/slog")
type nop struct{}
func (nop) RecordTiming(string, time.Duration, Metadata) {}
func (nop) RecordMetric(string, slog.Value, Metadata) {}
var sinkD time.Duration
func BenchmarkClock(b *testing.B){ for b.Loop() { t:=time.Now(); sinkD=time.Since(t)} }
func BenchmarkScope(b *testing.B){ t:=newEnabled(nop{}); ctx:=context.Background(); b.ReportAllocs(); for b.Loop() { _,s:=t.Start(ctx,"pipeline.plan"); s.End()} }
func BenchmarkScopePkg(b *testing.B){ t:=newEnabled(nop{}); ctx:=NewContext(context.Background(),t); b.ReportAllocs(); for b.Loop() { _,s:=Start(ctx,"pipeline.plan"); s.End()} }
func BenchmarkScopeDefault(b *testing.B){ t:=newEnabled(nop{}); SetDefault(t); ctx:=context.Background(); b.ReportAllocs(); for b.Loop() { _,s:=Start(ctx,"pipeline.plan"); s.End()} }
func BenchmarkScope3(b *testing.B){ t:=newEnabled(nop{}); ctx:=context.Background(); b.ReportAllocs(); for b.Loop() { _,s:=t.Start(ctx,"pipeline.plan",Int("a",1),Int("b",2),String("c","x")); s.End()} }
func BenchmarkCount(b *testing.B){ t:=newEnabled(nop{}); ctx:=context.Background(); b.ReportAllocs(); for b.Loop() { t.Count(ctx,"pipeline.plan",1)} }
