//go:build gc && amd64 && linux && go1.24 && (!go1.27 || aco_native) && !race && !msan && !asan && !aco_portable

package engine

import (
	"fmt"
	"iter"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"unsafe"
)

//lint:file-ignore U1000 the assembly uses what seems unused

// A standalone coroutine runs on a goroutine of its own, a worker. To switch, the two goroutines
// change places, and either of two ways will do at any single switch:
//
// The hand-over, in assembly, is the fast path of runtime/coro.go: coroswitch_m. The current
// goroutine becomes waiting, the other one running, on the same thread and processor. Somebody
// else may look at or change a goroutine's status only to scan its stack (the collector, while it
// has write barriers on), to trace, to make a goroutine profile, or to stop the world, which has
// to wait for us because assembly is never preempted. So while barriers are off no atomic
// operation is needed, and while tracer or profile are on no hand-over is made, nor between
// goroutines that are bound to a thread or a bubble of testing/synctest.
//
// The official way is gopark, which makes the other one ready once this one waits.
//
// A worker whose coroutine has ended serves the next one. Idle workers are in a sync.Pool, and
// end when the collector empties it.

// A standaloneExt is what a standalone coroutine has: it is its worker's.
type standaloneExt struct {
	g       uintptr     // its worker's goroutine; the runtime never frees what describes it
	resumer uintptr     // the goroutine that runs it, or did
	worker  *idleWorker // nil while the worker is idle, or gone
}

// A worker is a goroutine that runs standalone coroutines, one after the other.
type worker struct {
	ext
	*post
	core *Core // the coroutine that it is to run; nil tells an idle one to end

	labels unsafe.Pointer // of the goroutine that resumed core first, for profiles
	faults bool           // debug.SetPanicOnFault of that goroutine, if core moves from there
	failed any            // what the body panicked with; nil if it called runtime.Goexit
}

// A post is what a cleanup has to know of a worker: nothing leads from it to the idleWorker, as from
// the worker of a coroutine that is suspended.
type post struct {
	idle atomic.Uint32 // 1: it waits, or is about to, for a coroutine; 2: it is gone
	g    uintptr       // as in ext
}

// An idleWorker is what the pool holds of a worker: once it is collected, the worker ends.
type idleWorker struct{ *worker }

var workers sync.Pool

//go:linkname gopark runtime.gopark
func gopark(unlock func(g, lock unsafe.Pointer) bool, lock unsafe.Pointer, reason, traceReason uint8, skip int)

//go:linkname goready runtime.goready
func goready(g unsafe.Pointer, skip int)

//go:linkname getLabels runtime/pprof.runtime_getProfLabel
func getLabels() unsafe.Pointer

//go:linkname setLabels runtime/pprof.runtime_setProfLabel
func setLabels(labels unsafe.Pointer)

// gAt returns goroutine g, offset by off, as a pointer.
func gAt(g, off uintptr) unsafe.Pointer {
	g += off
	return *(*unsafe.Pointer)(unsafe.Pointer(&g))
}

func self() uintptr {
	g, _, _, _, _, _ := look()
	return g
}

// transfer makes g ready once this goroutine waits, until somebody makes it ready in turn.
func transfer(g uintptr) { gopark(readyOther, gAt(g, 0), reasonCoroutine, 0, 1) }

func readyOther(_, g unsafe.Pointer) bool {
	goready(g, 1)
	return true
}

func idleFirst(_, w unsafe.Pointer) bool {
	(*worker)(w).idle.Store(1)
	return true
}

func idleNext(_, w unsafe.Pointer) bool {
	g := (*worker)(w).resumer
	(*worker)(w).idle.Store(1)
	goready(gAt(g, 0), 1)
	return true
}

// hire waits until w does, and reports whether it is there. Of a worker that is gone, g may
// describe another goroutine by now.
func (w *post) hire() bool {
	for {
		switch w.idle.Load() {
		case 1:
			if atomic.LoadUint32((*uint32)(gAt(w.g, gStatus))) == gWaiting && atomic.LoadUintptr((*uintptr)(gAt(w.g, gM))) == 0 {
				w.idle.Store(0)
				return true
			}
		case 2:
			return false
		}
		runtime.Gosched()
	}
}

// end ends an idle worker.
func (w *post) end() {
	if w.hire() {
		goready(gAt(w.g, 0), 1)
	}
}

func newWorker() *idleWorker {
	w := &idleWorker{&worker{post: new(post)}}
	go w.loop()
	runtime.AddCleanup(w, (*post).end, w.post)
	return w
}

// hire finds c a worker.
func (c *Core) hire() {
	w, _ := workers.Get().(*idleWorker)
	for w == nil || !w.hire() {
		w = newWorker()
	}
	w.labels, w.faults, w.core, w.ext.worker = getLabels(), false, c, w
	c.ext = &w.ext
}

