//go:build linux || freebsd || netbsd || dragonfly

package native

import (
	"unsafe"

	"github.com/goaco/aco/internal/release"
)

// findTLS returns "": the assembler knows where the g is in thread-local storage.
func findTLS() string { return "" }

const inPairs = true // each field of g.sched is stored and loaded by itself

// flagsIn returns the addresses of the bytes that f, which is coroswitch_m, compares with 0, CMPB $0, flag(IP), and
// whether it reads g.bubble, MOVQ gBubble(r), s.
func flagsIn(f release.FuncInfo) (flags []*byte, bubble bool) {
	at := f.EntryPC()
	code := (*[1 << 16]byte)(gAt(at, 0))
	for i := 0; release.FindFunc(at+uintptr(i)+7).Function == f.Function; i++ {
		if code[i] == 0x80 && code[i+1] == 0x3d && code[i+6] == 0 {
			distance := uintptr(*(*int32)(unsafe.Pointer(&code[i+2]))) // signed, from the next instruction
			flags = append(flags, (*byte)(gAt(at+uintptr(i)+7, distance)))
		}
		if code[i]&^5 == 0x48 && code[i+1] == 0x8b && code[i+2]&0xc0 == 0x80 && *(*uint32)(unsafe.Pointer(&code[i+3])) == gBubble {
			bubble = true
		}
	}
	return flags, bubble
}
