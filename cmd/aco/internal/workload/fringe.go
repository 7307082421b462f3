package workload

import (
	"math/rand/v2"

	"github.com/goaco/aco"
)

// The row same-fringe: do two trees have the same leaves, whatever their shape? Each tree is walked
// by recursion, and the two walks are compared leaf by leaf.

const fringeLeaves = 1024

func fringeRow() *Row {
	r := rand.New(rand.NewPCG(1, 2))
	a, b := newFringe(r, 0, fringeLeaves), newFringe(r, 0, fringeLeaves)
	return &Row{Name: "same-fringe", What: "two trees of 1,024 leaves walked by recursion and compared leaf by leaf", Batch: fringeLeaves,
		Peers: generatorPeers([]string{AcoPull, acoStandalone}, func(open opener[int]) (sum int) {
			nextA, stopA := open(a.generator())
			defer stopA()
			nextB, stopB := open(b.generator())
			defer stopB()
			for {
				x, okA := nextA()
				y, okB := nextB()
				if x != y || okA != okB {
					panic("the trees differ")
				}
				if !okA {
					return sum
				}
				sum = mix(sum, x)
			}
		})}
}

// A fringe is a tree whose leaves have values.
type fringe struct {
	left, right *fringe // both nil in a leaf
	value       int
}

// newFringe returns a tree of random shape with the leaves lo to hi-1.
func newFringe(r *rand.Rand, lo, hi int) *fringe {
	if hi-lo == 1 {
		return &fringe{value: lo * lo}
	}
	middle := lo + 1 + r.IntN(hi-lo-1)
	return &fringe{left: newFringe(r, lo, middle), right: newFringe(r, middle, hi)}
}

func (t *fringe) generator() generator[int] {
	return generator[int]{
		seq:  func(yield func(int) bool) { t.push(yield) },
		body: func(co *aco.Coroutine[struct{}, int], _ struct{}) { t.yield(co) },
		machine: func() func() (int, bool) {
			path := []*fringe{t}
			return func() (int, bool) {
				if len(path) == 0 {
					return 0, false
				}
				at := path[len(path)-1]
				path = path[:len(path)-1]
				for at.left != nil {
					path = append(path, at.right)
					at = at.left
				}
				return at.value, true
			}
		},
	}
}

func (t *fringe) push(yield func(int) bool) bool {
	if t.left == nil {
		return yield(t.value)
	}
	return t.left.push(yield) && t.right.push(yield)
}

func (t *fringe) yield(co *aco.Coroutine[struct{}, int]) {
	if t.left == nil {
		co.Yield(t.value)
		return
	}
	t.left.yield(co)
	t.right.yield(co)
}
