package aco_test

import (
	"errors"
	"fmt"
	"runtime"
	"sort"
	"strings"
	"sync"

	"github.com/goaco/aco"
)

// A program is a coroutine's body made from a string of bytes: each byte chooses what the
// next statement does, and each statement is a Go function of its own, so that frames of
// every kind end up between Yield and Resume. Whatever a statement computes goes into the
// trace, so that a word lost or wrongly relocated shows as a difference between engines.
type program struct {
	co    *aco.Coroutine[int, int]
	code  []byte
	trace *strings.Builder
	steps int      // statements left
	outer *program // that has resumed this one's coroutine, or nil
	exits bool     // it may call runtime.Goexit: who resumes it is prepared for that
}

func (p *program) log(format string, args ...any) {
	fmt.Fprintf(p.trace, format+"\n", args...)
}

// next returns the next byte of the program, or 0 at its end.
func (p *program) next() int {
	if len(p.code) == 0 {
		return 0
	}
	b := p.code[0]
	p.code = p.code[1:]
	return int(b)
}

// yield yields what depends on x and logs what comes back.
func (p *program) yield(x int) int {
	v := p.co.Yield(x)
	p.log("yield %d -> %d", x, v)
	return v
}

// block runs statements, each with one more call below it, until the program says to return.
//
//go:noinline
func (p *program) block(depth int) (sum int) {
	for len(p.code) > 0 && p.steps > 0 {
		p.steps--
		op := p.next()
		if op%16 == 15 || depth > 40 {
			return sum
		}
		sum += statements[op%len(statements)](p, depth+1)
		p.log("%d at %d: sum %d", op%len(statements), depth, sum)
	}
	return sum
}

var errProgram = errors.New("the program's own")

var statements []func(p *program, depth int) int

func init() { // statements refer to block, which refers to statements
	statements = []func(p *program, depth int) int{
		plain, locals, stackSlice, linked, closures, maps, strs, interfaces, rangeFunc, grow,
		openDefer, loopDefer, rangeDefer, recovered, nilDereference, nested, sorted, once,
		bigFrame, generic, panicsWhilePanicking, collects, panics, selects, asOuter,
		exits, closes, recoversOften, compares,
	}
}

func plain(p *program, depth int) int { return p.yield(depth) }

func locals(p *program, depth int) int {
	a, b, c := p.next(), float64(p.next()), p.next() > 100
	p.yield(a)
	sum := p.block(depth)
	if c {
		sum++
	}
	return sum + a + int(b)
}

//go:noinline
func bump(s []int) (sum int) {
	for i := range s {
		s[i] += i
		sum += s[i]
	}
	return sum
}

func stackSlice(p *program, depth int) int {
	var a [5]int
	s := a[1:4]
	for range p.next() % 3 {
		bump(s)
		p.yield(a[2])
	}
	return p.block(depth) + bump(s) + a[3]
}

type link struct {
	up   *link
	v    int
	name string
}

func linked(p *program, depth int) int { return descend(p, nil, p.next()%12, depth) }

//go:noinline
func descend(p *program, up *link, n, depth int) (sum int) {
	here := link{up, n, strings.Repeat("x", n)}
	if n > 0 {
		sum = descend(p, &here, n-1, depth)
	} else {
		p.yield(n)
		sum = p.block(depth)
	}
	for l := &here; l != nil; l = l.up {
		l.v++
		sum += l.v + len(l.name)
	}
	return sum
}

func closures(p *program, depth int) int {
	x, heap := p.next(), new(int)
	add := func(n int) int { x += n; *heap += x; return p.yield(x) }
	apply(add, 3)
	p.block(depth)
	apply(add, 5)
	return x + *heap
}

//go:noinline
func apply(f func(int) int, n int) int { return f(n) + 1 }

func maps(p *program, depth int) int {
	m := map[string]*link{}
	for i := range p.next() % 9 {
		m[fmt.Sprint(i)] = &link{v: i}
	}
	for range m { // whatever the order, and whether or not it goes on
		p.yield(len(m))
		break
	}
	p.block(depth)
	return len(m) + func() (sum int) {
		for _, l := range m {
			sum += l.v
		}
		return sum
	}()
}

func strs(p *program, depth int) int {
	s := fmt.Sprint("s", p.next())
	b := []byte(s)
	p.yield(len(s))
	p.block(depth)
	return len(s + string(b))
}

type adder interface{ add(p *program, n int) int }
type small int
type large struct{ a, b, c *int }

func (s small) add(p *program, n int) int { return int(s) + p.yield(n) }
func (l large) add(p *program, n int) int { return *l.a + *l.b + *l.c + p.yield(n) }

