package sim

import (
	"fmt"
	"math"
	"runtime/debug"

	"github.com/goaco/aco"
)

// A Proc is a process: a function that runs in simulated time and may wait. [Sim.Go] makes one. Its
// methods that wait may be called by that function only, at any call depth.
type Proc struct {
	key     uint64 // of its entry in the queue, or 0; the entries point here
	sim     *Sim
	co      *coroutine
	since   float64 // when it began to wait
	err     error   // what its wait returns
	waits   *waiter
	ext     *ext
	ready   bool // its wait is over, and it has not gone on yet
	done    bool
	exits   bool  // Exit has been called
	special bool  // it has exited, or there are causes in ext: its next wait is not an ordinary one
	fired   int32 // the case of the wait that came true
	slot    int32
	id      uint32 // counted from 1; 0 for a function: see At
	held    *hold
	body    func(*Proc)
	name    string
}

// An ext is what few processes have.
type ext struct {
	joiners line
	causes  []any // of interrupts that came when it did not wait
}

func (p *Proc) extend() *ext {
	if p.ext == nil {
		p.ext = &ext{joiners: line{sim: p.sim, kind: "process", name: p.name}}
	}
	return p.ext
}

// Go makes a process that runs body, named name in what is written about it. It begins at the current time, before all
// events that are not the beginning of a process or an interrupt. It may be called before a run and during one.
//
// Go panics with "sim: nil body" if body is nil.
func (s *Sim) Go(name string, body func(p *Proc)) *Proc {
	must(body != nil, "sim: nil body")
	must(!s.closed, "sim: Go in a simulation that is closed; make another one with New")
	s.made++
	if len(s.fresh) == 0 {
		s.fresh = s.room()
	}
	p := &s.fresh[0]
	s.fresh = s.fresh[1:]
	p.sim, p.name, p.id, p.body, p.ready = s, name, s.made, body, true // of zeros: to copy a Proc there takes longer
	p.slot, p.since = int32(len(s.procs)), s.now
	s.procs = append(s.procs, p)
	s.schedule(p, s.now, 0)
	return p
}

// room returns memory for some processes.
func (m *memory) room() []Proc {
	if m.used < len(m.blocks) {
		m.used++
		clear(m.blocks[m.used-1])
		return m.blocks[m.used-1]
	}
	b := make([]Proc, min(m.sim.made, 36)) // 4 kB, as the allocator has them
	if m.keeps && len(m.blocks) < maxBlocks {
		m.blocks = append(m.blocks, b)
		m.used++
	}
	return b
}

// Sim returns the simulation of p.
func (p *Proc) Sim() *Sim { return p.sim }

// Name returns the name that [Sim.Go] was given.
func (p *Proc) Name() string { return p.name }

// Now returns the time.
func (p *Proc) Now() float64 { return p.sim.now }

// Done reports whether p has ended.
func (p *Proc) Done() bool { return p.done }

// Sleep waits until d has passed. It returns nil, or an [*Interrupted]. With an infinite d it waits until it is interrupted.
//
// Sleep panics with "sim: negative or NaN delay" if d is such, and with "sim: wait outside its process" if p is not what runs.
func (p *Proc) Sleep(d float64) error { return sleep(p, d) }

var sleep func(p *Proc, d float64) error

func init() { sleep = (*Proc).sleep }

// A process that sleeps has a frame of sleep: what sleep calls makes it larger by its arguments.
func (p *Proc) sleep(d float64) error {
	if !(d >= 0) {
		refuseDelay()
	}
	if p == nil || p.sim.cur != p {
		refuseOutside()
	}
	s, at := p.sim, p.sim.now+d
	if !(at < s.until) || p.special || s.attention.Load() || !s.queue.Nothing(at) {
		p.co.Yield(at)
		return p.err
	}
	// Nothing else happens before: it goes on without a switch. It is as if it had been scheduled. So that the draws of a shuffle, and
	// what is observed, are always the same, then until is 0.
	s.now, p.err = at, nil
	return nil
}

//go:noinline
func refuseDelay() { panic(badDelay) }

//go:noinline
func refuseOutside() { panic(outside) }

// must panics with message if ok is false.
func must(ok bool, message string) {
	if !ok {
		panic(message)
	}
}

const (
	badDelay   = "sim: negative or NaN delay; nothing happens before now"
	outside    = "sim: wait outside its process; only the function that Go was given may wait, with its own *Proc"
	sendClosed = "sim: send on closed channel"
	foreign    = "sim: wait on another simulation's object; make all objects of a model with the same *Sim"
)

// Exit ends the process, at any call depth. Deferred functions run, but one that waits ends there, and nothing recovers
// the exit. Those who join the process go on.
//
// Exit panics with "sim: wait outside its process" if p is not what runs.
func (p *Proc) Exit() {
	p.check(nil)
	p.exits, p.special = true, true
	p.co.Close()
}

// check panics if p is not what runs, or s is another simulation.
func (p *Proc) check(s *Sim) {
	must(p != nil && p.sim.cur == p, outside)
	must(s == p.sim || s == nil, foreign)
}

// An Interrupted is the error of a wait that [Proc.Interrupt] has ended.
type Interrupted struct {
	Cause any
}

// Error returns "sim: interrupted: " and the cause.
func (i *Interrupted) Error() string { return fmt.Sprint("sim: interrupted: ", i.Cause) }

// Unwrap returns the cause if it is an error.
func (i *Interrupted) Unwrap() error {
	err, _ := i.Cause.(error)
	return err
}

