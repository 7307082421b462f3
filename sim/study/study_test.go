package study_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"

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
