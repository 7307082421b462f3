//go:build ((386 || arm64) && linux) || (amd64 && (linux || freebsd || netbsd || dragonfly))

package native

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

	"github.com/goaco/aco/internal/coro"
	"github.com/goaco/aco/internal/release"
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
	runs    *core       // what the worker runs
	wish    *core       // a coroutine further out, which the resumer is to suspend: see coro.Ask
	refused any         // why it can't, as what that panics with
}

// A worker is a goroutine that runs standalone coroutines, one after the other.
type worker struct {
	ext
	*post
	core *core // the coroutine that it is to run; nil tells an idle one to end

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

// toWorker makes c's worker ready once this goroutine, its resumer, waits, until somebody makes that ready in turn.
func (c *core) toWorker() { gopark(readyWorker, unsafe.Pointer(c), reasonCoroutine, 0, 2) }

// toResumer makes c's resumer ready once this goroutine, its worker, waits.
func (c *core) toResumer() { gopark(readyResumer, unsafe.Pointer(c), reasonCoroutine, 0, 2) }

func readyWorker(g, c unsafe.Pointer) bool {
	waitsFor(g, c)
	goready(gAt((*core)(c).ext().g, 0), 1)
	return true
}

func readyResumer(g, c unsafe.Pointer) bool {
	waitsFor(g, c)
	goready(gAt((*core)(c).ext().resumer, 0), 1)
	return true
}

// waitsFor leaves in g, which waits, what the hand-over leaves there: see awaits. The stack of g has c as well, so no
// barrier is wanted.
func waitsFor(g, c unsafe.Pointer) { *(*uintptr)(unsafe.Add(g, gSchedCtxt)) = uintptr(c) }

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
func (c *core) hire() {
	asked := c.Ext != nil && c.ext().asked
	w, _ := workers.Get().(*idleWorker)
	for w == nil || !w.hire() {
		w = newWorker()
	}
	w.labels, w.faults, w.core, w.ext.worker = getLabels(), false, c, w
	c.Ext, w.ext.asked = unsafe.Pointer(&w.ext), asked
}

// loop runs coroutines. It waits in three places: for the first, and in assembly or here for
// the next.
func (w *worker) loop() {
	w.post.g = self()
	w.ext.g = w.post.g
	coro.Seats.Store(w.ext.g, &w.ext.standaloneExt)
	defer coro.Seats.Delete(w.ext.g)
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
		debug.SetPanicOnFault(w.faults) // which the last body may have changed
		returned := w.run()
		// A thread that the body has locked must die with this goroutine, and nobody else may use a bubble's.
		again := *(*uintptr)(gAt(w.post.g, gLockedM)) == 0 && *(*uintptr)(gAt(w.post.g, gBubble)) == 0
		if returned { // or else over does this, when it has seen failed
			c.Flags &^= flagSpecial
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
	w.core, w.runs = nil, c
	c.Flags |= flagSpecial
	defer func() {
		w.runs = nil
		c.up().Finish()
		if !returned {
			w.failed = recover()
		}
	}()
	c.Owner = ownerHired
	switch {
	case c.Flags&flagMoving != 0:
		for c.Flags&flagMoving != 0 { // enter keeps it claimed, and returns, where it has no room
			growStack(c.layout().size + room)
			enter(c)
		}
	case c.Flags&flagClosing == 0: // or another goroutine has closed it since start
		enter(c)
	}
	return true
}

// over continues in the resumer what ended the body, if it did not return. It returns false.
func (c *core) over() bool {
	if c.Flags&flagSpecial == 0 {
		return false
	}
	idle := c.ext().worker
	c.ext().worker = nil
	if v := idle.failed; v != nil {
		idle.failed = nil
		workers.Put(idle)
		panic(v)
	}
	runtime.Goexit()
	return false
}

// resumeStandalone is Resume for what enter can't do by the hand-over.
func (c *core) resumeStandalone() bool {
	c.transfer()
	return c.parked()
}

// transfer runs c until it yields or ends. Nobody else may have it then: see parked.
func (c *core) transfer() {
	if !c.up().Claim(ownerParked, ownerClaimed) {
		c.up().Refuse()
	}
	e := c.ext()
	c.Owner, e.resumer = e.g, self()
	c.toWorker()
}

// Resumer is of coro.Seat.
func (e *standaloneExt) Resumer() uintptr { return e.resumer }

// Ask is of coro.Seat.
func (e *standaloneExt) Ask(o *coro.Core, waits bool) {
	c := e.runs
	if c.hold(waits) {
		waits = true
	}
	e.wish = (*core)(o)
	c.Owner = held(waits)
	c.toResumer()
	c.unhold()
	if r := e.refused; r != nil {
		e.refused = nil
		panic(r)
	}
}

// answer suspends the coroutine that c asks for, and continues c once that one has been resumed.
func (c *core) answer() {
	e := c.ext()
	o := e.wish
	e.wish = nil
	e.refused = o.yieldFor()
	c.Owner, e.resumer = e.g, self()
	c.toWorker()
}

// yieldStandalone is Yield for what leave can't do by the hand-over.
func (c *core) yieldStandalone() {
	switch {
	case c.Owner != self():
		if c.up().Ask(self(), false) {
			return
		}
		c.up().Outside()
	case c.Flags&flagClosing != 0:
		runtime.Goexit()
	}
	c.Owner = ownerClaimed
	c.toResumer()
	c.exit()
}

// awaits reports whether goroutine g, which c has been claimed for, waits for another coroutine, which has a goroutine of its
// own. g.sched.ctxt says whose switch has made it wait. It is c itself as long as g, c's worker, does not run yet, and nothing
// where that is c's first switch. All the while g may run, and use the words for something else: so they are read twice. In a bubble of
// testing/synctest no coroutine of ours has a goroutine, and the check of the hand-over must not be made.
func (c *core) awaits(g uintptr) bool {
	if *(*uintptr)(gAt(self(), gBubble)) != 0 || handover() != "" {
		return false
	}
	waits := func() bool {
		return *(*uint8)(gAt(g, gWaitReason)) == reasonCoroutine &&
			atomic.LoadUint32((*uint32)(gAt(g, gStatus)))&^release.Scan == gWaiting // but for the collector's bit
	}
	word := func(off uintptr) uintptr { return atomic.LoadUintptr((*uintptr)(gAt(g, off))) }
	if !waits() {
		return false
	}
	sp, whose := word(gSched), word(gSchedCtxt)
	return whose != 0 && whose != uintptr(unsafe.Pointer(c)) && waits() && word(gSched) == sp && word(gSchedCtxt) == whose
}

// standalone reports whether c runs on a worker.
//
//go:nosplit
func (c *core) standalone() bool { return c.Lo == loStandalone }

// moveToWorker resumes a shared coroutine on a worker. It is a standalone one from then on: thaw
// sees to that. A resumer that may not hand over keeps it shared.
func (c *core) moveToWorker() bool {
	if handoverOK() != "" {
		c.Flags &^= flagAuto | flagMove
		c.Owner = ownerNone
		growStack(c.layout().size + room)
		return enter(c)
	}
	c.Flags |= flagMoving
	c.hireToMove()
	c.ext().resumer = self()
	c.toWorker()
	c.Frames, c.Layout, c.WordCap, c.PtrCap = nil, nil, 0, 0
	return c.parked()
}

// hireToMove finds c a worker, to which it moves.
func (c *core) hireToMove() {
	c.hire()
	faults := debug.SetPanicOnFault(false)
	debug.SetPanicOnFault(faults)
	c.ext().worker.faults = faults
}

// parked is what a resumer does once c's goroutine has given control back, and waits: only now another one may have it. It
// reports whether c yielded. If c asks for the suspension of a coroutine further out, it does that first.
func (c *core) parked() bool {
	yielded := c.seen()
	if yielded {
		atomic.StoreUintptr(&c.Owner, ownerParked)
	}
	return yielded
}

// seen is parked, but that nobody else may have c yet.
func (c *core) seen() (yielded bool) {
	for c.Owner == coro.OwnerHeld || c.Owner == coro.OwnerHeldNormal {
		c.answer()
	}
	if c.Owner == ownerDone {
		return c.over()
	}
	return true
}

// makeStandalone makes c a standalone coroutine, Created.
func (c *core) makeStandalone() { c.Owner, c.Lo = ownerStart, loStandalone }

const canMove = true // a shared coroutine, to a worker

// What the hand-over relies on in this release: package release.
const (
	gM              = release.GM
	gSched          = release.GSched
	gSchedPC        = release.GSchedPC
	gSchedG         = release.GSchedG
	gSchedCtxt      = release.GSchedCtxt
	gSchedLR        = release.GSchedLR
	gSchedBP        = release.GSchedBP
	gStatus         = release.GStatus
	gWaitReason     = release.GWaitReason
	gLockedM        = release.GLockedM
	gBubble         = release.GBubble
	mCurg           = release.MCurg
	gRunning        = release.Running
	gWaiting        = release.Waiting
	reasonCoroutine = release.ReasonCoroutine
)

func codes2() *[1]uintptr
func handIn()
func handOut()
func handBackABI()
func switchTo()
func awoken()
func rehired()
func ended()
func over()

var (
	handBack func(w *worker) bool
	start    = func(c *core) { // what enter does with a Created one, before it resumes it
		if !c.up().Claim(ownerStart, ownerClaimed) {
			c.up().Refuse()
		}
		c.hire()
		atomic.StoreUintptr(&c.Owner, ownerParked)
	}
	overSlow = func(c *core) bool { return c.parked() }

	// The flags that coroswitch_m looks at: while one of them is set it does more.
	tracing, profiling *byte
)

func init() { *(*unsafe.Pointer)(unsafe.Pointer(&handBack)) = unsafe.Pointer(codes2()) }

// handoverOK returns "" if this goroutine can hand over to a worker, or why not. The native engine is in use. In a bubble of
// testing/synctest, and on a locked thread, a body must run where iter.Pull runs it.
func handoverOK() string {
	if bound() {
		return "this goroutine is in a bubble of testing/synctest, or locked to its thread"
	}
	return handover()
}

// bound reports whether this goroutine is in a bubble of testing/synctest, or locked to its thread.
func bound() bool {
	g := self()
	return *(*uintptr)(gAt(g, gBubble)) != 0 || *(*uintptr)(gAt(g, gLockedM)) != 0
}

// noHandover reports whether no goroutine can hand over. If this one could not anyway, it is not asked.
func noHandover() bool { return !bound() && handover() != "" }

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
	if !handoverRuns && os.Getenv("ACO_HANDOVER") != "1" {
		return "it has not run on a real machine of this kind; ACO_HANDOVER=1 or -tags aco_handover has it tried"
	}
	if failed = findFlags(); failed != "" {
		return failed
	}
	if failed = findTLS(); failed != "" {
		return failed
	}
	if secretMode {
		return "with GOEXPERIMENT=runtimesecret a goroutine has its maker's secret mode, which a worker would keep"
	}
	if fipsOnly() {
		return "with GODEBUG=fips140=only a goroutine may have an exemption from it, which must not be handed over"
	}
	// This goroutine runs.
	runtime.LockOSThread()
	g := self()
	m := *(*uintptr)(gAt(g, gM))
	ok := *(*uintptr)(gAt(m, mCurg)) == g && *(*uint32)(gAt(g, gStatus)) == gRunning && *(*uintptr)(gAt(g, gLockedM)) == m
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
	lo, hi := at(gLo), at(gHi)
	sp, bp := at(gSched), at(gSchedBP)
	if at(gM) != 0 || at(gSchedG) != w.post.g || at(gSchedCtxt) != 0 || at(gSchedLR) != 0 || sp < lo || sp >= hi ||
		savesFP && (bp+ptrSize < sp || bp >= hi) || // on arm64 the record that it points to begins a word below SP
		funcName(at(gSchedPC)) != "runtime.gopark" || *(*uint8)(gAt(w.post.g, gWaitReason)) != reasonCoroutine {
		return "g.sched or g.waitreason is elsewhere"
	}
	w.idle.Store(1)
	workers.Put(w)
	if gSchedLR == gSchedCtxt || !takesContext() { // gogo clears both, so that it can't tell one from the other
		return "g.sched.ctxt is elsewhere"
	}
	if !inPairs {
		return "the fields of g.sched are in another order"
	}
	return ""
}

// takesContext reports whether a goroutine that goes on takes what is in g.sched.ctxt (runtime/asm_amd64.s: gogo), and leaves
// nothing. One that waits in gopark has nothing there, and what it finds in DX then it does not look at.
func takesContext() bool {
	w := &worker{post: new(post)}
	left := make(chan uintptr)
	go func() {
		w.post.g = self()
		gopark(idleFirst, unsafe.Pointer(w), reasonCoroutine, 0, 1)
		left <- *(*uintptr)(gAt(w.post.g, gSchedCtxt))
	}()
	w.hire()
	*(*uintptr)(gAt(w.post.g, gSchedCtxt)) = uintptr(unsafe.Pointer(w)) // the collector may look at it
	goready(gAt(w.post.g, 0), 1)
	taken := <-left == 0
	runtime.KeepAlive(w)
	return taken
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

// findFlags finds the flags in the code of coroswitch_m, by the form of the instructions that
// test them: see flagsIn. There must be two. The function lies near to corostart, which
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
	status := atomic.LoadUint32((*uint32)(gAt(parked, gStatus))) &^ release.Scan
	stop()
	if reason != reasonCoroutine {
		return fmt.Sprintf("a coroutine waits for reason %d", reason)
	}
	if status != gWaiting {
		return fmt.Sprintf("a coroutine that waits has status %d", status)
	}
	for _, pc := range pcs[:n] {
		if funcName(pc) != "runtime.corostart" {
			continue
		}
		for at := pc &^ 15; at < pc+4096; at += 16 {
			f := release.FindFunc(at)
			if f.Function == nil || f.EntryPC() != at || funcName(at) != "runtime.coroswitch_m" {
				continue
			}
			flags, bubble := flagsIn(f)
			if !bubble {
				return "coroswitch_m does not read g.bubble where it is sought"
			}
			if len(flags) != 2 {
				return fmt.Sprintf("coroswitch_m tests %d flags, not 2, as where the runtime is built without optimizations or for coverage", len(flags))
			}
			tracing, profiling = flags[0], flags[1]
			return ""
		}
	}
	return "coroswitch_m was not found"
}
