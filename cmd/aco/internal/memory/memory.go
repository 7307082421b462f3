// Package memory tells the memory of this process: what is in use, and what it may still take.
package memory

import (
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/shirou/gopsutil/v4/mem"
	"github.com/shirou/gopsutil/v4/process"
)

// Held has n things made and returns the bytes that each takes, of the heap and of stacks, and the allocations.
func Held(suspended func(n int) any, n int) (bytes, allocs float64) {
	runtime.KeepAlive(suspended(1)) // what there is but once
	before := InUse()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	mallocs := stats.Mallocs
	keep := suspended(n)
	runtime.ReadMemStats(&stats)
	after := InUse()
	runtime.KeepAlive(keep)
	return (after - before) / float64(n), float64(stats.Mallocs-mallocs) / float64(n)
}

// Units formats bytes in the unit that fits.
func Units(bytes float64) string { return humanize.Bytes(uint64(min(max(bytes, 0), 1<<62))) }

// InUse returns the bytes of heap and stacks.
func InUse() float64 {
	var stats runtime.MemStats
	for range 2 { // a cycle frees what the one before has swept
		runtime.GC()
	}
	runtime.ReadMemStats(&stats)
	return float64(stats.HeapAlloc + stats.StackInuse)
}

// Resident returns the bytes of this process that are in memory.
func Resident() float64 {
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

// FreeAll gives back to the system what peers had that have ended. Goroutines end soon after what they run, or, if
// they wait for another standalone coroutine to run, in the second collection.
func FreeAll(goroutines int) {
	for i := 0; i < 20 && runtime.NumGoroutine() > goroutines; i++ {
		runtime.GC()
		time.Sleep(10 * time.Millisecond)
	}
	debug.FreeOSMemory()
}

// Free returns the bytes that this process may still take: by the machine, by its control
// group, by ulimit -v, by GOMEMLIMIT and by the size of an address, or more than there are if none of them can be known.
func Free() uint64 {
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
