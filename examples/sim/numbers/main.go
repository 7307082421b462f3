// Command numbers prints the random numbers that a simulation with a seed gives, one a line, for the same model in
// another language: numbers SEED N.
package main

import (
	"bufio"
	"fmt"
	"os"
	"strconv"

	"github.com/goaco/aco/sim"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: numbers SEED N")
		os.Exit(2)
	}
	seed, err1 := strconv.ParseUint(os.Args[1], 10, 64)
	n, err2 := strconv.Atoi(os.Args[2])
	if err1 != nil || err2 != nil {
		fmt.Fprintln(os.Stderr, "numbers: SEED and N are whole numbers")
		os.Exit(2)
	}
	s := sim.New(sim.Seed(seed))
	w := bufio.NewWriter(os.Stdout)
	defer w.Flush()
	for range n {
		fmt.Fprintln(w, strconv.FormatFloat(s.Rand().Float64(), 'g', -1, 64))
	}
}
