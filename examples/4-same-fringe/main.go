// Lesson 4: two at once. Do two trees have the same leaves, whatever their shape?
package main

import (
	"fmt"
	"iter"

	"github.com/goaco/aco"
)

type tree struct {
	left, right *tree
	leaf        string
}

func leaf(s string) *tree    { return &tree{leaf: s} }
func node(l, r *tree) *tree  { return &tree{left: l, right: r} }
func (t *tree) isLeaf() bool { return t.left == nil }

// leaves walks the tree as anybody would write it, by recursion.
func (t *tree) leaves() iter.Seq[string] {
	return func(yield func(string) bool) { t.walk(yield) }
}

func (t *tree) walk(yield func(string) bool) bool {
	if t.isLeaf() {
		return yield(t.leaf)
	}
	return t.left.walk(yield) && t.right.walk(yield)
}

// same compares leaf by leaf and stops at the first difference: neither walk is
// finished before the other begins, and no list of leaves is ever made.
func same(a, b *tree) bool {
	nextA, stopA := aco.Pull(a.leaves())
	defer stopA()
	nextB, stopB := aco.Pull(b.leaves())
	defer stopB()
	for {
		x, okA := nextA()
		y, okB := nextB()
		if x != y || okA != okB {
			return false
		}
		if !okA {
			return true
		}
	}
}

func main() {
	a := node(node(leaf("x"), leaf("y")), leaf("z"))
	b := node(leaf("x"), node(leaf("y"), leaf("z")))
	c := node(leaf("x"), node(leaf("z"), leaf("y")))
	fmt.Println("a and b:", same(a, b))
	fmt.Println("a and c:", same(a, c))
}
