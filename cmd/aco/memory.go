package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goaco/aco"
	"github.com/shirou/gopsutil/v4/mem"
	"github.com/shirou/gopsutil/v4/process"
	"github.com/spf13/cobra"
)

// Memory: what a suspended coroutine takes, and whether there is enough of it. The runtime keeps the
// descriptors of goroutines that have ended for those to come, so each measurement is made in a
// process of its own, in which there have been none.

// The unit of the rows of memory.
const bytesEach = "bytes"

func memoryRows() []*row {
	return []*row{
		memoryRow("memory", "bytes that a suspended coroutine with 120 bytes of locals takes", 1000, localsCounter, localsCount),
		memoryRow("memory-100", "bytes that a coroutine suspended 100 calls down takes", 12000,
			func(yield func(int) bool) { descend(100, yield) }, func(c *co, _ int) { descendCo(c, 100) }),
	}
}

// memoryRow measures what is taken by coroutines that run seq, or body.
func memoryRow(name, what string, each uint64, seq iter.Seq[int], body func(*co, int)) *row {
	r := &row{name: name, what: what, unit: bytesEach, needs: func(p plan, goroutines bool) uint64 { return needsOf(p.scale, each)(p, goroutines) }}
	pulled := func(pull func(iter.Seq[int]) (func() (int, bool), func())) func(int) any {
		return func(n int) any {
			stops := make([]func(), n)
			for i := range stops {
				var next func() (int, bool)
				next, stops[i] = pull(seq)
				next()
			}
			return stops
		}
	}
	resumed := func(opts ...aco.Option) func(int) any {
		return func(n int) any {
			cos := make([]*co, n)
			for i := range cos {
				cos[i] = aco.New(body, opts...)
				cos[i].Resume(0)
			}
			return cos
		}
	}
	r.peers = []peer{
		{name: iterPull, suspended: pulled(iter.Pull[int])},
		{name: acoShared, suspended: resumed()},
		{name: acoPull, suspended: pulled(aco.Pull[int])},
		{name: acoStandalone, suspended: resumed(aco.Standalone())},
		{name: twoChannels, suspended: pulled(channelPull[int])},
		{name: syncCond, suspended: pulled(condPull[int])},
	}
	return r
}

// holdCommand returns the hidden command that makes coroutines and prints what each takes: bytes, and allocations.
func holdCommand() *cobra.Command {
	return &cobra.Command{Use: "hold ROW PEER N", Hidden: true, RunE: func(cmd *cobra.Command, args []string) error {
		if len(args) != 3 {
			return usageError("hold: want ROW PEER N")
		}
		n, err := strconv.Atoi(args[2])
		for _, r := range rows {
			for _, p := range r.peers {
				if r.name == args[0] && p.name == args[1] && p.suspended != nil && n > 0 && err == nil {
					bytes, allocs := held(p, n)
					_, err = fmt.Fprintf(cmd.OutOrStdout(), "%.1f %.2f\n", bytes, allocs)
					return err
				}
			}
		}
		return usageError("no such row, peer or number")
	}}
}

// held makes n coroutines and returns the bytes that each takes, of the heap and of stacks, and the allocations.
func held(p peer, n int) (bytes, allocs float64) {
	runtime.KeepAlive(p.suspended(1)) // what there is but once
	before := inUse()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	mallocs := stats.Mallocs
	keep := p.suspended(n)
	runtime.ReadMemStats(&stats)
	after := inUse()
	runtime.KeepAlive(keep)
	return (after - before) / float64(n), float64(stats.Mallocs-mallocs) / float64(n)
}

func inUse() float64 {
	var stats runtime.MemStats
	for range 2 { // a cycle frees what the one before has swept
		runtime.GC()
	}
	runtime.ReadMemStats(&stats)
	return float64(stats.HeapAlloc + stats.StackInuse)
}

// hold returns what each of n coroutines takes, measured in a process of its own.
func hold(ctx context.Context, row, peer string, n int) (bytes, allocs float64, err error) {
	program, err := os.Executable()
	if err != nil {
		return 0, 0, err
	}
	cmd := exec.CommandContext(ctx, program, "hold", row, peer, strconv.Itoa(n))
	cmd.Env = append(os.Environ(), asCommand+"=1")
	out, err := cmd.Output()
	if err != nil {
		var failed *exec.ExitError
		if errors.As(err, &failed) {
			err = fmt.Errorf("%w: %s", err, strings.TrimSpace(string(failed.Stderr)))
		}
		return 0, 0, err
	}
	_, err = fmt.Sscan(string(out), &bytes, &allocs)
	return bytes, allocs, err
}

// asCommand is the variable that makes the test's program the command.
const asCommand = "ACO_AS_COMMAND"

// tooMuch says why there is not enough memory for the row; it is empty if there is.
func (r *row) tooMuch(p plan, peers []peer) string {
	if r.needs == nil {
		return ""
	}
	runtime.GC() // what the rows before have left is free
	goroutines := slices.ContainsFunc(peers, func(p peer) bool {
		return p.name != stateMachine && (p.name != acoShared && p.name != acoPush || !collected())
	})
	if needs, free := r.needs(p, goroutines), freeMemory(); needs > free {
		return fmt.Sprintf("it takes some %d MB of memory, and %d MB are free", needs>>20, free>>20)
	}
	return ""
}

// needsOf is what n coroutines need, of so many bytes each if they are no goroutines.
func needsOf(n int, each uint64) func(plan, bool) uint64 {
	return func(_ plan, goroutines bool) uint64 {
		if goroutines {
			return uint64(n) * max(each, 4000)
		}
		return uint64(n) * each
	}
}

// freeAll gives back to the system what peers had that have ended. Goroutines end soon after what they run, or, if
// they wait for another standalone coroutine to run, in the second collection.
func freeAll(goroutines int) {
	for i := 0; i < 20 && runtime.NumGoroutine() > goroutines; i++ {
		runtime.GC()
		time.Sleep(10 * time.Millisecond)
	}
	debug.FreeOSMemory()
}

// freeMemory returns the bytes that this process may still take: by the machine, by its control
// group, by ulimit -v, by GOMEMLIMIT and by the size of an address, or more than there are if none of them can be known.
func freeMemory() uint64 {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	free := []uint64{uint64(max(0, debug.SetMemoryLimit(-1)-int64(stats.HeapInuse+stats.StackInuse)))}
	if m, err := mem.VirtualMemory(); err == nil {
		free = append(free, m.Available)
	}
	if strconv.IntSize == 32 { // there are no more addresses
		free = append(free, uint64(max(0, 3<<30-int64(stats.Sys))))
	}
	if self, err := process.NewProcess(int32(os.Getpid())); err == nil { // ulimit -v
		limits, _ := self.RlimitUsage(true)
		for _, l := range limits {
			if l.Resource == process.RLIMIT_AS && l.Soft < 1<<60 {
				free = append(free, l.Soft-min(l.Used, l.Soft))
			}
		}
	}
	return slices.Min(append(free, groupMemory("/sys/fs/cgroup", "/proc/self/cgroup")...))
}

// number returns the number that follows prefix on the first such line of a file.
func number(file, prefix string) (uint64, bool) {
	b, err := os.ReadFile(file)
	if err != nil {
		return 0, false
	}
	for line := range strings.Lines(string(b)) {
		if digits, ok := strings.CutPrefix(line, prefix); ok {
			n, err := strconv.ParseUint(strings.TrimSpace(digits), 10, 64)
			return n, err == nil
		}
	}
	return 0, false
}
