// Lesson 2: values travel both ways.
package main

import (
	"fmt"

	"github.com/goaco/aco"
)

// average is told a number at each Resume and answers with the average so far.
func average(co *aco.Coroutine[float64, float64], first float64) {
	sum, n := first, 1.0
	for {
		next := co.Yield(sum / n)
		sum += next
		n++
	}
}

func main() {
	co := aco.New(average)
	for _, x := range []float64{10, 20, 60} {
		avg, _ := co.Resume(x)
		fmt.Println("after", x, "the average is", avg)
	}
	co.Close()
}
