package study_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/goaco/aco"
	"github.com/goaco/aco/sim"
	"github.com/goaco/aco/sim/stat"
	"github.com/goaco/aco/sim/study"
)

var background = context.Background()

func model(s *sim.Sim) study.Result {
	server := sim.NewResource(s, "server", 1)
	m := server.Monitor()
	s.Go("source", func(p *sim.Proc) {
		for range 100 {
			s.Go("customer", func(p *sim.Proc) {
				server.Acquire(p)
				p.Sleep(s.Rand().Float64())
				server.Release(p)
			})
			p.Sleep(s.Rand().Float64())
		}
	})
	s.Run(background)
	return study.Result{"wait": m.Wait, "busy": m.Busy, "end": stat.Value(s.Now())}
}

func text(t *testing.T, st *stat.Study, err error) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(st)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// The number of processors and of shards makes no difference.
func TestReplicate(t *testing.T) {
	st, err := study.Replicate(background, 30, model, study.Processors(1))
	one := text(t, st, err)
	st, err = study.Replicate(background, 30, model, study.Processors(7))
	if seven := text(t, st, err); seven != one {
		t.Error("seven processors give something else")
	}
	var merged stat.Study
	for i := range 4 {
		part, err := study.Replicate(background, 30, model, study.Shard(i, 4))
		if err != nil {
			t.Fatal(err)
		}
		if err := merged.Merge(part); err != nil {
			t.Fatal(err)
		}
	}
	if text(t, &merged, nil) != one {
		t.Error("four shards give something else")
	}
	st, err = study.Replicate(background, 30, model, study.FirstSeed(1000))
	if text(t, st, err) == one {
		t.Error("other seeds give the same")
	}
}

func TestReplicateEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(background)
	st, err := study.Replicate(ctx, 100, func(s *sim.Sim) study.Result {
		if s.Seed() == 9 {
			cancel()
		}
		return model(s)
	}, study.Processors(1))
	if !errors.Is(err, context.Canceled) || st.Statistics["wait"].Across().N() != 9 {
		t.Error(err, st)
	}
	defer func() {
		f, _ := recover().(*study.Failure)
		var p *sim.Panic
		if f == nil || f.Seed != 3 || !errors.As(f, &p) || p.Value != "boom" || p.Process != "bad" {
			t.Error(f)
		}
	}()
	study.Replicate(background, 10, func(s *sim.Sim) study.Result {
		if s.Seed() >= 3 {
			s.Go("bad", func(*sim.Proc) { panic("boom") })
			s.Run(background)
		}
		return nil
	})
}

func TestSearch(t *testing.T) {
	if err := study.Search(100, func(*sim.Sim) error { return nil }); err != nil {
		t.Error(err)
	}
	for _, how := range []func(s *sim.Sim) error{
		func(s *sim.Sim) error { return fmt.Errorf("bad order") },
		func(s *sim.Sim) error { panic("bad order") },
		func(s *sim.Sim) error { runtime.Goexit(); return nil },
	} {
		for _, processors := range []int{1, 4} {
			err := study.Search(1000, func(s *sim.Sim) error { // two events of one time: which one is first?
				first := ""
				for _, name := range []string{"a", "b", "c", "d", "e"} {
					s.Go(name, func(p *sim.Proc) {
						if first == "" {
							first = p.Name()
						}
					})
				}
				s.Run(background)
				if first == "e" && s.Seed() > 10 {
					return how(s)
				}
				return nil
			}, study.Processors(processors))
			var f *study.Failure
			if !errors.As(err, &f) || f.Seed <= 10 || f.Seed > 40 || !strings.Contains(err.Error(), "bad order") && !strings.Contains(err.Error(), "Goexit") {
				t.Error(err)
			}
		}
	}
	defer func() {
		if r := fmt.Sprint(recover()); !strings.HasPrefix(r, "sim: there is no shard") {
			t.Error(r)
		}
	}()
	study.Shard(3, 3)
}

// messy is a model that leaves behind as much as possible, and returns all that happened in it.
func messy(s *sim.Sim) string {
	var log strings.Builder
	note := func(p *sim.Proc, what any) { fmt.Fprintln(&log, p.Now(), p.Name(), what) }
	r, store := sim.NewResource(s, "tool", 2), sim.NewStore[int](s, "store", 3)
	var all []*sim.Proc
	for i := range 60 {
		all = append(all, s.Go(fmt.Sprint("worker ", i), func(p *sim.Proc) {
			defer func() { note(p, "ends") }()
			for {
				if err := r.Acquire(p, sim.Patience(3+s.Rand().Float64())); err != nil {
					note(p, err)
					if s.Rand().IntN(4) == 0 {
						return
					}
					continue
				}
				note(p, p.Sleep(s.Rand().ExpFloat64()))
				r.Release(p)
				note(p, store.Put(p, i))
			}
		}))
	}
	s.Go("taker", func(p *sim.Proc) {
		for {
			v, err := store.Get(p)
			note(p, fmt.Sprint(v, err))
			p.Sleep(s.Rand().Float64())
			if q := all[s.Rand().IntN(len(all))]; !q.Done() {
				q.Interrupt(v)
			}
		}
	})
	over := false
	defer func() { over = true }()
	for range 6000 { // more than the queue has in its heap
		s.At(40+20*s.Rand().Float64(), func() {
			if over {
				panic("an event of a simulation that is over")
			}
			fmt.Fprintln(&log, s.Now())
		})
	}
	s.RunUntil(background, 30+20*s.Rand().Float64())
	return log.String()
}

// A simulation that has the memory of those before does what one does that has its own.
func TestMemoryIsTakenOver(t *testing.T) {
	for _, options := range [][]sim.Option{nil, {sim.Shuffle()}, {sim.Coroutines(aco.Standalone())}} {
		var got []string
		_, err := study.Replicate(background, 12, func(s *sim.Sim) study.Result {
			log := messy(s)
			if s.Seed()%5 == 4 {
				s.Close() // twice is no harm
			}
			got = append(got, log)
			return nil
		}, study.Processors(1), study.Each(options...))
		if err != nil {
			t.Fatal(err)
		}
		for seed, log := range got {
			s := sim.New(append(options, sim.Seed(uint64(seed)))...)
			if want := messy(s); log != want || len(log) < 1000 {
				t.Fatalf("seed %d:\n%.300s\nwant\n%.300s", seed, log, want)
			}
			s.Close()
		}
	}
}

// What a simulation leaves is taken by the next one: a replication allocates little.
func TestReplicationsAllocateLittle(t *testing.T) {
	if aco.Engine().Name != "native" {
		t.Skip("each process is a goroutine")
	}
	of := func(n int) uint64 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		study.Replicate(background, n, func(s *sim.Sim) study.Result {
			for range 900 { // fewer than the coroutines that wait for others
				s.Go("", func(p *sim.Proc) { p.Sleep(1) })
			}
			s.Run(background)
			return nil
		}, study.Processors(1))
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc
	}
	of(1)
	if one, ten := of(1), of(10); ten > 2*one {
		t.Errorf("a replication allocates %d bytes, ten %d", one, ten)
	}
}
