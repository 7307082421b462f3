package sim

import (
	"context"
	"math"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/goaco/aco"
	"github.com/goaco/aco/sim/internal/ladder"
	"github.com/goaco/aco/sim/internal/reuse"
)

// A Sim is a simulation: a clock, a queue of events, and processes that wait for them. Make one with [New].
//
// All of it runs on the goroutine that calls [Sim.Run]: nothing of a Sim may be used by another goroutine at
// the same time, but for [Sim.Post]. Different simulations are independent.
type Sim struct {
	queue     ladder.Queue
	now       float64
	until     float64     // of the run, or 0: see ahead
	cur       *Proc       // the process that runs
	attention atomic.Bool // there is something to look at between two events
	running   bool
	quick     bool
	closed    bool
	goexit    bool // the process has called runtime.Goexit, and its coroutine waits to be closed
	shuffle   bool
	pools     bool // suspended coroutines are plain memory
	seq       uint64
	seed      uint64
	rand      *rand.Rand
	order     *rand.Rand // decides the order of events of one time
	kind      aco.Option
	procs     []*Proc // all that have been made and have not ended
	fresh     []Proc  // room for the next ones: an allocation serves several
	*memory
	failed    *Panic
	observers []func(Record)
	made      uint32 // how many processes
	real      realTime

	stopped atomic.Bool
	mu      sync.Mutex
	posted  []func()
}

// A memory is what one simulation can take over from another: see package reuse.
type memory struct {
	sim     *Sim // whose it is
	main    func(*coroutine, struct{})
	idle    []*coroutine // whose process has ended: they serve the next ones
	waiters *waiter      // free
	holds   *hold        // free
	keeps   bool         // it may be taken over
	blocks  [][]Proc     // all that fresh has been, up to maxBlocks, if it keeps them
	used    int          // how many of them by this simulation
}

const maxBlocks = 1 << 10

func init() {
	reuse.New = func(old *Sim, opts []Option) *Sim {
		if old == nil {
			return newSim(&memory{keeps: true}, opts)
		}
		s := newSim(old.memory, opts)
		old.queue.Reset()
		s.queue, s.procs = old.queue, old.procs
		return s
	}
}

// A coroutine runs processes, one after the other. It yields until when its process sleeps, or one of the
// following. What the wait returns is the err of the process.
type coroutine = aco.Coroutine[struct{}, float64]

const (
	parked = -1 // until something wakes the process
	ended  = -2 // the process has ended
)

// An Option of [New] sets something of a simulation.
type Option func(*Sim)

// Seed sets the seed of [Sim.Rand] and of [Shuffle]. Without it the seed is 0.
func Seed(n uint64) Option { return func(s *Sim) { s.seed = n } }

// Shuffle makes events of the same time and priority happen in a random order, which the seed decides. Otherwise
// they happen in the order in which they were scheduled. It finds what a model takes for granted; see [Search].
func Shuffle() Option { return func(s *Sim) { s.shuffle = true } }

// Coroutines sets which kind of coroutine the processes are. Without it they are [aco.Shared]. Processes that wait
// across a C call, or hundreds of calls deep, need [aco.Standalone], or [aco.Auto]; end such a simulation with [Sim.Close].
func Coroutines(kind aco.Option) Option {
	return func(s *Sim) { s.kind, s.pools = kind, s.pools && kind == aco.Shared() }
}

// native reports whether suspended coroutines are plain memory. Engine makes a long report each time.
var native = sync.OnceValue(func() bool { return aco.Engine().Name == "native" })

// New returns a simulation at time 0 without processes.
func New(opts ...Option) *Sim { return newSim(new(memory), opts) }

