// A constructor as one writes it.
package main

import "github.com/goaco/aco"

func count() *aco.Coroutine[int, int] {
	return aco.New(func(co *aco.Coroutine[int, int], first int) {
		for i := first; ; i++ {
			co.Yield(i)
		}
	})
}

func main() {
	co := count()
	co.Resume(1)
	co.Close()
}
