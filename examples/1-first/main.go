// Lesson 1: a function that can pause.
package main

import (
	"fmt"

	"github.com/goaco/aco"
)

func main() {
	co := aco.New(func(co *aco.Coroutine[int, string], _ int) {
		fmt.Println("  the body begins")
		co.Yield("one")
		fmt.Println("  the body goes on")
		co.Yield("two")
		fmt.Println("  the body ends")
	})
	fmt.Println("nothing has run yet:", co.Status())

	for {
		v, ok := co.Resume(0)
		if !ok {
			break
		}
		fmt.Println("got", v)
	}
	fmt.Println("now it is", co.Status())
}
