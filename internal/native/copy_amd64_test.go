//go:build linux || darwin || windows || freebsd || netbsd || openbsd || dragonfly

package native

import (
	"testing"
	"unsafe"
)

// Frames of all sizes come back as they were, whether they are copied in words or in pieces, and whether
// the caller's call is made again, before which the lowest frame is left out.
func TestCopies(t *testing.T) {
	defer func(n uintptr) { narrow = n }(narrow)
	widths := []uintptr{^uintptr(0)}
	if hasAVX() {
		widths = append(widths, 96, 32)
	}
	for _, narrow = range widths {
		sizes := map[uintptr]bool{}
		for _, hold := range []func(c *core, yield func(c *core)) bool{
			holds[[1]uintptr], holds[[2]uintptr], holds[[3]uintptr], holds[[4]uintptr], holds[[5]uintptr], holds[[6]uintptr],
			holds[[7]uintptr], holds[[8]uintptr], holds[[9]uintptr], holds[[10]uintptr], holds[[11]uintptr], holds[[12]uintptr],
			holds[[13]uintptr], holds[[14]uintptr], holds[[15]uintptr], holds[[16]uintptr], holds[[40]uintptr], holds[[41]uintptr],
			holds[[42]uintptr], holds[[43]uintptr], holds[[1000]uintptr],
		} {
			for _, yield := range []func(c *core){leave, oneDeeper} {
				ok := true
				c := new(core)
				c.init(func(c *core) {
					for {
						ok = hold(c, yield) && ok
					}
				})
				for i := range 9 {
					deeper(c, i/3)
					scribble()
					sizes[c.layout().size] = true
				}
				if !ok {
					t.Errorf("narrow %d: frames of %d bytes came back changed", narrow, c.layout().size)
				}
			}
		}
		if len(sizes) < 30 {
			t.Errorf("narrow %d: only %d sizes: %v", narrow, len(sizes), sizes)
		}
	}
}

// scribble writes over the stack where the frames were.
//
//go:noinline
func scribble() uintptr {
	var a [2000]uintptr
	for i := range a {
		a[i] = ^uintptr(i)
	}
	return a[len(a)/2]
}

// oneDeeper is leave in one more frame, with words that are checked, too.
//
//go:noinline
func oneDeeper(c *core) {
	var a [5]uintptr
	w := words(&a)
	leave(c)
	if in, _ := insideLinked(); in != c || !intact(w) {
		panic("the lowest frame came back changed")
	}
}

// holds suspends c three times with words of its own on the stack, and reports whether they come back.
//
//go:noinline
func holds[A any](c *core, yield func(c *core)) bool {
	var a A
	w := words(&a)
	ok := true
	for range 3 {
		yield(c)
		in, _ := insideLinked() // by the frame pointers
		ok = in == c && intact(w) && ok
	}
	return ok
}

// words fills a and returns its words.
func words[A any](a *A) []uintptr {
	w := unsafe.Slice((*uintptr)(unsafe.Pointer(a)), unsafe.Sizeof(*a)/ptrSize)
	for i := range w {
		w[i] = uintptr(i)*0x9e3779b97f4a7c15 + 1
	}
	return w
}

// intact reports whether they are as words has left them. It is inlined, so that they lie as low as can be.
func intact(w []uintptr) bool {
	for i := range w {
		if w[i] != uintptr(i)*0x9e3779b97f4a7c15+1 {
			return false
		}
	}
	return true
}
