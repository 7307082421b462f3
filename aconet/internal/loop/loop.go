//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

// Package loop has event loops, which wait for files and run coroutines. What a file belongs to, a C, is known to it by
// what happens to its file, and by its tasks.
package loop

import (
	"maps"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/panjf2000/gnet/v2/pkg/netpoll"
	"golang.org/x/sys/unix"

	"github.com/goaco/aco"
	"github.com/goaco/aco/internal/engine"
)

// A Set is as many loops as Go uses processors. They never end.
type Set[C any] struct {
	Hooks[C]
	Native bool // there are coroutines that run on the goroutine of their loop

	loops []*Loop[C]
	turn  atomic.Uint64
}

// Hooks is what loops call, each on its own goroutine.
type Hooks[C any] struct {
	// Ready is told of an event of c's file: whether there may be something to read, and whether it is odd, so that a short read does
	// not mean that nothing is left. It wakes those who wait, but for one of the loop's coroutines, which it returns.
	Ready func(c *C, read, odd bool) *Task[C]

	// Again is told that an event of c's file may have been lost.
	Again func(c *C)

	// Ended is told that t has ended: returned, or panicked with a value, or neither, by runtime.Goexit.
	Ended func(t *Task[C], returned bool, panicked any)
}

// Start starts a set of loops.
func Start[C any](h Hooks[C]) (*Set[C], error) {
	s := &Set[C]{Hooks: h, Native: aco.Engine().Name == "native", loops: make([]*Loop[C], runtime.GOMAXPROCS(0))}
	for i := range s.loops {
		var err error
		if s.loops[i], err = newLoop(s); err != nil {
			return nil, err
		}
	}
	for _, l := range s.loops {
		begun := make(chan struct{})
		go l.run(func() { close(begun) })
		<-begun
	}
	return s, nil
}

// Len returns how many loops there are.
func (s *Set[C]) Len() int { return len(s.loops) }

// Next returns the loop that gets the next file.
func (s *Set[C]) Next() *Loop[C] { return s.loops[s.turn.Add(1)%uint64(len(s.loops))] }

// Each calls f with what each file belongs to.
func (s *Set[C]) Each(f func(c *C)) {
	for _, l := range s.loops {
		l.each(f)
	}
}

// A Loop waits for its files and runs their coroutines, one at a time, on one goroutine.
type Loop[C any] struct {
	set    *Set[C]
	poller *netpoll.Poller
	self   atomic.Uintptr         // the loop's goroutine, or 0 on the portable engine
	id     atomic.Pointer[string] // what goid returns for it
	in     int                    // what is written to it can be read from out, and wakes the loop
	out    int

	current atomic.Pointer[Task[C]] // which runs
	turn    atomic.Uint64           // how many have been resumed

	mu      sync.Mutex
	files   map[int]*C // by their numbers
	queue   []*Task[C] // to be resumed, after batch
	woken   bool       // in has something, or the queue is being worked through
	timers  timerHeap
	clock   *time.Timer // goes off at next
	next    int64       // or Never
	expired bool        // it has gone off

	batch []*Task[C] // what drain resumes
	spare []*Task[C] // the whole of it, for the next queue
}

var wakeMsg = []byte{1}

func newLoop[C any](s *Set[C]) (*Loop[C], error) {
	p, err := netpoll.OpenPoller()
	if err != nil {
		return nil, err
	}
	var fds [2]int
	if err := unix.Pipe(fds[:]); err != nil {
		return nil, err
	}
	for _, fd := range fds {
		unix.CloseOnExec(fd)
		_ = unix.SetNonblock(fd, true)
	}
	l := &Loop[C]{set: s, poller: p, out: fds[0], in: fds[1], files: map[int]*C{}, next: Never}
	l.clock = time.AfterFunc(time.Hour, l.expire)
	return l, p.AddRead(&netpoll.PollAttachment{FD: l.out}, false)
}

func (l *Loop[C]) run(begun func()) {
	id := goid()
	l.id.Store(&id)
	l.self.Store(engine.Self())
	begun()
	if err := l.poller.Polling(l.event); err != nil {
		panic("aconet: " + err.Error()) // the kernel refuses to poll: no connection can go on
	}
}

// restart goes on with the loop on another goroutine, because this one exits. Which events it had not yet looked
// at is not known: so it looks at all files.
func (l *Loop[C]) restart() {
	go l.run(func() {
		l.each(l.set.Again)
		l.drain()
	})
}

func (l *Loop[C]) each(f func(c *C)) {
	l.mu.Lock()
	all := slices.Collect(maps.Values(l.files))
	l.mu.Unlock()
	for _, c := range all {
		f(c)
	}
}

// Add makes l wait for fd, which does not block and belongs to c.
func (l *Loop[C]) Add(fd int, c *C) error {
	l.mu.Lock()
	l.files[fd] = c
	l.mu.Unlock()
	err := l.poller.AddReadWrite(&netpoll.PollAttachment{FD: fd}, true)
	if err != nil {
		l.Forget(fd)
	}
	return err
}

// Forget forgets fd, which is about to be closed.
func (l *Loop[C]) Forget(fd int) {
	l.mu.Lock()
	delete(l.files, fd)
	l.mu.Unlock()
}

// event does what is due after an event of fd. It is no more than a hint: fd may have been closed since, and
// belong to another C now.
func (l *Loop[C]) event(fd int, ev netpoll.IOEvent, flags netpoll.IOFlags) error {
	if fd == l.out {
		l.drain()
		return nil
	}
	l.mu.Lock()
	c := l.files[fd]
	l.mu.Unlock()
	if c != nil {
		read, odd := decode(ev, flags)
		l.resume(l.set.Ready(c, read, odd))
	}
	return nil
}

// ready puts t, which is the loop's, into the queue.
func (l *Loop[C]) ready(t *Task[C]) {
	l.mu.Lock()
	if !t.queued {
		t.queued = true
		l.queue = append(l.queue, t)
		l.alert()
	}
	l.mu.Unlock()
}

// alert makes the loop drain its queue, soon. l.mu is held.
func (l *Loop[C]) alert() {
	if !l.woken {
		l.woken = true
		_, _ = Write(l.in, wakeMsg) // it can't be full
	}
}

// drain resumes what is in the queue, and fires the timers that are due. What is queued meanwhile has to wait until others
// have had their turn.
func (l *Loop[C]) drain() {
	var buf [8]byte
	_, _ = Read(l.out, buf[:])
	l.mu.Lock()
	if len(l.batch) == 0 { // else it has been interrupted
		l.batch, l.queue, l.spare = l.queue, l.spare[:0], l.queue
		for _, t := range l.batch {
			t.queued = false
		}
	}
	due := l.due()
	l.mu.Unlock()
	for _, t := range due {
		t.Fire()
	}
	for len(l.batch) > 0 {
		t := l.batch[0]
		l.batch[0], l.batch = nil, l.batch[1:]
		l.resume(t)
	}
	if cap(l.spare) > 1<<16 {
		l.spare = nil
	}
	l.mu.Lock()
	if l.woken = false; len(l.queue) > 0 || l.expired {
		l.alert()
	}
	l.mu.Unlock()
}

// resume runs t, if it is a coroutine, until it suspends or ends.
func (l *Loop[C]) resume(t *Task[C]) {
	if t == nil || t.ended {
		return
	}
	l.turn.Add(1)
	l.current.Store(t)
	t.run(func() bool {
		_, suspended := t.Co.Resume(t)
		return suspended
	})
}