// loop runs coroutines. It waits in three places: for the first, and in assembly or here for
// the next.
func (w *worker) loop() {
	w.post.g = self()
	w.ext.g = w.post.g
	unneeded := false
	defer func() {
		if !unneeded { // a Goexit, which no panic of deferred functions stops, or see below
			w.idle.Store(2)
			goready(gAt(w.resumer, 0), 1)
		}
	}()
	gopark(idleFirst, unsafe.Pointer(w), reasonCoroutine, 0, 1)
	for w.core != nil {
		c := w.core
		setLabels(w.labels)
		debug.SetPanicOnFault(w.faults)                                    // which the last body may have changed
		returned := w.run() || w.failed == nil && c.flags&flagClosing != 0 // a panic of nil ends there, too: see closed
		// A thread that the body has locked must die with this goroutine, and nobody else may use a bubble's.
		again := *(*uintptr)(gAt(w.post.g, gLockedM)) == 0 && *(*uintptr)(gAt(w.post.g, gBubble)) == 0
		if returned { // or else over does this, when it has seen failed
			c.flags &^= flagSpecial
			idle := w.ext.worker
			w.ext.worker = nil
			if again {
				workers.Put(idle)
				if handBack(w) {
					continue
				}
			}
		}
		if !again {
			return
		}
		gopark(idleNext, unsafe.Pointer(w), reasonCoroutine, 0, 1)
	}
	unneeded = true
}

// run runs the body, and reports whether it returned. A panic and a Goexit go on in the resumer: see over.
func (w *worker) run() (returned bool) {
	c := w.core
	w.core = nil
	c.flags |= flagSpecial
	defer func() {
		closing := c.finish()
		if returned {
			return
		}
		if w.failed = recover(); closing && w.failed == any(ErrClosed) {
			w.failed, returned = nil, true
		}
	}()
	if c.owner == ownerMoving {
		c.owner = ownerNone
		c.flags |= flagMoving
		enter(c)
	} else {
		c.main(c)
	}
	return true
}

// over continues in the resumer what ended the body, if it did not return. It returns false.
func (c *Core) over() bool {
	if c.flags&flagSpecial == 0 {
		return false
	}
	idle := c.ext.worker
	c.ext.worker = nil
	if v := idle.failed; v != nil {
		idle.failed = nil
		workers.Put(idle)
		panic(v)
	}
	runtime.Goexit()
	return false
}

// resumeStandalone is Resume for what enter can't do by the hand-over.
func (c *Core) resumeStandalone() bool {
	c.owner, c.ext.resumer = c.ext.g, self()
	transfer(c.ext.g)
	return c.owner != ownerDone || c.over()
}

// yieldStandalone is Yield for what leave can't do by the hand-over.
func (c *Core) yieldStandalone() {
	switch {
	case c.owner != self():
		c.outside()
	case c.flags&flagClosing != 0:
		panic(ErrClosed)
	}
	c.owner = ownerParked
	transfer(c.ext.resumer)
	if c.flags&flagClosing != 0 {
		panic(ErrClosed)
	}
}

// resumes reports whether goroutine g waits for a coroutine that has a goroutine of its own. In a bubble of
// testing/synctest no coroutine of ours has, and the check of the hand-over must not be made.
func resumes(g uintptr) bool {
	return *(*uintptr)(gAt(self(), gBubble)) == 0 && handover() == "" && *(*uint8)(gAt(g, gWaitReason)) == reasonCoroutine &&
		atomic.LoadUint32((*uint32)(gAt(g, gStatus)))&^0x1000 == gWaiting // but for the collector's bit: runtime2.go: _Gscan
}

// standalone reports whether c runs on a worker.
func (c *Core) standalone() bool { return c.lo == loStandalone }

// moveToWorker resumes a shared coroutine on a worker. It is a standalone one from then on: thaw
// sees to that. A resumer that may not hand over keeps it shared.
func (c *Core) moveToWorker() bool {
	if handoverOK() != "" {
		c.flags &^= flagAuto | flagMove
		c.owner = ownerNone
		growStack(c.layout.size + room)
		if c.flags&flagPulls != 0 {
			_, ok := enterPulled(c)
			return ok
		}
		return enter(c)
	}
	c.hire()
	faults := debug.SetPanicOnFault(false)
	debug.SetPanicOnFault(faults)
	c.ext.worker.faults = faults
	c.ext.resumer = self()
	transfer(c.ext.g)
	c.frames, c.layout, c.wordCap, c.ptrCap = nil, nil, 0, 0
	return c.owner != ownerDone || c.over()
}

// makeStandalone makes c a standalone coroutine, Created.
func (c *Core) makeStandalone() { c.owner, c.lo = ownerStart, loStandalone }

const canMove = true // a shared coroutine, to a worker

const gWaiting = 4 // runtime/runtime2.go: _Gwaiting

func codes2() *[1]uintptr
func handIn()
func handOut()
func handBackABI()
func switchTo()
func awoken()
func rehired()
func ended()

var (
	handBack func(w *worker) bool
	start    = func(c *Core) { // what enter does with a Created one, before it resumes it
		c.hire()
		c.owner = ownerParked
	}
	overSlow = func(c *Core) (out uintptr, ok bool) { return 0, c.over() } // for a pulled sequence, too

	// The flags that coroswitch_m looks at: while one of them is set it does more.
	tracing, profiling *byte
)

