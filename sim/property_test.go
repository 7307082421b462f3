package sim_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"math"
	"testing"

	"github.com/goaco/aco/sim"
	"github.com/goaco/aco/sim/trace"
)

// A town is a model in which processes do anything to each other at random: they put, get, acquire, wait, are interrupted,
// preempted and lose patience. Its check says what must be true between any two events.
type town struct {
	s        *sim.Sim
	tool     *sim.Resource
	mutex    *sim.Mutex
	shelf    *sim.Store[[2]int] // who has put it, and its number
	tank     *sim.Container
	pipe     *sim.Chan[int]
	procs    []*sim.Proc
	put, got map[[2]int]int
	litres   float64
	sent     int
	received int
	locked   int
	last     map[int]int     // the highest number that was got of each
	at       map[int]float64 // when
	errs     []error
}

func newTown(opts ...sim.Option) *town {
	s := sim.New(opts...)
	w := &town{s: s, tool: sim.NewResource(s, "tool", 2), mutex: sim.NewMutex(s, "mutex"), shelf: sim.NewStore[[2]int](s, "shelf", 3),
		tank: sim.NewContainer(s, "tank", 10, 5), pipe: sim.NewChan[int](s, "pipe", 1), litres: 5,
		put: map[[2]int]int{}, got: map[[2]int]int{}, last: map[int]int{}, at: map[int]float64{}}
	for i := range 12 {
		w.procs = append(w.procs, s.Go(fmt.Sprint("p", i), func(p *sim.Proc) {
			for n := range 30 {
				w.act(p, i, n)
			}
			for w.tool.Holds(p) {
				w.tool.Release(p)
			}
		}))
	}
	for i := range 4 { // so that nobody waits forever
		s.Go(fmt.Sprint("helper ", i), func(p *sim.Proc) {
			for range 600 {
				p.Sleep(0.25)
				switch i {
				case 0:
					if v, ok := w.shelf.TryGet(); ok {
						w.take(v)
					}
				case 1:
					if v := [2]int{100, w.put[[2]int{100, 0}]}; w.shelf.Len() == 0 && w.shelf.TryPut([2]int{100, 1 + v[1]}) {
						w.put[[2]int{100, 0}]++
						w.put[[2]int{100, 1 + v[1]}]++
					}
				case 2:
					if p.Now() > 100 {
						for _, q := range w.procs {
							q.Interrupt("it is time to end")
						}
					}
					if w.tank.TryGet(0.5) {
						w.litres -= 0.5
					}
					if w.tank.Amount() < 3 && w.tank.TryPut(1) {
						w.litres++
					}
				default:
					if v, ok := w.pipe.TryRecv(); ok {
						w.received += v
					}
					if w.pipe.Len() == 0 && w.pipe.TrySend(1) {
						w.sent++
					}
				}
			}
		})
	}
	return w
}

func (w *town) take(v [2]int) {
	w.got[v]++
	if w.got[v] != 1 {
		w.fail("%v was got twice", v)
	}
	if v[1] <= w.last[v[0]] && w.s.Now() > w.at[v[0]] { // of those who got at one time, any may go on first
		w.fail("%v was got after %v", v, w.last[v[0]])
	}
	w.last[v[0]], w.at[v[0]] = v[1], w.s.Now()
}

func (w *town) fail(format string, args ...any) {
	w.errs = append(w.errs, fmt.Errorf("at %v: %s", w.s.Now(), fmt.Sprintf(format, args...)))
}

func (w *town) act(p *sim.Proc, i, n int) {
	r := w.s.Rand()
	switch r.IntN(10) {
	case 0:
		p.Sleep(float64(r.IntN(4)))
	case 1, 2:
		opts := []sim.AcquireOption{sim.Priority(r.IntN(3))}
		if r.IntN(2) == 0 {
			opts = append(opts, sim.Patience(float64(r.IntN(3))))
		}
		if r.IntN(3) == 0 {
			opts = append(opts, sim.Preempt())
		}
		if w.tool.Holds(p) {
			return
		}
		if w.tool.Acquire(p, opts...) == nil {
			p.Sleep(r.Float64())
			w.tool.Release(p)
		} else if w.tool.Holds(p) {
			w.fail("%s holds what it did not get", p.Name())
		}
	case 3:
		if v := [2]int{i, n + 1}; w.shelf.Put(p, v) == nil {
			w.put[v]++
		}
	case 4:
		if v, err := w.shelf.Get(p); err == nil {
			w.take(v)
		}
	case 5:
		x := float64(1 + r.IntN(4))
		if r.IntN(2) == 0 {
			if w.tank.Put(p, x) == nil {
				w.litres += x
			}
		} else if w.tank.Get(p, x) == nil {
			w.litres -= x
		}
	case 6:
		var v [2]int
		var in int
		var ok bool
		k, err := sim.Select(p, w.shelf.GetCase(&v), w.tank.GetCase(2), w.tool.AcquireCase(), w.pipe.RecvCase(&in, &ok), sim.After(r.Float64()), w.tank.PutCase(1))
		switch {
		case err != nil:
		case k == 0:
			w.take(v)
		case k == 1:
			w.litres -= 2
		case k == 2:
			w.tool.Release(p)
		case k == 3:
			w.received += in
		case k == 5:
			w.litres++
		}
	case 7:
		if q := w.procs[r.IntN(len(w.procs))]; q != p {
			q.Interrupt(i)
		}
	case 8:
		if r.IntN(2) == 0 {
			if w.pipe.Send(p, 1) == nil {
				w.sent++
			}
		} else if v, ok, err := w.pipe.Recv(p); ok && err == nil {
			w.received += v
		}
	default:
		if w.mutex.Lock(p) == nil {
			if w.locked++; w.locked != 1 {
				w.fail("two hold the mutex")
			}
			sim.Any(p, w.s.Timeout(r.Float64()), w.procs[(i+1)%len(w.procs)])
			w.locked--
			w.mutex.Unlock(p)
		}
	}
}

