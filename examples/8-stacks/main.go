// Lesson 8: shared or standalone. The same program, on each kind of stack.
package main

import (
	"fmt"
	"reflect"

	"github.com/goaco/aco"
)

// dive yields at the bottom of a call chain that is depth calls long.
func dive(co *aco.Coroutine[int, int], depth int) int {
	if depth == 0 {
		return co.Yield(1)
	}
	return dive(co, depth-1) + 1
}

// sum resumes a coroutine that dives ten times, and adds up what it yields.
func sum(option aco.Option, depth int) (total int) {
	co := aco.New(func(co *aco.Coroutine[int, int], _ int) {
		for range 10 {
			co.Yield(dive(co, depth))
		}
	}, option)
	for v := range co.All() {
		total += v
	}
	return total
}

func main() {
	// The results are the same whatever the stack. The costs are not.
	for _, depth := range []int{0, 10, 1000} {
		fmt.Println(depth, sum(aco.Shared(), depth), sum(aco.Standalone(), depth), sum(aco.Auto(), depth))
	}

	// Any Go function can be suspended, even one made by reflection. Only a call of C in between
	// takes a standalone coroutine.
	for _, option := range []aco.Option{aco.Shared(), aco.Standalone()} {
		co := aco.New(func(co *aco.Coroutine[int, string], _ int) {
			made := reflect.MakeFunc(reflect.TypeFor[func()](), func([]reflect.Value) []reflect.Value {
				co.Yield("from within a function made by reflection")
				return nil
			})
			made.Interface().(func())()
		}, option)
		for v := range co.All() {
			fmt.Println(v)
		}
	}
}
