// Lesson 3: generators, and range over them.
package main

import (
	"fmt"
	"iter"

	"github.com/goaco/aco"
)

// fibonacci is an ordinary sequence of Go. It knows nothing of coroutines.
func fibonacci(yield func(int) bool) {
	for a, b := 0, 1; yield(a); a, b = b, a+b {
	}
}

func main() {
	// A coroutine is ranged over with All. Leaving the loop closes it.
	squares := aco.New(func(co *aco.Coroutine[struct{}, int], _ struct{}) {
		for i := 1; ; i++ {
			co.Yield(i * i)
		}
	})
	for v := range squares.All() {
		if v > 30 {
			break
		}
		fmt.Print(v, " ")
	}
	fmt.Println(squares.Status())

	// Pull turns a sequence into a function that returns its next value.
	next, stop := aco.Pull(iter.Seq[int](fibonacci))
	defer stop()
	for range 10 {
		v, _ := next()
		fmt.Print(v, " ")
	}
	fmt.Println()
}
