//go:build (amd64 || (arm64 && !ios)) && (linux || darwin || windows || freebsd || netbsd || openbsd || dragonfly)

package native

import (
	"sync/atomic"
	"time"
	"unsafe"
)

// Where a goroutine can't hand over to another one, a coroutine stays on its resumer's stack. A sequence that is suspended
// through other calls each time, as a recursive walk is, has to be decoded each time then, and iter.Pull is several times faster. So what
// that takes is looked at now and then. If it is most of the time, later sequences of the same function are iter.Pull's; but for
// one in a few hundred, which shows whether that is still so.

// A verdict says whether sequences of the function that begins at pc are decoded for most of the time.
type verdict struct {
	pc atomic.Uintptr
	n  atomic.Uint32 // how often it was found so; from slowFrom on, and how many sequences there have been since
}

const (
	slowFrom = 2   // twice in a row: this goroutine may have lost its processor the first time
	tryEach  = 256 // sequences
)

var verdicts [1 << 8]verdict

// verdictOf returns that of the function that begins at pc, or of another one that has its place.
func verdictOf(pc uintptr) *verdict { return &verdicts[uint64(pc)*0x9e3779b97f4a7c15>>56] }

// code returns where the code of seq begins (runtime/runtime2.go: funcval).
func code(seq func(yield func())) uintptr { return **(**uintptr)(unsafe.Pointer(&seq)) }

// isSlow reports whether iter.Pull had better pull seq.
func isSlow(seq func(yield func())) bool {
	v := verdictOf(code(seq))
	if v.n.Load() < slowFrom || v.pc.Load() != code(seq) {
		return false
	}
	if v.n.Add(1)%tryEach == 0 {
		v.n.Store(slowFrom - 1)
		return false
	}
	return true
}

// epoch is what the time is counted from.
var epoch = time.Now()

// judged returns the time if the decoding that is to follow is one of those by which the others are judged, and else 0.
func (c *core) judged() time.Duration {
	if c.Flags&(flagPulls|flagAuto) != flagPulls || c.Spent < spentMax || !noHandover() {
		return 0
	}
	return time.Since(epoch)
}

// judge judges the function of c by one of its decodings, which has begun at that time, and by when the last one was that was
// judged.
func (c *core) judge(begin time.Duration) {
	p := (*pulled)(unsafe.Pointer(c))
	now, size := time.Since(epoch), c.layout().size
	each := spentMiss
	if size >= wide {
		each += int(size/128) - 1
	}
	p.Spent = 0
	last := time.Duration(p.kind.judged.Swap(int64(now)))
	if last == 0 {
		return
	}
	pc := code(p.seq)
	v := verdictOf(pc)
	slow := 2*(now-begin)*time.Duration(spentMax/each) > now-last
	switch same := v.pc.Load() == pc; {
	case slow && !same:
		v.pc.Store(pc)
		v.n.Store(1)
	case slow && v.n.Load() < slowFrom:
		v.n.Add(1)
	case !slow && same:
		v.n.Store(0)
	}
}
