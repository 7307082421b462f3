// Command bench measures package sim beside what it replaces: a kernel with a goroutine and two channels for each process,
// and SimPy, if there is a Python that has it. All is run in many short turns, and the quickest of the turns counts.
//
//	go run ./sim/bench [-quick]
//	go run ./sim/bench -replications
package main

import (
	"context"
	"flag"
	"fmt"
	"math"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/goaco/aco/sim"
	"github.com/goaco/aco/sim/stat"
	"github.com/goaco/aco/sim/study"
)

var background = context.Background()

// A row is a thing that is measured: each call of run returns its cost.
type row struct {
	name, unit string
	each       int // turns
	run        func() float64
	best       float64
}

func main() {
	small := flag.Bool("small", false, "without the rows of a million processes")
	quick := flag.Bool("quick", false, "fewer turns")
	million := flag.Bool("million", false, "make a million processes, say what memory that takes, and end")
	replications := flag.Bool("replications", false, "measure 1,000 replications on one processor and on two, and nothing else")
	flag.Parse()
	if *million {
		memory()
		return
	}
	if *replications {
		one, two := math.Inf(1), math.Inf(1)
		for range 10 {
			one, two = min(one, replicate(1000, 1)), min(two, replicate(1000, 2))
		}
		fmt.Printf("1,000 replications: %.1f ms on one processor, %.1f ms on two, ratio %.2f\n", one, two, one/two)
		return
	}
	turns := 400
	if *quick {
		turns = 60
	}
	one, two, goroutine := sleepers(1, false), sleepers(2, false), channelSleeper()
	var many, random func(units float64) float64
	if !*small {
		many, random = sleepers(1_000_000, false), sleepers(1_000_000, true)
	}
	rows := []*row{
		{"a Sleep, one process, no switch", "ns", 1, func() float64 { return one(5000) }, 0},
		{"a Sleep, a goroutine and two channels", "ns", 1, func() float64 { return goroutine(2000) }, 0},
		{"a Sleep, 1,000,000 processes, equal times", "ns", 10, func() float64 { return many(1) / 1e6 }, 0},
		{"a Sleep, 1,000,000 processes, random times", "ns", 20, func() float64 { return random(0.5) / 1e6 }, 0},
		{"a customer of the bank", "ns", 1, bank, 0},
		{"a customer of the bank, SimPy", "ns", 20, simpyBank(), 0},
		{"an event of M/M/1", "ns", 1, mm1(turns), 0},
		{"replications, one processor", "ms", 1, func() float64 { return replicate(40, 1) }, 0},
		{"replications, two processors", "ms", 1, func() float64 { return replicate(40, 2) }, 0},
		{"a Sleep, two processes in turn, a switch", "ns", 1, func() float64 { return two(2500) }, 0},
	}
	if *small {
		rows[2].run, rows[3].run = nil, nil
	}
	for turn := range turns {
		for _, r := range rows {
			if r.run == nil || turn%r.each != 0 {
				continue
			}
			if x := r.run(); r.best == 0 || x < r.best {
				r.best = x
			}
		}
	}
	for _, r := range rows {
		if r.run == nil {
			fmt.Printf("%-50s not measured\n", r.name)
			continue
		}
		fmt.Printf("%-50s %10.1f %s\n", r.name, r.best, r.unit)
	}
	ratio := func(what string, a, b int) {
		if rows[a].best > 0 && rows[b].best > 0 {
			fmt.Printf("%-50s %10.3f\n", what, rows[a].best/rows[b].best)
		}
	}
	ratio("a Sleep, a switch: sim to a goroutine and channels", 9, 1)
	ratio("a Sleep: 1,000,000 processes to one, no switch", 2, 0)
	ratio("a Sleep: 1,000,000 processes to two, a switch", 2, 9)
	ratio("the same, random times", 3, 9)
	ratio("the bank: sim to SimPy", 4, 5)
	ratio("replications: one processor to two", 7, 8)
	fmt.Printf("%-50s %10.2f million\n", "events a second, M/M/1", 1000/rows[6].best)
	out, err := exec.Command(os.Args[0], "-million").CombinedOutput()
	fmt.Printf("%-50s %10s\n", "a million suspended processes", strings.TrimSpace(string(out)))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// sleepers returns a function that runs for a number of units of time, in which each of n processes sleeps about once, or, if it
// is random, twice, and returns the nanoseconds a Sleep of one process.
func sleepers(n int, random bool) func(units float64) float64 {
	s := sim.New()
	perUnit := 1.0 // million of Sleeps, or, of few processes, Sleeps
	if random || n == 2 {
		perUnit = 2
	}
	for i := range n {
		if random {
			s.Go("sleeper", func(p *sim.Proc) {
				for {
					p.Sleep(p.Sim().Rand().Float64())
				}
			})
		} else {
			s.Go("sleeper", func(p *sim.Proc) {
				for p.Sleep(float64(i) / float64(n)); ; {
					p.Sleep(1)
				}
			})
		}
	}
	s.RunUntil(background, 2.5)
	return func(units float64) float64 {
		begin := time.Now()
		s.RunUntil(background, s.Now()+units)
		d := float64(time.Since(begin).Nanoseconds()) / units / perUnit
		if n <= 2 {
			return d
		}
		return d * 1e6 / float64(n)
	}
}

// channelSleeper is the usual design: a process is a goroutine, and two channels hand the turn over.
func channelSleeper() func(n int) float64 {
	wake, yield := make(chan struct{}), make(chan float64)
	go func() {
		for range wake {
			yield <- 1
		}
	}()
	now := 0.0
	return func(n int) float64 {
		begin := time.Now()
		for range n {
			wake <- struct{}{}
			now += <-yield
		}
		return float64(time.Since(begin).Nanoseconds()) / float64(n)
	}
}

const customers = 2000

// bank is the bank of examples/sim/bank with 50 counters and very many customers.
func bank() float64 {
	s := sim.New(sim.Seed(42))
	counter := sim.NewResource(s, "counter", 50)
	gone := 0
	s.Go("source", func(p *sim.Proc) {
		for range customers {
			s.Go("customer", func(p *sim.Proc) {
				gone++
				if counter.Acquire(p, sim.Patience(16)) != nil {
					return
				}
				p.Sleep(s.Rand().ExpFloat64() * 12)
				counter.Release(p)
			})
			p.Sleep(s.Rand().ExpFloat64() * 10)
		}
	})
	begin := time.Now()
	s.Run(background)
	d := time.Since(begin)
	if gone != customers {
		panic("bench: customers are missing")
	}
	return float64(d.Nanoseconds()) / customers
}

const simpyProgram = `
import random, time, simpy
def customer(env, counter):
    with counter.request() as request:
        result = yield request | env.timeout(16)
        if request in result:
            yield env.timeout(random.expovariate(1 / 12))
def source(env, counter, n):
    for i in range(n):
        env.process(customer(env, counter))
        yield env.timeout(random.expovariate(1 / 10))
best = 1e9
for _ in range(20):
    random.seed(42)
    env = simpy.Environment()
    n = 2000
    env.process(source(env, simpy.Resource(env, 50), n))
    begin = time.perf_counter()
    env.run()
    best = min(best, (time.perf_counter() - begin) / n * 1e9)
print(best)
`

// simpyBank returns the same for SimPy, or nil if no Python has it.
func simpyBank() func() float64 {
	for _, python := range []string{"python3", "/usr/bin/python3"} {
		if exec.Command(python, "-c", "import simpy").Run() != nil {
			continue
		}
		return func() float64 {
			out, err := exec.Command(python, "-c", simpyProgram).Output()
			x, err2 := strconv.ParseFloat(strings.TrimSpace(string(out)), 64)
			if err != nil || err2 != nil {
				panic(fmt.Sprint("bench: SimPy: ", err, err2))
			}
			return x
		}
	}
	return nil
}

// mm1In makes a queue with one server, to which n customers come.
func mm1In(s *sim.Sim, n int) *sim.Sim {
	server := sim.NewResource(s, "server", 1)
	customer := func(p *sim.Proc) {
		server.Acquire(p)
		p.Sleep(s.Rand().ExpFloat64())
		server.Release(p)
	}
	s.Go("source", func(p *sim.Proc) {
		for range n {
			s.Go("customer", customer)
			p.Sleep(s.Rand().ExpFloat64() / 0.8)
		}
	})
	return s
}

// mm1 returns a function that runs a busy M/M/1 for a while and returns the nanoseconds an event. How many events that while has was
// counted before with the same seed.
func mm1(turns int) func() float64 {
	const while = 2000
	var counts []int
	n := 0
	s := mm1In(sim.New(sim.Seed(7), sim.Observe(func(r sim.Record) {
		if r.Event == "start" || r.Event == "resume" {
			n++
		}
	})), math.MaxInt)
	for range turns + 1 {
		s.RunUntil(background, s.Now()+while)
		counts = append(counts, n)
		n = 0
	}
	s = mm1In(sim.New(sim.Seed(7)), math.MaxInt)
	s.RunUntil(background, while)
	turn := 0
	return func() float64 {
		begin := time.Now()
		s.RunUntil(background, s.Now()+while)
		turn++
		return float64(time.Since(begin).Nanoseconds()) / float64(counts[turn])
	}
}

func replicate(n, processors int) float64 {
	begin := time.Now()
	_, err := study.Replicate(background, n, func(s *sim.Sim) study.Result {
		mm1In(s, 200).Run(background)
		return study.Result{"end": stat.Value(s.Now())}
	}, study.Processors(processors))
	if err != nil {
		panic(err)
	}
	return float64(time.Since(begin).Nanoseconds()) / 1e6
}

// memory makes a million processes that sleep, and prints what the whole program has taken at most.
func memory() {
	s := sim.New()
	begun, ended := 0, 0
	for i := range 1_000_000 {
		s.Go("sleeper", func(p *sim.Proc) {
			begun++
			p.Sleep(float64(10 + i))
			ended++
		})
	}
	s.RunUntil(background, 5)
	if begun != 1_000_000 || ended != 0 {
		panic(fmt.Sprint("bench: only ", begun-ended, " wait"))
	}
	peak := math.NaN()
	if status, err := os.ReadFile("/proc/self/status"); err == nil {
		for _, l := range strings.Split(string(status), "\n") {
			if kb, ok := strings.CutPrefix(l, "VmHWM:"); ok {
				peak, _ = strconv.ParseFloat(strings.Fields(kb)[0], 64)
			}
		}
	}
	fmt.Printf("%.0f MB\n", peak*1024/1e6)
	runtime.KeepAlive(s)
}
