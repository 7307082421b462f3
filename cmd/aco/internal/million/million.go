// Package million makes very many coroutines that are all suspended at once, and measures what each costs in memory
// and in time, whether it keeps its state, and what the collector has to do.
package million

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"runtime"
	"runtime/debug"
	"slices"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/goaco/aco"
	"github.com/goaco/aco/cmd/aco/internal/memory"
	"github.com/goaco/aco/cmd/aco/internal/terminal"
	"github.com/goaco/aco/cmd/aco/internal/workload"
)

// A Population is the outcome of "aco million". Times are in nanoseconds.
type Population struct {
	Engine     string
	GoVersion  string
	Coroutines int
	Frames     int // bytes of suspended frames of each, as Footprint reports them; 0 if it can't
	Locals     int // bytes of them that are locals alive in the body

	Resident        float64   // bytes of the whole process, for each
	Heap            float64   // bytes of heap and stacks, for each
	Create          float64   // New of each
	CreateFirst     float64   // New and first Resume of each, in two passes
	Allocs          float64   // of both
	CreateCycles    uint32    // collections during both
	Switch          float64   // Resume and Yield, all in order; the best round
	SwitchRandom    float64   // at random
	RandomOrder     float64   // of which this takes the order
	GC              *cycle    `json:",omitempty"`
	Kept            bool      // each has kept its state, to the end
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

// Options say what to make and what to measure of it.
type Options struct {
	N      int // coroutines
	Bytes  int // of suspended frames; the nearest that there is
	Locals int // bytes of locals alive in the body, if not 0: instead of Bytes
	Rounds int // times that all are resumed, in order and as often at random

	Collections bool   // compare a collection with others, and switch during one
	Parallel    bool   // create, resume and drop on one processor and on all
	Libaco      string // the program that measures C libaco, if not empty
}

// slack is how far off the nearest body may be.
const slack = 1.25

// nearest returns the keeper that is nearest to what is wanted, and its Footprint, or says which there are if
// what is wanted is out of their reach.
func (o *Options) nearest() (best workload.Keeper, footprint int, err error) {
	want, what, off := o.Bytes, "-bytes", -1
	size := func(k workload.Keeper) (have, footprint int) {
		c := aco.New(k.Body)
		defer c.Close()
		c.Resume(0)
		footprint = c.Footprint()
		if o.Locals > 0 || footprint == 0 {
			return k.Locals(), footprint
		}
		return footprint, footprint
	}
	if o.Locals > 0 {
		want, what = o.Locals, "-locals"
	}
	var sizes []int
	for _, k := range workload.Keepers {
		have, f := size(k)
		sizes = append(sizes, have)
		if d := max(have-want, want-have); off < 0 || d < off {
			best, footprint, off = k, f, d
		}
	}
	least, most := slices.Min(sizes), slices.Max(sizes)
	if float64(want) > slack*float64(most) || slack*float64(want) < float64(least) {
		return best, footprint, fmt.Errorf("%s %d: there are bodies of %d to %d bytes", what, want, least, most)
	}
	return best, footprint, nil
}

// Check returns an error if there are no such coroutines.
func (o *Options) Check() error {
	_, _, err := o.nearest()
	return err
}

// Measure makes the coroutines and measures them, showing on stderr how far it is. It calls known with what has been
// measured so far, each time with another Population, and gives up when ctx is done.
func (o *Options) Measure(ctx context.Context, stderr io.Writer, known func(*Population)) error {
	k, footprint, err := o.nearest()
	if err != nil {
		return err
	}
	if err := o.enough(k, stderr); err != nil {
		return err
	}
	p := &Population{Engine: aco.Engine().Name, GoVersion: runtime.Version(), Coroutines: o.N, Frames: footprint, Locals: k.Locals()}
	tell := func() {
		now := *p
		known(&now)
	}
	if o.Libaco != "" { // first: it takes as much memory
		if p.Libaco, err = askLibaco(ctx, o.Libaco, o.N, p.Locals); err != nil {
			return err
		}
	}
	if err := o.live(ctx, p, k, stderr, tell); err != nil {
		return err
	}
	if o.Collections && ctx.Err() == nil {
		debug.FreeOSMemory()
		p.structs()
		tell()
		debug.FreeOSMemory()
		// The goroutines are last: the runtime keeps their descriptors.
		p.Goroutines, p.NoGoroutines = goroutineCycle(min(o.N, 1000000))
		tell()
	}
	if o.Parallel && ctx.Err() == nil {
		p.Parallel = measureParallel(min(max(o.N, 10000), 1000000))
		tell()
	}
	return ctx.Err()
}

// askLibaco returns what a program says of C libaco.
func askLibaco(ctx context.Context, program string, n, locals int) (*libaco, error) {
	l := new(libaco)
	out, err := exec.CommandContext(ctx, program, fmt.Sprintf("%d:%d", n, locals)).Output()
	if err == nil {
		err = json.Unmarshal(out, l)
	}
	if err == nil && (l.Pair <= 0 || l.CreateFirst <= 0 || l.Resident <= 0) {
		err = fmt.Errorf("said %q, without pair_ns, create_and_first_ns and rss_bytes_each above 0", out)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", program, err)
	}
	return l, nil
}

// enough makes a few of the coroutines and says if there is no memory for all.
func (o *Options) enough(k workload.Keeper, stderr io.Writer) error {
	const few = 4000
	each, _ := memory.Held(func(n int) any {
		cos := make([]*workload.Co, n)
		for i := range cos {
			cos[i] = aco.New(k.Body)
			cos[i].Resume(0)
		}
		return cos
	}, few)
	// The collector's own memory comes on top, and a little for what else the process has.
	needs, free := float64(o.N)*each*1.1+64<<20, memory.Free()
	if free > 1<<60 {
		fmt.Fprintln(stderr, "aco: can't tell how much memory is free: going on as if there were enough")
	}
	if needs > float64(free) {
		return fmt.Errorf("%s coroutines take some %s of memory, %.0f bytes each, and %s are free", humanize.Comma(int64(o.N)), memory.Units(needs), each, memory.Units(float64(free)))
	}
	return nil
}

// A herd is the coroutines, and two models of them. What the coroutine of number id yields is what
// that of number 0 yields, plus id times the difference of that of number 1: nothing else is done
// with numbers than to add them and to multiply them by constants.
type herd struct {
	ctx   context.Context // when it is done, all that is under way ends soon
	cos   []*workload.Co
	model [2]workload.Kept
	round int // all have been resumed so often
	shown *terminal.Bar
	done  int64
}

// part is after how many coroutines the bar moves.
const part = 1 << 18

// parts calls do for all coroutines, part by part, and returns the nanoseconds that each took.
func (h *herd) parts(what string, do func(from, to int)) float64 {
	n := len(h.cos)
	start := time.Now()
	for from := 0; from < n && h.ctx.Err() == nil; from += part {
		h.shown.Set(h.done+int64(from), what)
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
			m.Begin(i)
		}
		want[i] = m.Next(i + h.round)
	}
	h.round++
	if h.ctx.Err() != nil {
		return 0, h.ctx.Err()
	}
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
	wrong, h0, step := 0, h.model[0].Hash(), h.model[1].Hash()-h.model[0].Hash()
	h.parts("check", func(from, to int) {
		for id := from; id < to; id++ {
			if out, ok := h.cos[id].Resume(-1); !ok || out != h0+id*step {
				wrong++
			}
		}
	})
	if h.ctx.Err() != nil {
		return h.ctx.Err()
	}
	if wrong > 0 {
		return fmt.Errorf("%d of %d coroutines have lost their state", wrong, len(h.cos))
	}
	return nil
}