func newSim(m *memory, opts []Option) *Sim {
	s := &Sim{kind: aco.Shared(), pools: native(), memory: m}
	m.sim, m.used = s, 0
	if m.main == nil {
		m.main = m.processes()
	}
	for _, o := range opts {
		o(s)
	}
	s.rand = rand.New(rand.NewPCG(s.seed, 0x5851f42d4c957f2d))
	if s.shuffle {
		s.order = rand.New(rand.NewPCG(s.seed, 0x14057b7ef767814f)) // another stream: the draws of the model stay the same
	}
	return s
}

// Now returns the time, in the user's unit. It begins at 0.
func (s *Sim) Now() float64 { return s.now }

// Seed returns the seed.
func (s *Sim) Seed() uint64 { return s.seed }

// Rand returns the source of random numbers, which [Seed] determines.
func (s *Sim) Rand() *rand.Rand { return s.rand }

// The bit of a key that says that the event comes after the urgent ones of the same time: after processes that begin and
// those that are interrupted.
const normal = 1 << 63

// schedule lets p go on at time at.
func (s *Sim) schedule(p *Proc, at float64, priority uint64) {
	s.seq++
	key := s.seq
	if s.shuffle {
		key = s.order.Uint64()>>2 | 1
	}
	p.key = key | priority
	e := ladder.Entry{At: at, Key: p.key, Live: &p.key}
	if priority == 0 && !s.shuffle { // it is at once
		s.queue.PushUrgent(e)
	} else {
		s.queue.Push(e)
	}
}

// cancel takes back the entry of p, if there is one.
func (s *Sim) cancel(p *Proc) {
	if p.key != 0 {
		p.key = 0
		s.queue.Overtaken()
	}
}

// wake ends the wait of p: it goes on now, and its wait returns err.
func (s *Sim) wake(p *Proc, err error, priority uint64) {
	p.leaveLines()
	s.cancel(p)
	p.err, p.ready = err, true
	s.schedule(p, s.now, priority)
}

// At calls f at time t, between two events. f is no process and must not wait. It returns a function that takes it back.
//
// At panics with "sim: ..." if t is NaN or has passed.
func (s *Sim) At(t float64, f func()) (cancel func()) {
	must(t >= s.now, "sim: At with a time that has passed; add Now() to a delay")
	p := &Proc{sim: s, body: func(*Proc) { f() }}
	if t <= math.MaxFloat64 {
		s.schedule(p, t, normal)
	}
	return func() { s.cancel(p) }
}

// loop runs events until none is left before until. It reports true if it returns earlier: after one event if once is true, or
// because of Stop or ctx, whose error it returns.
//
// A process that sleeps comes back into this frame, and the next one is resumed from it, so that no function returns in
// between: the processor would take it to return into the process.
func (s *Sim) loop(ctx context.Context, until float64, hold, once bool) (cut bool, err error) {
	e, ok := s.queue.First()
	for {
		if s.attention.Load() && !once {
			s.attention.Store(false) // before it looks: what comes later is seen the next time
			s.cur = nil
			s.callPosted(until)
			if err := ctx.Err(); err != nil || s.stopped.Load() {
				return true, err
			}
			e, ok = s.queue.First()
		}
		if !s.quick && s.real.factor != 0 && !once && !s.pace(e, ok, until, hold) {
			e, ok = s.queue.First()
			continue // something else has come
		}
		if !ok || e.At >= until {
			return false, nil
		}
		p := (*Proc)(unsafe.Pointer(e.Live)) // its first field
		s.queue.Take()
		s.now = e.At
		p.key = 0
		if p.co != nil && p.waits == nil && !p.ready && s.quick {
			p.err = nil // it was not woken: the time has passed
		} else if !s.resuming(p) {
			p = nil
		}
		if p != nil {
			s.cur = p
			at, yields := p.co.Resume(struct{}{})
			if yields && at >= 0 && s.quick && !p.special && at <= math.MaxFloat64 {
				p.since = s.now
				s.seq++
				p.key = s.seq | normal
				e, ok = s.queue.Next(ladder.Entry{At: at, Key: p.key, Live: &p.key})
				continue
			}
			s.yielded(p, at, yields)
		}
		if once {
			return true, nil
		}
		e, ok = s.queue.First()
	}
}

