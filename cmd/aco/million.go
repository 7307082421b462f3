package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/goaco/aco"
	"github.com/shirou/gopsutil/v4/process"
	"github.com/spf13/cobra"
)

// The million command: very many coroutines, all suspended at once. What each costs in memory and in
// time, whether it keeps its state, and what the collector has to do.

// millionFlags are the flags of "aco million".
type millionFlags struct {
	n, bytes, locals, rounds int
	gc, parallel, json       bool
	libaco                   string
	shown                    atomic.Pointer[bar]
}

// millionCommand returns "aco million".
func millionCommand() *cobra.Command {
	var f millionFlags
	cmd := &cobra.Command{
		Use:   "million [flags]",
		Short: "Suspend a million coroutines, or ten, and measure memory, time and the collector",
		Long: "Create very many coroutines, resume every one several times in order and at random, and check that each\n" +
			"kept its state. Report resident memory, times and collections. If there is not enough memory for it,\n" +
			"nothing is done.",
		Example: "  aco million                              1,000,000 with 120 bytes of suspended frames\n" +
			"  aco million -n 10000000 -bytes 120       ten million\n" +
			"  aco million -n 10000000 -locals 120      with 120 bytes of locals alive in the body\n" +
			"  aco million -n 10000000 -gc              compare collections, with plain structs and goroutines\n" +
			"  aco million -parallel                    throughput of all processors against one",
		Args:                  noArguments,
		ValidArgsFunction:     cobra.NoFileCompletions,
		DisableFlagsInUseLine: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case f.n < 1 || f.rounds < 1 || f.rounds > 1000:
				return usageError("-n and -rounds: want a number above 0, and at most 1000 rounds")
			case f.bytes < 1 || f.locals < 0 || cmd.Flags().Changed("locals") && f.locals == 0:
				return usageError("-bytes and -locals: want a number of bytes")
			case cmd.Flags().Changed("bytes") && cmd.Flags().Changed("locals"):
				return usageError("-bytes and -locals: want one of them")
			}
			if err := checkLibaco(f.libaco); err != nil {
				return err
			}
			defer func() { f.shown.Load().end() }() // or, after an interrupt, nobody would
			return untilInterrupted(func(ctx context.Context) error { return f.run(ctx, cmd.OutOrStdout(), cmd.ErrOrStderr()) })
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.IntVarP(&f.n, "n", "n", 1000000, "`number` of coroutines")
	flags.IntVar(&f.bytes, "bytes", 120, "`bytes` of suspended frames; the nearest that there is")
	flags.IntVar(&f.locals, "locals", 0, "`bytes` of locals alive in the body, instead of -bytes; the nearest that there are")
	flags.IntVar(&f.rounds, "rounds", 4, "`number` of times that all are resumed, in order and as often at random")
	flags.BoolVar(&f.gc, "gc", false, "compare a collection with one of plain structs and one of goroutines, and switch during one")
	flags.BoolVar(&f.parallel, "parallel", false, "create, resume and drop on one processor and on all")
	flags.BoolVar(&f.json, "json", false, "print JSON")
	flags.StringVar(&f.libaco, "libaco", "", "`program` that measures C libaco in the same run: called with COROUTINES:BYTES, it prints a JSON object")
	return cmd
}

// untilInterrupted returns what do returns, or errInterrupted at once when the user ends the command.
func untilInterrupted(do func(context.Context) error) error {
	ctx, stop := signal.NotifyContext(context.Background(), interrupts...)
	defer stop()
	done := make(chan error, 1)
	go func() { done <- do(ctx) }()
	select {
	case err := <-done:
		if ctx.Err() == nil {
			return err
		}
	case <-ctx.Done():
		select { // a program that has been started is being ended
		case <-done:
		case <-time.After(100 * time.Millisecond):
		}
	}
	return errInterrupted
}

