//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package aconet

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

// A loop waits for its connections and runs their coroutines, one at a time, on one goroutine.
type loop struct {
	poller *netpoll.Poller
	self   atomic.Uintptr         // the loop's goroutine, or 0 on the portable engine
	id     atomic.Pointer[string] // what goid returns for it
	in     int                    // what is written to it can be read from out, and wakes the loop
	out    int

	current atomic.Pointer[task] // which runs
	turn    atomic.Uint64        // how many have been resumed

	mu      sync.Mutex
	conns   map[int]*Conn // by the numbers of their files
	queue   []*task       // to be resumed, after batch
	woken   bool          // in has something, or the queue is being worked through
	timers  timerHeap
	clock   *time.Timer // goes off at next
	next    int64       // or never
	expired bool        // it has gone off

	batch []*task // what drain resumes
	spare []*task // the whole of it, for the next queue
}

var (
	loops   []*loop
	start   = sync.OnceValue(startLoops)
	turnOf  atomic.Uint64
	native  bool // there are coroutines that run on the goroutine of their loop
	begun   = time.Now()
	wakeMsg = []byte{1}
)

// nextLoop returns the loop that gets the next connection.
func nextLoop() *loop { return loops[turnOf.Add(1)%uint64(len(loops))] }

// now returns the nanoseconds since the program began.
func now() int64 { return int64(time.Since(begun)) }

// startLoops starts as many loops as Go uses processors. They never end.
func startLoops() error {
	native = aco.Engine().Name == "native"
	all := make([]*loop, runtime.GOMAXPROCS(0))
	for i := range all {
		var err error
		if all[i], err = newLoop(); err != nil {
			return err
		}
	}
	loops = all
	for _, l := range loops {
		begun := make(chan struct{})
		go l.run(func() { close(begun) })
		<-begun
	}
	return nil
}

func newLoop() (*loop, error) {
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
	l := &loop{poller: p, out: fds[0], in: fds[1], conns: map[int]*Conn{}, next: never}
	l.clock = time.AfterFunc(time.Hour, l.expire)
	return l, p.AddRead(&netpoll.PollAttachment{FD: l.out}, false)
}

func (l *loop) run(begun func()) {
	id := goid()
	l.id.Store(&id)
	l.self.Store(engine.Self())
	begun()
	if err := l.poller.Polling(l.event); err != nil {
		panic("aconet: " + err.Error()) // the kernel refuses to poll: no connection can go on
	}
}

// restart goes on with the loop on another goroutine, because this one exits. Which events it had not yet looked
// at is not known: so it looks at all connections.
func (l *loop) restart() {
	go l.run(func() {
		l.each(func(c *Conn) {
			c.flags |= readable
			c.wake()
		})
		l.drain()
	})
}

// each calls f with each connection, whose mu is held.
func (l *loop) each(f func(c *Conn)) {
	l.mu.Lock()
	all := slices.Collect(maps.Values(l.conns))
	l.mu.Unlock()
	for _, c := range all {
		c.mu.Lock()
		f(c)
		c.mu.Unlock()
	}
}

// setConn makes c, or none, the connection whose file has the number fd.
func (l *loop) setConn(fd int, c *Conn) {
	l.mu.Lock()
	if c != nil {
		l.conns[fd] = c
	} else {
		delete(l.conns, fd)
	}
	l.mu.Unlock()
}

// event does what is due after an event of fd. It is no more than a hint: fd may have been closed since, and
// be another connection's now.
func (l *loop) event(fd int, ev netpoll.IOEvent, flags netpoll.IOFlags) error {
	if fd == l.out {
		l.drain()
		return nil
	}
	l.mu.Lock()
	c := l.conns[fd]
	l.mu.Unlock()
	if c != nil {
		l.resume(c.ready(ev, flags))
	}
	return nil
}

// ready puts t, which is the loop's, into the queue.
func (l *loop) ready(t *task) {
	l.mu.Lock()
	if !t.queued {
		t.queued = true
		l.queue = append(l.queue, t)
		l.alert()
	}
	l.mu.Unlock()
}

// alert makes the loop drain its queue, soon. l.mu is held.
func (l *loop) alert() {
	if !l.woken {
		l.woken = true
		_, _ = sysWrite(l.in, wakeMsg) // it can't be full
	}
}

// drain resumes what is in the queue, and fires the timers that are due. What is queued meanwhile has to wait until other
// connections have had their turn.
func (l *loop) drain() {
	var buf [8]byte
	_, _ = sysRead(l.out, buf[:])
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
		t.fire()
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
func (l *loop) resume(t *task) {
	if t == nil || t.ended {
		return
	}
	l.turn.Add(1)
	l.current.Store(t)
	t.run(func() bool {
		_, suspended := t.co.Resume(t)
		return suspended
	})
}