func (w *town) check() error {
	if n := w.shelf.Len(); n < 0 || n > 3 {
		w.fail("%d things on the shelf", n)
	}
	if x := w.tank.Amount(); x < 0 || x > 10 {
		w.fail("%v litres", x)
	}
	if w.tool.Free() < 0 || w.tool.Free() > 2 || w.tool.Capacity() != 2 {
		w.fail("%d free of %d", w.tool.Free(), w.tool.Capacity())
	}
	put, get := w.shelf.Waiting()
	if put > 0 && w.shelf.Len() < 3 || get > 0 && w.shelf.Len() > 0 || w.tool.Waiting() > 0 && w.tool.Free() > 0 {
		w.fail("somebody waits for what there is")
	}
	return errors.Join(w.errs...)
}

// Nothing is lost or doubled, no level is negative or too high, nobody waits for what is there, and in the end nothing is left.
func TestProperties(t *testing.T) {
	seeds := uint64(60)
	for seed := range seeds {
		opts := []sim.Option{sim.Seed(seed)}
		if seed%2 == 1 {
			opts = append(opts, sim.Shuffle())
		}
		w := newTown(opts...)
		for w.s.Step() {
			if err := w.check(); err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
		}
		for _, p := range w.procs {
			if !p.Done() {
				t.Fatalf("seed %d: %v", seed, w.s.Blocked())
			}
		}
		delete(w.put, [2]int{100, 0})
		for _, v := range w.shelf.Items() {
			w.got[v]++
		}
		for v := range w.put {
			if w.got[v] != 1 {
				t.Errorf("seed %d: %v was put and got %d times", seed, v, w.got[v])
			}
		}
		if len(w.got) != len(w.put) {
			t.Errorf("seed %d: %d things were put, %d got", seed, len(w.put), len(w.got))
		}
		if w.tank.Amount() != w.litres || w.sent != w.received+w.pipe.Len() {
			t.Errorf("seed %d: %v litres of %v, %d sent, %d received", seed, w.tank.Amount(), w.litres, w.sent, w.received)
		}
		puts, gets := w.shelf.Waiting()
		amountPuts, amountGets := w.tank.Waiting()
		if n := puts + gets + amountPuts + amountGets + w.tool.Waiting() + sim.QueueLen(w.s); n != 0 || w.tool.Free() != 2 || !math.IsInf(w.s.Now(), 0) && len(w.s.Blocked()) != 0 {
			t.Errorf("seed %d: %d waiters or entries are left, %d tools free", seed, n, w.tool.Free())
		}
		w.s.Close()
	}
}

// The same seed gives the same trace: on each engine, with and without -race, on each architecture and each release of Go.
func TestSameTrace(t *testing.T) {
	h := sha256.New()
	n := 0
	for seed := range uint64(10) {
		var b [2]bytes.Buffer
		for i := range b {
			w := newTown(sim.Seed(seed), sim.Shuffle(), trace.JSON(&b[i]))
			w.s.Run(background)
			w.s.Close()
		}
		if !bytes.Equal(b[0].Bytes(), b[1].Bytes()) {
			t.Errorf("seed %d gives two traces", seed)
		}
		h.Write(b[0].Bytes())
		n += b[0].Len()
	}
	const want = "6c2c294586cd47f0"
	if got := fmt.Sprintf("%x", h.Sum(nil)); got[:16] != want {
		t.Errorf("the traces have changed: %s, of %d bytes. If that is meant, write it into the test", got[:16], n)
	}
}