// A population is the outcome of "aco million". Times are in nanoseconds.
type population struct {
	Engine     string
	GoVersion  string
	Coroutines int
	Frames     int // bytes of suspended frames of each, as Footprint reports them; 0 if it can't
	Locals     int // bytes of them that are locals alive in the body

	Resident        float64 // bytes of the whole process, for each
	Heap            float64 // bytes of heap and stacks, for each
	Create          float64 // New of each
	CreateFirst     float64 // New and first Resume of each, in two passes
	Allocs          float64 // of both
	CreateCycles    uint32  // collections during both
	Switch          float64 // Resume and Yield, all in order; the best round
	SwitchRandom    float64 // at random
	RandomOrder     float64 // of which this takes the order
	GC              cycle
	SwitchInMarking float64   `json:",omitempty"` // in order, while there is one collection after the other
	Structs         *cycle    `json:",omitempty"` // the same number of pairs of plain objects
	Touch           float64   `json:",omitempty"` // of each pair, in order
	TouchRandom     float64   `json:",omitempty"` // at random
	Goroutines      *cycle    `json:",omitempty"`
	NoGoroutines    string    `json:",omitempty"` // why they were not measured
	Parallel        *parallel `json:",omitempty"`
	Libaco          *libaco   `json:",omitempty"`
}

// A libaco is what C libaco reports.
type libaco struct {
	Pair        float64 `json:"pair_ns"`
	CreateFirst float64 `json:"create_and_first_ns"`
	Resident    float64 `json:"rss_bytes_each"`
	Copied      int     `json:"copied_bytes"`
}

// nearest returns the keeper that is nearest to what the flags want, and its Footprint.
func (f *millionFlags) nearest() (best keeper, footprint int) {
	off := -1
	for _, k := range keepers {
		c := aco.New(k.body)
		c.Resume(0)
		size := c.Footprint()
		c.Close()
		d := size - f.bytes
		if f.locals > 0 || size == 0 {
			d = k.locals() - max(f.locals, 1)
		}
		if d = max(d, -d); off < 0 || d < off {
			best, footprint, off = k, size, d
		}
	}
	return best, footprint
}

// run carries out "aco million".
func (f *millionFlags) run(ctx context.Context, stdout, stderr io.Writer) error {
	k, footprint := f.nearest()
	if err := f.enough(k, stderr); err != nil {
		return err
	}
	p := &population{Engine: aco.Engine().Name, GoVersion: runtime.Version(), Coroutines: f.n, Frames: footprint, Locals: k.locals()}
	if f.libaco != "" { // first: it takes as much memory
		p.Libaco = new(libaco)
		out, err := exec.CommandContext(ctx, f.libaco, fmt.Sprintf("%d:%d", f.n, p.Locals)).Output()
		if err == nil {
			err = json.Unmarshal(out, p.Libaco)
		}
		if err == nil && (p.Libaco.Pair <= 0 || p.Libaco.CreateFirst <= 0 || p.Libaco.Resident <= 0) {
			err = fmt.Errorf("said %q, without pair_ns, create_and_first_ns and rss_bytes_each above 0", out)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", f.libaco, err)
		}
	}
	if err := f.live(p, k, stderr); err != nil {
		return err
	}
	if f.gc {
		f.compare(p)
	}
	if f.parallel {
		p.Parallel = measureParallel(min(max(f.n, 10000), 1000000))
	}
	if f.json {
		out := json.NewEncoder(stdout)
		out.SetIndent("", "  ")
		return out.Encode(p)
	}
	p.print(stdout)
	return nil
}

// enough makes a few of the coroutines and says if there is no memory for all.
func (f *millionFlags) enough(k keeper, stderr io.Writer) error {
	const few = 4000
	each, _ := held(peer{suspended: func(n int) any {
		cos := make([]*co, n)
		for i := range cos {
			cos[i] = aco.New(k.body)
			cos[i].Resume(0)
		}
		return cos
	}}, few)
	// The collector's own memory comes on top, and a little for what else the process has.
	needs, free := float64(f.n)*each*1.1+64<<20, freeMemory()
	if free > 1<<60 {
		fmt.Fprintln(stderr, "aco: can't tell how much memory is free: going on as if there were enough")
	}
	if needs > float64(free) {
		return fmt.Errorf("%d coroutines take some %.0f MB of memory, %.0f bytes each, and %d MB are free", f.n, needs/(1<<20), each, free>>20)
	}
	return nil
}

