//go:build cgo

// Package ccall calls Go through C, for tests: a frame of C has no map, and is what no shared coroutine can be
// suspended across.
package ccall

/*
#include <stdint.h>
void acoThrough(uintptr_t f);
*/
import "C"

import "runtime/cgo"

// Through calls f from C.
func Through(f func()) {
	h := cgo.NewHandle(f)
	defer h.Delete()
	C.acoThrough(C.uintptr_t(h))
}

//export acoCall
func acoCall(f C.uintptr_t) { cgo.Handle(f).Value().(func())() }
