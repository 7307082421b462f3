package coro

import (
	"sync/atomic"
	"unsafe"
)

// mains has the Main of each type of coroutine that was made last.
var mains [1 << 8]atomic.Pointer[mainOf]

type mainOf struct {
	t    uintptr
	main func(*Core)
}

// Main returns what build returns, or has returned for another coroutine of this type: a func value
// of a generic function is a closure, which need not be made anew for each.
func Main(co any, build func() func(*Core)) func(*Core) {
	t := *(*uintptr)(unsafe.Pointer(&co)) // the type (runtime/runtime2.go: eface)
	slot := &mains[(uint64(t)*0x9e3779b97f4a7c15)>>56]
	m := slot.Load()
	if m == nil || m.t != t {
		m = &mainOf{t, build()}
		slot.Store(m)
	}
	return m.main
}