func init() { *(*unsafe.Pointer)(unsafe.Pointer(&handBack)) = unsafe.Pointer(codes2()) }

// handoverOK returns "" if this goroutine can hand over to a worker, or why not. The native engine is in use. In a bubble of
// testing/synctest, and on a locked thread, a body must run where iter.Pull runs it.
func handoverOK() string {
	if g := self(); *(*uintptr)(gAt(g, gBubble)) != 0 || *(*uintptr)(gAt(g, gLockedM)) != 0 {
		return "this goroutine is in a bubble of testing/synctest, or locked to its thread"
	}
	return handover()
}

// handover is the check of what all goroutines have in common. It is made on one of its own.
var handover = sync.OnceValue(func() string {
	failed := make(chan string)
	go func() { failed <- checkHandover() }()
	return <-failed
})

func checkHandover() (failed string) {
	defer func() {
		if r := recover(); r != nil {
			failed = fmt.Sprint("the check of the hand-over panicked: ", r)
		}
	}()
	if failed = findFlags(); failed != "" {
		return failed
	}
	if fipsOnly() {
		return "with GODEBUG=fips140=only a goroutine may have an exemption from it, which must not be handed over"
	}
	// This goroutine runs.
	runtime.LockOSThread()
	g := self()
	m := *(*uintptr)(gAt(g, gM))
	ok := *(*uintptr)(gAt(m, mCurg)) == g && *(*uint32)(gAt(g, gStatus)) == 2 && *(*uintptr)(gAt(g, gLockedM)) == m
	runtime.UnlockOSThread()
	if !ok || *(*uintptr)(gAt(g, gLockedM)) != 0 {
		return "g.m, m.curg, g.atomicstatus or g.lockedm is elsewhere"
	}
	// A worker waits.
	w := newWorker()
	if !w.hire() {
		return "a worker has gone"
	}
	at := func(off uintptr) uintptr { return *(*uintptr)(gAt(w.post.g, off)) }
	lo, hi := at(0), at(8)
	sp, bp := at(gSched), at(gSchedBP)
	if at(gM) != 0 || at(gSched+16) != w.post.g || at(gSched+24) != 0 || sp < lo || sp >= hi || bp < sp || bp >= hi ||
		funcName(at(gSched+8)) != "runtime.gopark" || *(*uint8)(gAt(w.post.g, gWaitReason)) != reasonCoroutine {
		return "g.sched or g.waitreason is elsewhere"
	}
	w.idle.Store(1)
	workers.Put(w)
	return ""
}

// fipsOnly reports whether the program is to use nothing but FIPS 140 cryptography. A goroutine may be exempted
// from that, and those that it starts inherit it (crypto/fips140.WithoutEnforcement): a worker would keep it.
func fipsOnly() bool {
	settings := os.Getenv("GODEBUG")
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "DefaultGODEBUG" {
				settings += "," + s.Value
			}
		}
	}
	return strings.Contains(settings, "fips140=only")
}

func funcName(pc uintptr) string {
	if f := runtime.FuncForPC(pc); f != nil {
		return f.Name()
	}
	return ""
}

// findFlags finds the flags in the code of coroswitch_m, by the form of the instruction that
// tests them: CMPB $0, flag(IP). There must be two. The function lies near to corostart, which
// is where any coroutine of iter.Pull begins.
func findFlags() string {
	var pcs [32]uintptr
	var parked uintptr
	next, stop := iter.Pull(func(yield func(int) bool) {
		parked = self()
		yield(runtime.Callers(0, pcs[:]))
	})
	n, _ := next()
	reason := *(*uint8)(gAt(parked, gWaitReason))
	stop()
	if reason != reasonCoroutine {
		return fmt.Sprintf("a coroutine waits for reason %d", reason)
	}
	for _, pc := range pcs[:n] {
		if funcName(pc) != "runtime.corostart" {
			continue
		}
		for at := pc &^ 15; at < pc+4096; at += 16 {
			f := findfunc(at)
			if f.function == nil || f.entryPC() != at || funcName(at) != "runtime.coroswitch_m" {
				continue
			}
			var flags []*byte
			bubble := false
			code := (*[2048]byte)(gAt(at, 0))
			for i := 0; findfunc(at+uintptr(i)+7).function == f.function; i++ {
				if code[i] == 0x80 && code[i+1] == 0x3d && code[i+6] == 0 {
					distance := uintptr(*(*int32)(unsafe.Pointer(&code[i+2]))) // signed, from the next instruction
					flags = append(flags, (*byte)(gAt(at+uintptr(i)+7, distance)))
				}
				// MOVQ gBubble(r), s
				if code[i]&^5 == 0x48 && code[i+1] == 0x8b && code[i+2]&0xc0 == 0x80 && *(*uint32)(unsafe.Pointer(&code[i+3])) == gBubble {
					bubble = true
				}
			}
			if !bubble {
				return "coroswitch_m does not read g.bubble where it is sought"
			}
			if len(flags) != 2 {
				return fmt.Sprintf("coroswitch_m tests %d flags, not 2", len(flags))
			}
			tracing, profiling = flags[0], flags[1]
			return ""
		}
	}
	return "coroswitch_m was not found"
}