func interfaces(p *program, depth int) int {
	x, y := p.next(), 2
	adders := []adder{small(x), large{&x, &y, new(int)}, &large{&y, &y, &x}}
	sum := 0
	for _, a := range adders {
		sum += a.add(p, depth)
	}
	method := adders[p.next()%3].add
	return sum + method(p, p.block(depth))
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

func rangeFunc(p *program, depth int) (sum int) {
	for i, s := range upTo(p.next() % 4) {
		*s += i
		sum += p.yield(*s)
		if i == 2 {
			break
		}
	}
	for range upTo(2) {
		sum += p.block(depth)
		return sum
	}
	return sum
}

//go:noinline
func use(n int) int {
	var b [512]byte
	if n > 0 {
		b[n%512] = byte(use(n - 1))
	}
	return int(b[n%512]) + 1
}

func grow(p *program, depth int) int {
	n := p.next()
	sum := use(n) + p.yield(n)
	return sum + use(n/2) + p.block(depth)
}

func openDefer(p *program, depth int) (sum int) {
	x := p.next()
	defer func() { sum += p.yield(x) }()
	defer p.log("deferred with %d", x)
	x += p.yield(x)
	return p.block(depth)
}

func loopDefer(p *program, depth int) (sum int) {
	for i := range p.next() % 4 {
		s := [2]int{i, i}
		defer func() { sum += p.yield(s[1] + i) }()
		p.yield(i)
	}
	return p.block(depth)
}

func rangeDefer(p *program, depth int) (sum int) {
	for i := range upTo(p.next() % 3) {
		defer func() { sum += p.yield(i) }()
		p.yield(i)
	}
	return p.block(depth)
}

func recovered(p *program, depth int) (sum int) {
	steps := p.next()
	defer func() {
		if steps%2 == 0 {
			p.yield(1)
		}
		p.log("recovered %v", recover())
		if steps%3 == 0 {
			sum = p.yield(2)
		}
	}()
	defer func() { p.yield(3) }()
	p.block(depth)
	panic(errProgram)
}

func nilDereference(p *program, depth int) (sum int) {
	x := p.next()
	defer func() {
		p.yield(x)
		err := recover().(runtime.Error)
		p.log("recovered %v", err)
		p.yield(x + 1)
	}()
	var l *link
	var s []int
	if x%2 == 0 {
		return s[x]
	}
	return l.v
}

func nested(p *program, depth int) (sum int) {
	kind := []aco.Option{aco.Shared(), aco.Standalone(), aco.Auto()}[p.next()%3]
	inner := aco.New(func(co *aco.Coroutine[int, int], v int) {
		q := &program{co: co, code: append([]byte(nil), p.code...), trace: p.trace, steps: 5, outer: p, exits: p.exits}
		defer func() { p.log("inner ends: %v", recover() != nil) }()
		q.block(depth)
	}, kind)
	for i := range p.next() % 6 {
		v, ok := inner.Resume(i)
		sum += v
		p.log("inner %d %v %v", v, ok, inner.Status())
		p.yield(i)
	}
	inner.Close()
	return sum
}

// asOuter suspends a coroutine further out.
func asOuter(p *program, depth int) (sum int) {
	a := [3]int{p.next(), 2, 3}
	s := a[:]
	for q := p.outer; q != nil; q = q.outer {
		v := q.co.Yield(s[0])
		p.log("as an outer one %d -> %d", s[0], v)
		s[0]++
		sum += v
	}
	return sum + bump(s) + p.block(depth)
}

func sorted(p *program, depth int) int {
	s := []int{5, 2, p.next(), 1}
	sort.Slice(s, func(i, j int) bool { p.yield(s[i]); return s[i] < s[j] })
	return s[0] + s[3]
}

func once(p *program, depth int) (sum int) {
	var o sync.Once
	o.Do(func() { sum = p.yield(depth) + p.block(depth) })
	return sum
}

func bigFrame(p *program, depth int) (sum int) {
	var a [300]*int
	n := p.next()
	for i := range a {
		a[i] = new(int)
		*a[i] = i + n
	}
	p.yield(n)
	for _, x := range a {
		sum += *x
	}
	return sum + p.block(depth)
}

type pair[A, B any] struct {
	a A
	b B
}

//go:noinline
func yieldWith[A any](p *program, a A, n int) pair[A, int] { return pair[A, int]{a, p.yield(n)} }

func generic(p *program, depth int) int {
	x := yieldWith(p, "string", depth)
	y := yieldWith(p, pair[*int, []int]{new(int), []int{1, 2}}, depth)
	return len(x.a) + x.b + len(y.a.b) + y.b + *y.a.a
}

func panicsWhilePanicking(p *program, depth int) int {
	defer func() { p.log("outer %v", recover()); p.yield(4) }()
	defer func() {
		defer func() {
			p.yield(5)
			p.log("inner %v", recover())
			p.yield(6)
		}()
		p.yield(7)
		panic("second")
	}()
	panic("first")
}

func collects(p *program, depth int) int {
	a, b := &link{v: p.next()}, make([]*link, 3)
	b[1] = a
	p.yield(1)
	runtime.GC()
	p.yield(2)
	return b[1].v + p.block(depth)
}

func panics(p *program, depth int) int {
	if p.next() < 40 {
		panic(errProgram)
	}
	return 0
}

func selects(p *program, depth int) (sum int) {
	c, d := make(chan int, 1), make(chan *link, 1)
	c <- p.yield(1)
	for range 2 {
		select {
		case x := <-c:
			sum += x
			d <- &link{v: x}
		case l := <-d:
			sum += l.v
		}
		p.yield(2)
	}
	return sum
}

func exits(p *program, depth int) int {
	defer func() { p.log("exits: %v, %d", recover(), p.yield(depth)) }()
	if p.next() < 40 && p.exits {
		runtime.Goexit()
	}
	return p.block(depth)
}

// closes ends the coroutine that runs, be it in the course of a panic.
func closes(p *program, depth int) int {
	defer p.log("closes at %d", depth)
	if p.next() < 40 {
		p.co.Close()
	}
	return p.block(depth)
}

func recoversOften(p *program, depth int) (sum int) {
	for range p.next() % 5 {
		func() {
			defer func() { p.log("recovered often: %v", recover()) }()
			sum += p.yield(sum) + p.block(depth)
		}()
	}
	return sum
}

func compares(p *program, depth int) int {
	if comparedIsLost {
		return p.yield(depth)
	}
	return indexOfLast(func(i int) { p.yield(i) })
}