// live makes the coroutines and measures them.
func (o *Options) live(ctx context.Context, p *Population, k workload.Keeper, stderr io.Writer, tell func()) (err error) {
	laps := 2 + 2*o.Rounds + 1
	if o.Collections {
		laps += markingRounds
	}
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	h := &herd{ctx: ctx, shown: terminal.NewBar(stderr, "", int64(laps)*int64(o.N)), cos: make([]*workload.Co, o.N)}
	defer h.shown.End()
	for i := range h.model {
		h.model[i].A = make([]int, k.Words)
	}
	p.Create = h.parts("create", func(from, to int) {
		for id := from; id < to; id++ {
			h.cos[id] = aco.New(k.Body)
		}
	})
	if ctx.Err() != nil {
		return ctx.Err()
	}
	tell()
	first, err := h.resume("first Resume", false)
	if err != nil {
		return err
	}
	p.CreateFirst = p.Create + first
	runtime.ReadMemStats(&after)
	p.Allocs = float64(after.Mallocs-before.Mallocs) / float64(o.N)
	p.CreateCycles = after.NumGC - before.NumGC
	p.Resident = memory.Resident() / float64(o.N)
	tell()
	for i := range 2 * o.Rounds {
		best, what := &p.Switch, "in order"
		if i >= o.Rounds {
			best, what = &p.SwitchRandom, "at random"
		}
		ns, err := h.resume(what, i >= o.Rounds)
		if err != nil {
			return err
		}
		if *best == 0 || ns < *best {
			*best = ns
		}
		tell()
	}
	p.Resident = memory.Resident() / float64(o.N)
	p.RandomOrder = orderCost(o.N)
	h.shown.Set(h.done, "collection")
	cycle := collections()
	p.GC = &cycle
	p.Heap = (memory.InUse() - float64(before.HeapAlloc+before.StackInuse)) / float64(o.N)
	tell()
	if o.Collections {
		if p.SwitchInMarking, err = h.marking(); err != nil {
			return err
		}
		tell()
	}
	if err := h.check(); err != nil {
		return err
	}
	p.Kept = true
	tell()
	workload.End(h.cos)
	return nil
}

