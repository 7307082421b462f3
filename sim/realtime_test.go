package sim_test

import (
	"context"
	"math"
	"sync"
	"testing"
	"time"

	"github.com/goaco/aco/sim"
)

func TestRealTime(t *testing.T) {
	s := sim.New(sim.RealTime(0.01))
	n := 0
	s.Go("clock", func(p *sim.Proc) {
		for range 5 {
			p.Sleep(1)
			n++
		}
	})
	begin := time.Now()
	s.Run(background)
	if d := time.Since(begin); n != 5 || s.Now() != 5 || d < 50*time.Millisecond {
		t.Error(n, s.Now(), d)
	}
	begin = time.Now()
	s.RunUntil(background, 10) // waits although nothing happens
	if d := time.Since(begin); s.Now() != 10 || d < 50*time.Millisecond {
		t.Error(s.Now(), d)
	}
	s.At(10, func() { time.Sleep(30 * time.Millisecond) })
	s.At(11, func() {})
	s.Run(background)
	if s.Lag() < 10*time.Millisecond {
		t.Error("the lag is", s.Lag())
	}
}

// What is posted is called at once, at the time of the clock, and nothing else happens too early because of it.
func TestPost(t *testing.T) {
	s := sim.New(sim.RealTime(0.001))
	button := sim.NewStore[int](s, "button", math.MaxInt)
	var got []float64
	s.Go("p", func(p *sim.Proc) {
		for {
			if v, err := button.Get(p); err != nil || v == 3 {
				break
			}
			got = append(got, p.Now())
		}
		s.Stop()
	})
	s.Go("far", func(p *sim.Proc) { p.Sleep(1e9); t.Error("time has run away") })
	go func() {
		for v := range 4 {
			time.Sleep(20 * time.Millisecond)
			s.Post(func() { button.TryPut(v) })
		}
	}()
	if err := s.RunUntil(background, math.Inf(1)); err != nil || len(got) != 3 || got[0] < 20 || got[2] < 60 || got[0] >= got[1] {
		t.Error(err, got)
	}
	ctx, cancel := context.WithTimeout(background, 20*time.Millisecond)
	defer cancel()
	if err := s.RunUntil(ctx, math.Inf(1)); err != context.DeadlineExceeded {
		t.Error(err)
	}
	s.Close()
}

// Post may be called by many goroutines during a run that is as quick as it can be, and none is lost.
func TestPostFromMany(t *testing.T) {
	s := sim.New()
	n := 0
	var all sync.WaitGroup
	for range 8 {
		all.Add(1)
		go func() {
			defer all.Done()
			for range 100 {
				s.Post(func() { n++ })
			}
		}()
	}
	done := make(chan struct{})
	go func() { all.Wait(); close(done); s.Stop() }()
	s.Go("clock", func(p *sim.Proc) {
		for {
			p.Sleep(1)
			select {
			case <-done:
				return
			default:
			}
		}
	})
	s.Run(background)
	<-done
	s.Run(background)
	if n != 800 {
		t.Error(n)
	}
}