// Step runs the next event and reports whether there was one. It does not look at contexts, at [RealTime] nor at
// what has been posted.
//
// It panics with "sim: Run within a Run" if the simulation runs already, and as [Sim.Run] does.
func (s *Sim) Step() bool {
	s.begin()
	defer s.end()
	happened, _ := s.loop(context.Background(), math.Inf(1), false, true)
	return happened
}

func (s *Sim) begin() {
	must(!s.running, "sim: Run within a Run; a process waits with Join, or the like")
	must(!s.closed, "sim: Run of a simulation that is closed; make another one with New")
	s.running = true
}

func (s *Sim) end() {
	s.running, s.quick, s.until, s.cur = false, false, 0, nil
	s.observe(Record{Event: "pause"})
	if !s.pools {
		for _, co := range s.idle {
			co.Close()
		}
		s.idle = s.idle[:0]
	}
}

// Run runs the simulation until no event is left, [Sim.Stop] is called or ctx ends. It returns ctx's error in the last
// case, and nil otherwise. In each case the simulation can go on with another Run. Processes that wait for
// what will not happen are no error: [Sim.Blocked] tells of them.
//
// If a process panics, Run panics with a [*Panic]. It panics with "sim: Run within a Run" if the simulation runs already.
func (s *Sim) Run(ctx context.Context) error { return s.run(ctx, math.Inf(1), false) }

// RunUntil runs the simulation as [Sim.Run] does, and until the time is t. Events of time t itself don't happen yet. If
// neither Stop nor ctx ended it, the time is t afterwards, unless t is infinite.
//
// RunUntil panics with "sim: ..." if t is NaN or has passed.
func (s *Sim) RunUntil(ctx context.Context, t float64) error {
	must(t >= s.now, "sim: RunUntil a time that has passed; add Now() to a duration")
	return s.run(ctx, t, true)
}

func (s *Sim) run(ctx context.Context, until float64, hold bool) error {
	s.begin()
	defer s.end()
	s.stopped.Store(false)
	if ctx.Done() != nil {
		defer context.AfterFunc(ctx, s.look)()
	}
	if !s.shuffle && s.observers == nil && s.real.factor == 0 {
		s.until = until
		s.quick = true
	}
	s.look()
	s.real.begin, s.real.zero = time.Now(), s.now
	cut, err := s.loop(ctx, until, hold, false)
	if !cut && hold && until <= math.MaxFloat64 {
		s.now = until
	}
	return err
}

// look makes the run look, before its next event, at what is not an event.
func (s *Sim) look() {
	s.attention.Store(true)
	select {
	case s.real.wake <- struct{}{}:
	default: // it is not a run in real time, or is woken already
	}
}

// Stop ends the run after the current event. The process that calls it goes on to its next wait. It may be called from any
// goroutine. It does nothing while no run is on.
func (s *Sim) Stop() {
	s.stopped.Store(true)
	s.look()
}

// Close ends all processes, as [Proc.Exit] does: deferred functions run, and one that waits ends there. The
// simulation can't run any more. On the native engine this is needed only for those deferred functions; on
// the portable one, and with processes that are not [aco.Shared], a process that is left waiting is a goroutine that is never freed.
//
// Close panics with "sim: Close within a Run" if the simulation runs.
func (s *Sim) Close() {
	must(!s.running, "sim: Close within a Run; call Stop, and close it after Run")
	s.closed = true
	for len(s.procs) > 0 {
		p := s.procs[len(s.procs)-1]
		s.cancel(p)
		p.leaveLines()
		if p.co != nil {
			s.cur = p
			p.co.Close()
			s.cur = nil
		}
		if !p.done {
			s.ended(p)
		}
	}
	s.end()
	s.rethrow()
}
