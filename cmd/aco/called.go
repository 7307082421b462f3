package main

// The body of the row one-called: a closure of a function that is inlined, into which the compiler inlines
// nothing. So Yield is called, and returns after each switch.

func calledCount() func(*co, int) {
	return func(c *co, v int) {
		for {
			v = c.Yield(v + 1)
		}
	}
}