// residentBytes returns the bytes of this process that are in memory.
func residentBytes() float64 {
	p, err := process.NewProcess(int32(os.Getpid()))
	if err == nil {
		if m, err := p.MemoryInfo(); err == nil {
			return float64(m.RSS)
		}
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.Sys - m.HeapReleased)
}

// A herd is the coroutines, and two models of them. What the coroutine of number id yields is what
// that of number 0 yields, plus id times the difference of that of number 1: nothing else is done
// with numbers than to add them and to multiply them by constants.
type herd struct {
	cos   []*co
	model [2]kept
	round int // all have been resumed so often
	shown *bar
	done  int64
}

// part is after how many coroutines the bar moves.
const part = 1 << 18

// parts calls do for all coroutines, part by part, and returns the nanoseconds that each took.
func (h *herd) parts(what string, do func(from, to int)) float64 {
	n := len(h.cos)
	start := time.Now()
	for from := 0; from < n; from += part {
		h.shown.set(h.done+int64(from), what)
		do(from, min(from+part, n))
	}
	d := time.Since(start)
	h.done += int64(n)
	return float64(d.Nanoseconds()) / float64(n)
}

// resume resumes all, in order or at random, and checks the sum of what they yield. Each one's yield
// is multiplied by another number, so that not even two may have changed places.
func (h *herd) resume(what string, random bool) (ns float64, err error) {
	sum, cos, v := 0, h.cos, h.round
	if random {
		o := newOrder(len(cos))
		ns = h.parts(what, func(from, to int) {
			for range to - from {
				id := o.next()
				out, _ := cos[id].Resume(id + v)
				sum += out * (2*id + 1)
			}
		})
	} else {
		ns = h.parts(what, func(from, to int) {
			for id := from; id < to; id++ {
				out, _ := cos[id].Resume(id + v)
				sum += out * (2*id + 1)
			}
		})
	}
	var want [2]int
	for i := range h.model {
		m := &h.model[i]
		if h.round == 0 {
			m.begin(i)
		}
		want[i] = m.next(i + h.round)
	}
	h.round++
	for id := range cos {
		sum -= (want[0] + id*(want[1]-want[0])) * (2*id + 1)
	}
	if sum != 0 {
		err = fmt.Errorf("%s: the sum of what the coroutines yielded is wrong: some have lost their state", what)
	}
	return ns, err
}

// check has each coroutine give away a hash of all that it keeps.
func (h *herd) check() error {
	wrong, h0, step := 0, h.model[0].hash(), h.model[1].hash()-h.model[0].hash()
	h.parts("check", func(from, to int) {
		for id := from; id < to; id++ {
			if out, ok := h.cos[id].Resume(-1); !ok || out != h0+id*step {
				wrong++
			}
		}
	})
	if wrong > 0 {
		return fmt.Errorf("%d of %d coroutines have lost their state", wrong, len(h.cos))
	}
	return nil
}

// live makes the coroutines and measures them.
func (f *millionFlags) live(p *population, k keeper, stderr io.Writer) (err error) {
	laps := 2 + 2*f.rounds + 1
	if f.gc {
		laps += markingRounds
	}
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	h := &herd{shown: newBar(stderr, "", int64(laps)*int64(f.n)), cos: make([]*co, f.n)}
	f.shown.Store(h.shown)
	defer h.shown.end()
	for i := range h.model {
		h.model[i].a = make([]int, k.words)
	}
	p.Create = h.parts("create", func(from, to int) {
		for id := from; id < to; id++ {
			h.cos[id] = aco.New(k.body)
		}
	})
	first, err := h.resume("first Resume", false)
	if err != nil {
		return err
	}
	p.CreateFirst = p.Create + first
	runtime.ReadMemStats(&after)
	p.Allocs = float64(after.Mallocs-before.Mallocs) / float64(f.n)
	p.CreateCycles = after.NumGC - before.NumGC
	for i := range 2 * f.rounds {
		best, what := &p.Switch, "in order"
		if i >= f.rounds {
			best, what = &p.SwitchRandom, "at random"
		}
		ns, err := h.resume(what, i >= f.rounds)
		if err != nil {
			return err
		}
		if *best == 0 || ns < *best {
			*best = ns
		}
	}
	p.Resident = residentBytes() / float64(f.n)
	p.RandomOrder = orderCost(f.n)
	h.shown.set(h.done, "collection")
	p.GC = collections()
	p.Heap = (inUse() - float64(before.HeapAlloc+before.StackInuse)) / float64(f.n)
	if f.gc {
		if p.SwitchInMarking, err = h.marking(); err != nil {
			return err
		}
	}
	if err := h.check(); err != nil {
		return err
	}
	end(h.cos)
	return nil
}

