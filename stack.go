package aco

import (
	"fmt"
	"runtime"
)

// Stack returns where a suspended coroutine is, in the form in which [runtime/debug.Stack] tells it of a goroutine: a
// heading, and then two lines for each function that waits, innermost first and ending with the body. It returns nil where
// [Coroutine.Callers] returns 0: if co is not Suspended, if it is a standalone one, and always on the portable engine.
// The frames of a standalone coroutine are on a goroutine's stack, which a profile of goroutines shows.
func (co *Coroutine[In, Out]) Stack() []byte {
	pcs := make([]uintptr, 32)
	n := co.Callers(pcs)
	for n == len(pcs) {
		pcs = make([]uintptr, 2*len(pcs))
		n = co.Callers(pcs)
	}
	if n == 0 {
		return nil
	}
	b := fmt.Appendf(nil, "coroutine %p [suspended]:\n", co)
	frames := runtime.CallersFrames(pcs[:n])
	for f, more := frames.Next(); ; f, more = frames.Next() {
		b = fmt.Appendf(b, "%s(...)\n\t%s:%d", f.Function, f.File, f.Line)
		if f.PC > f.Entry {
			b = fmt.Appendf(b, " +%#x", f.PC-f.Entry)
		}
		b = append(b, '\n')
		if !more {
			return b
		}
	}
}
