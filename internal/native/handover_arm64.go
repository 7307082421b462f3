//go:build linux

package native

import (
	"runtime"
	"unsafe"

	"github.com/goaco/aco/internal/release"
)

//lint:file-ignore U1000 the assembly uses what seems unused

// saveG is where runtime.save_g begins, which puts the g in R28 into thread-local storage, if that is where cgo has it
// (runtime/tls_arm64.s). From Go 1.27 on the linker does not let us name it.
var saveG uintptr

// findTLS finds saveG. It lies behind the function that any goroutine begins with, among the runtime's assembly.
func findTLS() string {
	var pcs [32]uintptr
	begin := pcs[runtime.Callers(0, pcs[:])-1] &^ 15
	for at := begin; at < begin+1<<18; at += 16 {
		if f := release.FindFunc(at); f.Function != nil && f.EntryPC() == at && funcName(at) == "runtime.save_g" {
			saveG = at
			return ""
		}
	}
	return "runtime.save_g was not found"
}

// inPairs says whether sp and pc, ctxt and lr, and lr and bp lie next to each other in g.sched, as switchTo stores and loads them.
const inPairs = gSchedPC == gSched+8 && gSchedLR == gSchedCtxt+8 && gSchedBP == gSchedLR+8

// flagsIn returns the addresses of the bytes that f, which is coroswitch_m, reads once, ADRP R27 and MOVBU (R27), and
// whether it reads g.bubble, MOVD gBubble(r), s. A byte that it reads again and again says whether the processor has
// atomic instructions.
func flagsIn(f release.FuncInfo) (flags []*byte, bubble bool) {
	times := map[uintptr]int{}
	var order []uintptr
	for at := f.EntryPC(); release.FindFunc(at+4).Function == f.Function; at += 4 {
		first, second := *(*uint32)(gAt(at, 0)), *(*uint32)(gAt(at, 4))
		if first&0x9f00001f == 0x90000000+27 && second&0xffc003e0 == 0x39400000+27<<5 { // Arm's manual, C6.2: ADRP, LDRB (immediate)
			pages := uintptr(int32(first<<8)>>13)<<2 | uintptr(first>>29&3) // signed
			byte := at&^4095 + pages<<12 + uintptr(second>>10&4095)
			if times[byte]++; times[byte] == 1 {
				order = append(order, byte)
			}
		}
		if first&0xffc00000 == 0xf9400000 && first>>10&4095 == gBubble/8 {
			bubble = true
		}
	}
	for _, byte := range order {
		if times[byte] == 1 {
			flags = append(flags, (*uint8)(unsafe.Pointer(gAt(byte, 0))))
		}
	}
	return flags, bubble
}
