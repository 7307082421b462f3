package torture

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"

	"github.com/goaco/aco"
)

// Random programs, made of everything that a Go function may keep on its stack. What a program does
// follows from its seed alone, so that it does the same whether it is called or runs on a coroutine.

// A trace is what a program has done.
type trace struct{ events []int }

func (t *trace) add(v int)             { t.events = append(t.events, v) }
func (t *trace) same(want *trace) bool { return slices.Equal(t.events, want.events) }
func (t *trace) beginningOf(want *trace) bool {
	return len(t.events) <= len(want.events) && t.same(&trace{want.events[:len(t.events)]})
}
func (t *trace) String() string { return fmt.Sprint(t.events) }

// A program is one that runs. yield hands a value to whoever runs it and returns what comes back.
type program struct {
	r     *rand.Rand
	yield func(v int) int
	steps int
}

// newProgram returns the program of a seed, which does what is to be done at a yield by yield.
func newProgram(seed uint64, yield func(v int) int) *program {
	return &program{r: rand.New(rand.NewPCG(seed, 7)), yield: yield, steps: 25}
}

// answer is what a program gets for the i-th value that it yields.
func answer(v, i int) int { return (v*7+i*13)%1000 + 1 }

// The events of a trace that are not values: how it ended.
const (
	returned = -1000000 - iota
	panicked
)

// runProgram runs a program by calling it.
func runProgram(seed uint64) *trace {
	t := new(trace)
	i := 0
	p := newProgram(seed, func(v int) int {
		t.add(v)
		i++
		return answer(v, i)
	})
	func() {
		defer func() {
			if r := recover(); r != nil {
				t.add(panicked)
			}
		}()
		t.add(p.block(0))
		t.add(returned)
	}()
	return t
}

// onCoroutine is a program that runs on a coroutine.
type onCoroutine struct {
	co    *aco.Coroutine[int, int]
	trace *trace
	i, in int
}

func newOnCoroutine(seed uint64, opt aco.Option) *onCoroutine {
	c := &onCoroutine{trace: new(trace)}
	c.co = aco.New(func(co *aco.Coroutine[int, int], _ int) {
		c.trace.add(newProgram(seed, func(v int) int { return co.Yield(v) }).block(0))
		c.trace.add(returned)
	}, opt)
	return c
}

// step resumes the coroutine once, and reports whether it yielded.
func (c *onCoroutine) step() (yielded bool) {
	if c.co.Status() == aco.Done {
		return false
	}
	defer func() {
		if r := recover(); r != nil {
			c.trace.add(panicked)
		}
	}()
	v, ok := c.co.Resume(c.in)
	if ok {
		c.trace.add(v)
		c.i++
		c.in = answer(v, c.i)
	}
	return ok
}

// close closes the coroutine, whose deferred functions may panic.
func (c *onCoroutine) close() {
	defer func() { recover() }()
	c.co.Close()
}

var errTorture = errors.New("torture")

// The statements that a block is made of. They are called through this table, which keeps the compiler
// from inlining them; it is filled at start because they refer to it.
var statements []func(p *program, depth int) int

func init() {
	statements = []func(p *program, depth int) int{overMap, closures, stackSlice, linkedFrames, growing, deferred, recovered,
		rangeOver, interfaces, collects, manyPointers, failing, inner}
}

// block runs some random statements.
//
//go:noinline
func (p *program) block(depth int) (sum int) {
	for range 1 + p.r.IntN(4) {
		if p.steps--; p.steps < 0 || depth > 12 {
			return sum + p.yield(sum%1000)
		}
		sum += statements[p.r.IntN(len(statements))](p, depth+1)
	}
	return sum % 100000
}

func overMap(p *program, depth int) (sum int) {
	m := map[string]*int{}
	for i := range p.r.IntN(10) {
		v := p.yield(i)
		m[fmt.Sprint("key", i)] = &v
	}
	for k, v := range m { // in whatever order
		*v += len(k)
		sum += *v
		if len(m) == 1 {
			p.yield(sum)
		}
	}
	sum += p.block(depth)
	for _, v := range m {
		sum += *v
	}
	return sum
}

func closures(p *program, depth int) int {
	x, shared := p.r.IntN(100), new(int)
	add := func(n int) int {
		x += n
		*shared += x
		return p.yield(x % 1000)
	}
	apply(add, 3)
	p.block(depth)
	apply(add, 5)
	return (x + *shared) % 1000
}

//go:noinline
func apply(f func(int) int, n int) int { return f(n) + 1 }

