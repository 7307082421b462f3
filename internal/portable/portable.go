// Package portable is the portable engine: a coroutine is a goroutine that iter.Pull parks, and a
// switch is the runtime's own. There is no assembly here, and unsafe only to keep what is its own in
// a coroutine, so that it serves wherever Go runs. It has no way to learn at once which goroutine calls it:
// it goes by the state alone, but for Here.
package portable

import (
	"bytes"
	"cmp"
	"iter"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"unsafe"

	"github.com/goaco/aco/internal/coro"
)

// Engine is the portable engine.
type Engine struct{}

// A goroutine is what a coroutine runs on.
type goroutine struct {
	next  func() (struct{}, bool)
	stop  func()
	yield func(struct{}) bool

	// Where the native engine is in use, this one has coroutines that the native one can't run: see coro.Seat.
	resumer uintptr
	wish    *coro.Core // a coroutine further out, which the resumer is to suspend
	refused any        // why it can't, as what that panics with
}

func of(c *coro.Core) *goroutine { return (*goroutine)(c.Ext) }

// Make makes c a Created coroutine, on a goroutine that is parked before Main.
func (Engine) Make(c *coro.Core) {
	p := new(goroutine)
	c.Owner, c.Ext = coro.OwnerPortable, unsafe.Pointer(p)
	p.next, p.stop = iter.Pull(func(yield func(struct{}) bool) {
		p.yield = yield
		if g := goroutineID(); g != 0 {
			coro.Seats.Store(g, p)
			defer coro.Seats.Delete(g)
		}
		run(c)
	})
}

// atBorder is what a coroutine that is being closed panics with when its Goexit has run all that it had deferred:
// iter.Pull would hand on the Goexit to whoever resumed it, and hands on this.
var atBorder = new(byte)

// run runs the body. That it has no other argument, and needs it to the end, is for Here.
//
//go:noinline
func run(c *coro.Core) {
	defer func() {
		c.Finish()
		if c.Flags&coro.FlagClosing != 0 {
			panic(cmp.Or(recover(), any(atBorder)))
		}
	}()
	c.Main(c)
	runtime.KeepAlive(c)
}

// Resume starts or continues the goroutine. Panics and runtime.Goexit come out of
// next, as iter.Pull promises; the coroutine is Done by then.
func (Engine) Resume(c *coro.Core) (yielded bool) {
	if !c.Claim(coro.OwnerPortable, coro.OwnerPortableRunning) && !c.Claim(coro.OwnerPortableSuspended, coro.OwnerPortableRunning) {
		c.Refuse()
	}
	defer func() {
		if c.Flags&coro.FlagClosing != 0 {
			if r := recover(); r != nil && r != any(atBorder) {
				panic(r)
			}
		}
	}()
	for p := of(c); ; {
		p.resumer = goroutineID()
		yielded = false // or what it was before would be returned, if next panics, and that ends here
		if _, yielded = p.next(); p.wish == nil {
			break
		}
		o := p.wish
		p.wish = nil
		p.refused = coro.Native.YieldFor(o)
	}
	if yielded {
		atomic.StoreUintptr(&c.Owner, coro.OwnerPortableSuspended) // only now that its goroutine waits
	}
	return yielded
}

// goroutineID returns the g of this goroutine, if the native engine is in use, and else 0.
func goroutineID() uintptr {
	if coro.Native == nil {
		return 0
	}
	return coro.Native.Goroutine()
}

// Resumer is of coro.Seat.
func (p *goroutine) Resumer() uintptr { return p.resumer }

// Ask is of coro.Seat.
func (p *goroutine) Ask(o *coro.Core, waits bool) {
	coro.Native.Hold(waits)
	p.wish = o
	p.yield(struct{}{})
	coro.Native.Unhold()
	if r := p.refused; r != nil {
		p.refused = nil
		panic(r)
	}
}

// Here reports whether this goroutine is the one of c, which runs. There is one way to ask without assembly: the traceback
// of a goroutine shows the argument of run, near its end.
func (Engine) Here(c *coro.Core) bool {
	buf := make([]byte, 1<<14)
	n := runtime.Stack(buf, false)
	for ; n == len(buf); n = runtime.Stack(buf, false) {
		buf = make([]byte, 2*n)
	}
	_, argument, _ := bytes.Cut(buf[:n], []byte("github.com/goaco/aco/internal/portable.run(0x"))
	address := strconv.AppendUint(nil, uint64(uintptr(unsafe.Pointer(c))), 16)
	return bytes.HasPrefix(argument, address) && !strings.ContainsRune("0123456789abcdef", rune(argument[len(address)]))
}

// Yield parks the goroutine until the next Resume.
func (Engine) Yield(c *coro.Core) { of(c).yield(struct{}{}) }

// Release ends the goroutine of a coroutine that has not begun.
func (Engine) Drop(*coro.Core) bool { return false }
func (Engine) Release(c *coro.Core) { of(c).stop() }

// The engine does not know these.

func (Engine) Running(*coro.Core, uintptr) coro.Status { return coro.Running }
func (Engine) Goroutine() uintptr                      { return 0 }
func (Engine) Hold(bool)                               {}
func (Engine) Unhold()                                 {}
func (Engine) YieldFor(*coro.Core) any                 { return nil }
func (Engine) End()                                    {}
func (Engine) Footprint(*coro.Core) int                { return 0 }
func (Engine) Callers(*coro.Core, []uintptr) int       { return 0 }
