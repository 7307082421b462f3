package aco_test

import (
	"os"
	"regexp"
	"runtime"
	"strconv"
	"testing"
	"unsafe"

	"github.com/goaco/aco"
)

// What docs/memory.md says of the memory of shared coroutines.

// Two objects are allocated for a coroutine that is suspended, and only the handle for one that comes
// after one that has ended.
func TestAllocationsOfALife(t *testing.T) {
	if aco.Engine().Name != "native" {
		t.Log("each coroutine is a goroutine here")
		return
	}
	body := func(co *intCo, v int) { co.Yield(v) }
	var kept []*intCo
	suspended := testing.AllocsPerRun(1000, func() {
		co := aco.New(body)
		co.Resume(1)
		kept = append(kept[:0:0], co)
	}) - 1 // the slice
	ended := testing.AllocsPerRun(1000, func() {
		co := aco.New(body)
		co.Resume(1)
		co.Resume(1)
	})
	if suspended != 2 || ended != 1 {
		t.Errorf("%v allocations of one that is suspended, want 2; %v of one that ends, want 1", suspended, ended)
	}
}

// A coroutine that was deep once gives the room back, and grows again.
func TestRoomIsGivenBack(t *testing.T) {
	if aco.Engine().Name != "native" {
		t.Log("each coroutine is a goroutine here")
		return
	}
	var down func(co *intCo, depth int)
	down = func(co *intCo, depth int) {
		if depth == 0 {
			co.Yield(depth)
			return
		}
		down(co, depth-1)
	}
	co := aco.New(func(co *intCo, _ int) {
		for _, depth := range []int{1, 200, 1, 200, 10} {
			down(co, depth)
		}
	})
	var sizes []int
	for range 5 {
		co.Resume(0)
		sizes = append(sizes, co.Footprint())
	}
	if little, much := sizes[0], sizes[1]; much < 200*3*int(unsafe.Sizeof(uintptr(0))) || sizes[2] != little || sizes[3] != much || sizes[4] > much/4 {
		t.Errorf("1, 200, 1, 200 and 10 calls down it has %d bytes", sizes)
	}
}

// What records of deferred calls took is given back as well.
func TestRoomOfDefersIsGivenBack(t *testing.T) {
	if aco.Engine().Name != "native" {
		t.Log("each coroutine is a goroutine here")
		return
	}
	co := aco.New(func(co *intCo, _ int) {
		func() {
			for range 40_000 {
				defer func() {}()
			}
			co.Yield(0)
		}()
		for {
			co.Yield(1)
			co.Yield(2)
		}
	}, aco.Shared())
	co.Resume(0)
	much := co.Footprint()
	for range 8 {
		co.Resume(0)
	}
	if little := co.Footprint(); much < 40_000*int(unsafe.Sizeof(uintptr(0))) || little > 4096 {
		t.Errorf("with the records it has %d bytes, and later %d", much, little)
	}
	co.Close()
}

// Footprint counts all pointers, of which a Core can tell no more than 65,535 apart.
func TestFootprintOfManyPointers(t *testing.T) {
	if aco.Engine().Name != "native" {
		t.Log("each coroutine is a goroutine here")
		return
	}
	const calls, pointers = 4000, 4000 * len(many{})
	for i := range 2 {
		co := aco.New(func(co *intCo, _ int) {
			for range i {
				defer func() {}() // whose record is in the heap
			}
			chain(co, calls, new(many))
		}, aco.Shared())
		co.Resume(0)
		if got, least := co.Footprint(), 2*pointers*int(unsafe.Sizeof(uintptr(0))); got < least || got > 2*least {
			t.Errorf("%d bytes hold %d pointers, which takes %d", got, pointers, least)
		}
		co.Close()
	}
}

type many [64]*int

var inHeap int // or at least not on the stack

//go:noinline
func chain(co *intCo, calls int, p *many) (sum int) {
	own := *p
	own[calls%len(own)] = &inHeap
	if calls > 0 {
		sum = chain(co, calls-1, &own)
	} else {
		co.Yield(0)
	}
	for i := range own { // without a copy
		if own[i] != nil {
			sum += *own[i]
		}
	}
	return sum
}

// The page has the sizes that there are.
func TestMemoryPage(t *testing.T) {
	if aco.Engine().Name != "native" || runtime.GOARCH != "amd64" || aco.Engine().Checked {
		t.Log("the page is about the native engine on amd64, built without -tags aco_check")
		return
	}
	page, err := os.ReadFile("docs/memory.md")
	if err != nil {
		t.Fatal(err)
	}
	bare := aco.New(func(co *intCo, v int) {
		for {
			v = co.Yield(v + 1)
		}
	})
	bare.Resume(0)
	for pattern, want := range map[string]uintptr{
		`\| handle \| (\d+)\.0 \|`:                     unsafe.Sizeof(intCo{}),
		"`Coroutine\\[string, string\\]` has\\s(\\d+)": unsafe.Sizeof(aco.Coroutine[string, string]{}),
		`without locals they are (\d+) bytes`:          uintptr(bare.Footprint()),
	} {
		m := regexp.MustCompile(pattern).FindSubmatch(page)
		if m == nil {
			t.Errorf("docs/memory.md does not say %s", pattern)
		} else if n, _ := strconv.Atoi(string(m[1])); uintptr(n) != want {
			t.Errorf("docs/memory.md says %d for %s, and it is %d", n, pattern, want)
		}
	}
}
