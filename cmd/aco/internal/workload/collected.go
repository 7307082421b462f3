package workload

import "github.com/goaco/aco"

// Collected reports whether a coroutine that is dropped while it is suspended is collected. The portable
// engine's is a goroutine that waits for ever.
func Collected() bool { return aco.Engine().Name == "native" }

// End closes coroutines that are to be dropped, if that is what they need.
func End(cos []*Co) {
	if !Collected() {
		for _, c := range cos {
			c.Close()
		}
	}
}