// Interrupt ends the wait of p, which returns an [*Interrupted] with the cause, now and before other events. p
// leaves what it waited for without a trace. If p does not wait, because it has not begun or because what it waited
// for has come true at this very time, the interrupt ends its next wait. It does nothing if p has ended.
//
// Interrupt panics with "sim: a process interrupts itself" if p is what runs.
func (p *Proc) Interrupt(cause any) {
	must(p.sim.cur != p, "sim: a process interrupts itself; return an error instead")
	p.interrupt(cause)
}

func (p *Proc) interrupt(cause any) {
	if p.done {
		return
	}
	if p.ready || p.sim.cur == p {
		x := p.extend()
		x.causes = append(x.causes, cause)
		p.special = true
		return
	}
	p.sim.traceProc(p, "interrupt", "", cause)
	p.sim.wake(p, &Interrupted{cause}, 0)
}

// Join waits until q has ended. It returns nil, or an [*Interrupted].
//
// Join panics with "sim: a process joins itself" if q is p, and as [Proc.Sleep] does.
func (p *Proc) Join(q *Proc) error {
	must(p != q, "sim: a process joins itself; it would wait forever")
	return All(p, q)
}

// processes returns what a coroutine does: it runs the processes that it is resumed for. Its frame is part of each
// process that waits, so it is small: a deferred method would have its receiver and a closure there.
//
//go:noinline
func (m *memory) processes() func(*coroutine, struct{}) {
	leave := m.leave
	return func(*coroutine, struct{}) {
		defer leave()
		for {
			m.sim.cur.body(m.sim.cur)
			co := m.sim.returned()
			if co == nil {
				return
			}
			co.Yield(ended)
		}
	}
}

// returned is called when the body of the process that runs has returned. It returns the coroutine if that is to wait for another one.
//
//go:noinline
func (s *Sim) returned() *coroutine {
	co := s.cur.co
	s.ended(s.cur)
	if len(s.idle) >= 1024 {
		return nil
	}
	s.idle = append(s.idle, co)
	return co
}

// leave is called when a coroutine ends. Unless the body of its process has returned, it has panicked, called runtime.Goexit, or
// is closed.
func (m *memory) leave() {
	s := m.sim
	p, r := s.cur, recover()
	if p == nil || p.done {
		return
	}
	if r != nil {
		s.failed = &Panic{p.name, s.now, r, debug.Stack()}
	}
	s.ended(p)
	if r == nil && !p.exits && !s.closed {
		s.goexit = true
		p.co.Yield(ended) // so that the Goexit does not go on in who has resumed it
	}
}

// A Panic is what Run panics with after a process has panicked.
type Panic struct {
	Process string  // the name of the process
	Time    float64 // when it panicked
	Value   any     // what it panicked with
	Stack   []byte  // the traceback, which shows the functions that the process was in
}

// Error returns all of it as a text, so that a program that ends with it shows the process's functions.
func (e *Panic) Error() string {
	return fmt.Sprintf("sim: process %q panicked at %v: %v\n\n%s", e.Process, e.Time, e.Value, e.Stack)
}

// Unwrap returns the value if it is an error.
func (e *Panic) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// rethrow panics if a process has.
func (s *Sim) rethrow() {
	if f := s.failed; f != nil {
		s.failed = nil
		panic(f)
	}
}

// ended forgets p, whose body has ended, and wakes who joins it.
func (s *Sim) ended(p *Proc) {
	p.done = true
	s.traceProc(p, "end", "", nil)
	last := s.procs[len(s.procs)-1]
	last.slot = p.slot
	s.procs[p.slot] = last
	s.procs[len(s.procs)-1] = nil
	s.procs = s.procs[:len(s.procs)-1]
	if p.ext != nil {
		p.ext.joiners.fireAll(nil)
	}
	p.body, p.ext = nil, nil
}

// resuming prepares p to go on if there is more to do than loop does. It reports false if p is a function of [Sim.At], which
// it has called.
func (s *Sim) resuming(p *Proc) bool {
	s.cur = nil
	if p.co == nil && p.id == 0 {
		p.body(p)
		return false
	}
	if !p.ready {
		p.err = nil
	}
	p.ready = false
	event := "resume"
	if p.co == nil {
		event = "start"
		if n := len(s.idle); n > 0 {
			p.co, s.idle = s.idle[n-1], s.idle[:n-1]
		} else {
			p.co = aco.New(s.main, s.kind)
		}
	}
	if p.waits != nil { // it was not woken: its patience has ended
		p.leaveLines()
		p.err = ErrReneged
	}
	if p.err != nil {
		s.traceProc(p, event, "", p.err)
	} else {
		s.traceProc(p, event, "", nil)
	}
	return true
}

// yielded does what loop has not: the process waits or has ended.
func (s *Sim) yielded(p *Proc, at float64, ok bool) {
	s.cur = nil
	if !ok || at == ended {
		if s.goexit {
			s.goexit = false
			p.co.Close()
		}
		p.co = nil
		s.rethrow()
		return
	}
	p.since = s.now
	if at >= 0 && at <= math.MaxFloat64 {
		s.schedule(p, at, normal)
	}
	if s.observers != nil {
		s.traceProc(p, "wait", p.waitsFor(), nil)
	}
	if x := p.ext; x != nil && len(x.causes) > 0 && !p.ready {
		cause := x.causes[0]
		x.causes = x.causes[1:]
		p.special = p.exits || len(x.causes) > 0
		p.interrupt(cause)
	}
}