// Print prints what is known for people.
func (p *Population) Print(w io.Writer) {
	say := func(name, format string, args ...any) {
		fmt.Fprintf(w, "%-22s %s\n", name, fmt.Sprintf(format, args...))
	}
	say("coroutines", "%s, engine %s, %s", humanize.Comma(int64(p.Coroutines)), p.Engine, p.GoVersion)
	if p.Frames > 0 {
		say("suspended frames", "%d bytes each, %d of them locals", p.Frames, p.Locals)
	} else {
		say("suspended frames", "on a stack of its own each; %d bytes of locals", p.Locals)
	}
	if p.Resident > 0 {
		say("resident", "%s bytes each, the whole process: %s", humanize.Comma(int64(p.Resident)), memory.Units(p.Resident*float64(p.Coroutines)))
	}
	if p.Heap > 0 {
		say("heap and stacks", "%.0f bytes each; %.2f allocations", p.Heap, p.Allocs)
	}
	if p.Create > 0 {
		say("create", "%.0f ns each", p.Create)
	}
	if p.CreateFirst > 0 {
		say("create, first Resume", "%.0f ns each, with %d collections", p.CreateFirst, p.CreateCycles)
	}
	if p.Switch > 0 {
		say("switch in order", "%.1f ns", p.Switch)
	}
	if p.SwitchRandom > 0 && p.RandomOrder > 0 {
		say("switch at random", "%.1f ns, %.1f of them for the order", p.SwitchRandom, p.RandomOrder)
	}
	if p.Kept {
		say("state", "kept by each: sums and hashes are right")
	}
	if p.GC != nil {
		say("collection", "%s", p.GC)
	}
	if p.SwitchInMarking > 0 {
		say("switch in collections", "%.1f ns, %.2f times that of the quiet", p.SwitchInMarking, p.SwitchInMarking/p.Switch)
	}
	if s := p.Structs; s != nil {
		say("  of plain structs", "%s", s)
		say("  ratio", "%.2f of time, %.2f of processor time", p.GC.Wall/s.Wall, p.GC.CPU/s.CPU)
		say("  to touch one", "%.1f ns in order, %.1f at random", p.Touch, p.TouchRandom)
	}
	if g := p.Goroutines; g != nil {
		say("  of goroutines", "%s; %s of them", g, humanize.Comma(int64(g.Objects)))
		say("  ratio, each", "%.3f of time", p.GC.Wall/float64(p.Coroutines)/(g.Wall/float64(g.Objects)))
	} else if p.NoGoroutines != "" {
		say("  of goroutines", "not measured: %s", p.NoGoroutines)
	}
	if l := p.Libaco; l != nil {
		say("C libaco", "switch %.1f ns, create and first %.0f ns, %.0f bytes each, %d of them copied", l.Pair, l.CreateFirst, l.Resident, l.Copied)
		if p.Switch > 0 {
			say("  ratio", "switch %.2f, create and first %.2f, bytes %.2f", p.Switch/l.Pair, p.CreateFirst/l.CreateFirst, p.Resident/l.Resident)
		}
	}
	if p.Parallel != nil {
		p.Parallel.print(say)
	}
}