// collected reports whether a coroutine that is dropped while it is suspended is collected. The portable
// engine's is a goroutine that waits for ever.
func collected() bool { return aco.Engine().Name == "native" }

// end closes coroutines that are to be dropped, if that is what they need.
func end(cos []*co) {
	if !collected() {
		for _, c := range cos {
			c.Close()
		}
	}
}

// compare measures collections of other things, one after the other. The goroutines are last: the
// runtime keeps their descriptors.
func (f *millionFlags) compare(p *population) {
	debug.FreeOSMemory()
	p.structs()
	debug.FreeOSMemory()
	p.Goroutines, p.NoGoroutines = goroutineCycle(min(f.n, 1000000))
}

func (p *population) print(w io.Writer) {
	say := func(name, format string, args ...any) {
		fmt.Fprintf(w, "%-22s %s\n", name, fmt.Sprintf(format, args...))
	}
	say("coroutines", "%s, engine %s, %s", thousands(float64(p.Coroutines)), p.Engine, p.GoVersion)
	if p.Frames > 0 {
		say("suspended frames", "%d bytes each, %d of them locals", p.Frames, p.Locals)
	} else {
		say("suspended frames", "on a stack of its own each; %d bytes of locals", p.Locals)
	}
	say("resident", "%.0f bytes each, the whole process", p.Resident)
	say("heap and stacks", "%.0f bytes each; %.2f allocations", p.Heap, p.Allocs)
	say("create", "%.0f ns each", p.Create)
	say("create, first Resume", "%.0f ns each, with %d collections", p.CreateFirst, p.CreateCycles)
	say("switch in order", "%.1f ns", p.Switch)
	say("switch at random", "%.1f ns, %.1f of them for the order", p.SwitchRandom, p.RandomOrder)
	say("state", "kept by each: sums and hashes are right")
	say("collection", "%s", p.GC)
	if p.SwitchInMarking > 0 {
		say("switch in collections", "%.1f ns, %.2f times that of the quiet", p.SwitchInMarking, p.SwitchInMarking/p.Switch)
	}
	if s := p.Structs; s != nil {
		say("  of plain structs", "%s", s)
		say("  ratio", "%.2f of time, %.2f of processor time", p.GC.Wall/s.Wall, p.GC.CPU/s.CPU)
		say("  to touch one", "%.1f ns in order, %.1f at random", p.Touch, p.TouchRandom)
	}
	if g := p.Goroutines; g != nil {
		say("  of goroutines", "%s; %s of them", g, thousands(float64(g.Objects)))
		say("  ratio, each", "%.3f of time", p.GC.Wall/float64(p.Coroutines)/(g.Wall/float64(g.Objects)))
	} else if p.NoGoroutines != "" {
		say("  of goroutines", "not measured: %s", p.NoGoroutines)
	}
	if l := p.Libaco; l != nil {
		say("C libaco", "switch %.1f ns, create and first %.0f ns, %.0f bytes each, %d of them copied", l.Pair, l.CreateFirst, l.Resident, l.Copied)
		say("  ratio", "switch %.2f, create and first %.2f, bytes %.2f", p.Switch/l.Pair, p.CreateFirst/l.CreateFirst, p.Resident/l.Resident)
	}
	if p.Parallel != nil {
		p.Parallel.print(say)
	}
}