func stackSlice(p *program, depth int) int {
	var a [8]int
	s := a[2:6]
	for i := range s {
		s[i] = p.yield(i)
	}
	sum := p.block(depth)
	for _, x := range a {
		sum += x
	}
	return sum
}

// A frame below points to the frames above.
type frameLink struct {
	up    *frameLink
	value int
	name  string
}

func linkedFrames(p *program, depth int) int { return descendLinked(p, nil, p.r.IntN(12), depth) }

//go:noinline
func descendLinked(p *program, up *frameLink, n, depth int) (sum int) {
	here := frameLink{up, n, strings.Repeat("x", n)}
	if n > 0 {
		sum = descendLinked(p, &here, n-1, depth)
	} else {
		p.yield(n)
		sum = p.block(depth)
	}
	for l := &here; l != nil; l = l.up {
		l.value++
		sum += l.value + len(l.name)
	}
	return sum
}

// grow needs stack.
//
//go:noinline
func grow(n int) int {
	var b [512]byte
	if n > 0 {
		b[n%512] = byte(grow(n - 1))
	}
	return int(b[n%512]) + 1
}

func growing(p *program, depth int) int {
	var here [4]int
	at := &here[p.r.IntN(4)]
	n := p.r.IntN(60)
	*at = grow(n) + p.yield(n)
	return grow(n/2) + p.block(depth) + here[0] + here[1] + here[2] + here[3]
}

func deferred(p *program, depth int) (sum int) {
	for i := range p.r.IntN(4) {
		s := [2]int{i, i + 1}
		defer func() { sum += p.yield(s[1]) }()
	}
	x := p.yield(1)
	defer func() { sum += x }()
	return p.block(depth)
}

func recovered(p *program, depth int) (sum int) {
	where := p.r.IntN(3)
	defer func() {
		if where == 0 {
			sum += p.yield(1)
		}
		if r := recover(); r != errTorture {
			panic(r)
		}
		if where == 1 {
			sum += p.yield(2)
		}
	}()
	defer func() { p.yield(3) }()
	sum = p.block(depth)
	panic(errTorture)
}

// failing panics now and then, as far out as somebody recovers.
func failing(p *program, depth int) int {
	if p.r.IntN(4) == 0 {
		panic(errTorture)
	}
	return 0
}

//go:noinline
func upTo(n int) func(func(int, *int) bool) {
	return func(yield func(int, *int) bool) {
		var state int
		for i := range n {
			if !yield(i, &state) {
				return
			}
		}
	}
}

func rangeOver(p *program, depth int) (sum int) {
	for i, s := range upTo(p.r.IntN(5)) {
		*s += i
		sum += p.yield(*s)
		if i == 3 {
			break
		}
	}
	for range upTo(2) {
		return sum + p.block(depth)
	}
	return sum
}

type adder interface{ add(p *program, n int) int }
type smallAdder int
type largeAdder struct{ a, b *int }

func (s smallAdder) add(p *program, n int) int { return int(s) + p.yield(n) }
func (l largeAdder) add(p *program, n int) int { return *l.a + *l.b + p.yield(n) }

func interfaces(p *program, depth int) int {
	x, y := p.r.IntN(100), 2
	adders := []adder{smallAdder(x), largeAdder{&x, &y}, &largeAdder{&y, &y}}
	sum := 0
	for _, a := range adders {
		sum += a.add(p, depth)
	}
	method := adders[p.r.IntN(3)].add
	return method(p, p.block(depth)%1000) + sum
}

func collects(p *program, depth int) int {
	a, b := &frameLink{value: p.r.IntN(100)}, make([]*frameLink, 3)
	b[1] = a
	p.yield(1)
	if p.r.IntN(20) == 0 {
		runtime.GC()
	}
	p.yield(2)
	return b[1].value + p.block(depth)
}

func manyPointers(p *program, depth int) (sum int) {
	var a [120]*int
	n := p.yield(1)
	for i := range a {
		v := i + n
		a[i] = &v
	}
	sum = p.block(depth)
	for _, x := range a {
		sum += *x
	}
	return sum % 1000
}

// inner runs a coroutine on the coroutine.
func inner(p *program, depth int) (sum int) {
	co := aco.New(func(co *aco.Coroutine[int, int], v int) {
		var a [4]int
		for i := 0; ; i++ {
			a[i%4] += v
			v = co.Yield(a[0] + a[1] + a[2] + a[3])
		}
	})
	defer co.Close()
	for i := range 1 + p.r.IntN(5) {
		v, _ := co.Resume(p.yield(i))
		sum += v
	}
	return sum % 1000
}
