package workload

// The body of the row one-called: a closure of a function that is inlined, into which the compiler inlines
// nothing. So Yield is called, and returns after each switch. Up to Go 1.26 that was so of a closure without
// variables of that function, too.

func calledCount(step int) func(*Co, int) {
	return func(c *Co, v int) {
		for {
			v = c.Yield(v + step)
		}
	}
}
