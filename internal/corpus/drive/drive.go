// Package drive runs functions in coroutines that yield wherever instrumented code asks for it, and resumes them as the
// environment says:
//
//	CORPUS_KIND    shared, standalone or auto; off: no coroutines
//	CORPUS_HOP     1: from other goroutines, not only at other depths
//	CORPUS_GC      a collection after each so many yields
//	CORPUS_BUDGET  after how long sites yield seldom
//	CORPUS_REFUSED 1: a Yield that is refused is left out; else its panic is the body's
//	CORPUS_COUNT   a file to append the numbers of yields and of refusals to
package drive

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/goaco/aco"
	"github.com/goaco/aco/internal/corpus/hook"
)

// A Body is a function that runs in a coroutine.
type Body struct {
	Co *aco.Coroutine[int, int]

	g     uintptr // where it is noted in package hook, or 0
	n     int     // of the last yield
	hops  chan int
	back  chan outcome
	hands int // goroutines that serve hops
}

// An outcome is of one Resume on another goroutine.
type outcome struct {
	more   bool
	exits  bool // it has called runtime.Goexit, or panicked with value
	panics bool
	value  any
}

var (
	option          aco.Option
	off, hop, leave bool
	each            int
	end             time.Time
	yields, refused atomic.Int64
)

func init() {
	switch kind := os.Getenv("CORPUS_KIND"); kind {
	case "shared":
	case "standalone":
		option = aco.Standalone()
	case "auto":
		option = aco.Auto()
	case "off", "":
		off = true
	default:
		panic("corpus: CORPUS_KIND=" + kind)
	}
	hop, leave = os.Getenv("CORPUS_HOP") == "1", os.Getenv("CORPUS_REFUSED") == "1"
	each, _ = strconv.Atoi(os.Getenv("CORPUS_GC"))
	budget, err := time.ParseDuration(os.Getenv("CORPUS_BUDGET"))
	if err != nil {
		budget = time.Second
	}
	end = time.Now().Add(budget)
	hook.Yield, hook.Run = yield, run
}

var started bool

// Main, which a main function calls first, has main called in a coroutine and returns true, and the next time false.
func Main(main func()) bool {
	if started || off {
		return false
	}
	started = true
	run(main)
	Count()
	return true
}

// Count appends the numbers of yields and of refusals to a file.
func Count() {
	if name := os.Getenv("CORPUS_COUNT"); name != "" {
		if f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666); err == nil {
			fmt.Fprintln(f, yields.Load(), refused.Load())
			f.Close()
		}
	}
}

// At is hook.At.
func At(site int) { hook.At(site) }

// Find returns the body that is to yield at this site, if there is one. Whoever has it calls its Co.Yield and then Enter.
func Find(site int) *Body {
	b := (*Body)(hook.Find(site))
	if b != nil {
		b.count()
	}
	return b
}

// Enter notes that this goroutine runs b.
func (b *Body) Enter() {
	g := hook.Goroutine()
	b.g = 0
	if hook.Enter(g, unsafe.Pointer(b)) {
		b.g = g
	}
}

func (b *Body) leave() {
	if g := b.g; g != 0 {
		b.g = 0
		hook.Leave(g)
	}
}

func (b *Body) count() {
	b.n++
	if n := yields.Add(1); n%64 == 0 && time.Now().After(end) {
		hook.Dense, hook.Sparse = 0, 1<<30
	}
}

func yield(state unsafe.Pointer) {
	b := (*Body)(state)
	b.count()
	if leave {
		b.try()
	} else {
		b.yield()
	}
	b.Enter()
}

// yield checks that it gets what belongs to what it yields.
func (b *Body) yield() {
	n := b.n
	if v := b.Co.Yield(n); v != n+1 {
		panic(fmt.Sprint("corpus: Yield returned ", v, ", want ", n+1))
	}
}

func (b *Body) try() {
	defer func() {
		if r := recover(); r != nil {
			if message, ok := r.(string); !ok || !strings.HasPrefix(message, "aco: can't suspend") {
				panic(r)
			}
			refused.Add(1)
		}
	}()
	b.yield()
}

// run runs f in a coroutine, which it resumes to its end.
func run(f func()) {
	if off {
		f()
		return
	}
	b := new(Body)
	b.Co = aco.New(func(*aco.Coroutine[int, int], int) {
		b.Enter()
		f()
		b.leave()
	}, option)
	defer b.leave()
	if hop {
		b.hops, b.back = make(chan int), make(chan outcome)
		defer close(b.hops)
	}
	for i := 0; ; i++ {
		if each > 0 && i%each == each-1 {
			runtime.GC()
		}
		depth := i * 7 % 23
		if i%256 == 255 {
			depth = 700
		}
		if i%5 == 0 {
			scribble()
		}
		more := false
		if hop && i%4 != 3 {
			more = b.elsewhere(i, depth)
		} else {
			more = b.resume(depth)
		}
		if !more {
			return
		}
		b.g = 0 // hook.Find has taken it out
	}
}

// elsewhere resumes b on one of a few goroutines, of which one in four ends after a while.
func (b *Body) elsewhere(i, depth int) bool {
	if i%16 == 0 || b.hands < 3 {
		b.hands++
		go b.serve(i%16 == 0)
	}
	b.hops <- depth
	o := <-b.back
	switch {
	case o.panics:
		panic(o.value)
	case o.exits:
		runtime.Goexit()
	}
	return o.more
}

func (b *Body) serve(ends bool) {
	served := 0
	for depth := range b.hops {
		served++
		gone := b.hand(depth, ends && served == 16)
		if gone {
			return
		}
	}
}

// hand resumes b, tells the outcome, and reports whether this goroutine is to end.
func (b *Body) hand(depth int, last bool) bool {
	o := outcome{exits: true}
	defer func() {
		if o.exits { // of a panic that nobody recovers the program ends here, as it should
			if o.value = recover(); o.value != nil {
				o.panics = true
			}
			b.back <- o
		}
	}()
	o.more = b.resume(depth)
	o.exits = false
	if last {
		b.hands--
	}
	b.back <- o
	return last
}

//go:noinline
func (b *Body) resume(depth int) bool {
	switch {
	case depth == 0:
		_, more := b.Co.Resume(b.n + 1)
		return more
	case depth%3 == 0:
		return b.resumeWide(depth)
	}
	return b.resume(depth - 1)
}

//go:noinline
func (b *Body) resumeWide(depth int) bool {
	var words [41]uintptr
	for i := range words {
		words[i] = uintptr(depth)
	}
	more := b.resume(depth - 1)
	for _, w := range words {
		if w != uintptr(depth) {
			panic("corpus: the resumer's frame has been changed")
		}
	}
	return more
}

// scribble leaves junk below.
//
//go:noinline
func scribble() byte {
	var junk [6000]byte
	for i := range junk {
		junk[i] = 0xa5
	}
	return junk[len(os.Args)]
}
