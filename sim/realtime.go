package sim

import (
	"math"
	"time"

	"github.com/goaco/aco/sim/internal/ladder"
)

// A realTime ties the simulation's time to the clock's.
type realTime struct {
	factor float64 // seconds a unit, or 0
	begin  time.Time
	zero   float64       // the simulation's time at begin
	wake   chan struct{} // has something when there is something to look at
	lag    time.Duration
}

// RealTime makes a run wait before each event until its time has come: a unit of time lasts factor seconds. What is posted
// meanwhile is called at once. It is for hardware in the loop, games and demonstrations. To wait for what is posted
// when no event is left, use RunUntil with an infinite time.
//
// RealTime panics with "sim: factor ..." if factor is not positive and finite.
func RealTime(factor float64) Option {
	must(factor > 0 && factor <= math.MaxFloat64, "sim: factor of the real time that is not positive and finite")
	return func(s *Sim) { s.real = realTime{factor: factor, wake: make(chan struct{}, 1)} }
}

// Lag returns by how much the latest event came too late, or 0. It is 0 without [RealTime].
func (s *Sim) Lag() time.Duration { return s.real.lag }

// Post has f called on the goroutine of the run between two events, or else in the next run. With [RealTime], the time is then
// that of the clock. f is no process and must not wait; it may trigger events, make processes, put into stores. Post may be
// called from any goroutine, and returns at once.
//
// Post panics with "sim: nil function" if f is nil.
func (s *Sim) Post(f func()) {
	must(f != nil, "sim: nil function posted")
	s.mu.Lock()
	s.posted = append(s.posted, f)
	s.mu.Unlock()
	s.look()
}

// callPosted calls what has been posted. limit is the time that it must not pass.
func (s *Sim) callPosted(limit float64) {
	s.mu.Lock()
	posted := s.posted
	s.posted = nil
	s.mu.Unlock()
	if s.real.factor != 0 && len(posted) > 0 {
		if e, ok := s.queue.First(); ok {
			limit = min(limit, e.At)
		}
		s.now = max(s.now, min(limit, s.real.now()))
	}
	for _, f := range posted {
		f()
	}
}

// now returns the simulation's time that the clock shows.
func (r *realTime) now() float64 { return r.zero + time.Since(r.begin).Seconds()/r.factor }

// pace waits until it is time for e, the next event, or for until, if there is none or it comes later and hold says
// so. It reports false if there is something else to look at before.
func (s *Sim) pace(e ladder.Entry, ok bool, until float64, hold bool) bool {
	at := until
	if ok {
		at = min(at, e.At)
	} else if !hold {
		return true
	}
	r := &s.real
	wait := (at - r.now()) * r.factor
	if wait <= 0 {
		r.lag = time.Duration(-wait * float64(time.Second))
		return true
	}
	r.lag = 0
	timer := time.NewTimer(time.Duration(min(wait, 3600) * float64(time.Second)))
	defer timer.Stop()
	select {
	case <-r.wake:
		return false
	case <-timer.C:
		return wait <= 3600
	}
}
