//go:build linux

package native

import (
	"unsafe"

	"github.com/goaco/aco/internal/release"
)

// findTLS returns "": the assembler knows where the g is in thread-local storage.
func findTLS() string { return "" }

const inPairs = true // each field of g.sched is stored and loaded by itself

// flagsIn returns the addresses of the bytes that f, which is coroswitch_m, loads, MOVBLZX flag, r, and
// whether it reads g.bubble, MOVL gBubble(r), s. In position-independent code it does so otherwise, and nothing is found.
func flagsIn(f release.FuncInfo) (flags []*byte, bubble bool) {
	at := f.EntryPC()
	code := (*[1 << 16]byte)(gAt(at, 0))
	for i := 0; release.FindFunc(at+uintptr(i)+7).Function == f.Function; i++ {
		if code[i] == 0x0f && code[i+1] == 0xb6 && code[i+2]&0xc7 == 5 {
			flags = append(flags, *(**byte)(unsafe.Pointer(&code[i+3])))
		}
		if code[i] == 0x8b && code[i+1]&0xc0 == 0x80 && *(*uint32)(unsafe.Pointer(&code[i+2])) == gBubble {
			bubble = true
		}
	}
	return flags, bubble
}
