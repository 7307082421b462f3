package million

import (
	"math/bits"
	"time"
)

// An order visits each of the numbers 0 to n-1 once, as if at random, and then begins again. It is a
// linear congruential generator whose period is the next power of two, without what is not below n.
type order struct {
	x, mask, n uint64
}

func newOrder(n int) *order {
	return &order{mask: 1<<bits.Len64(uint64(n-1)) - 1, n: uint64(n)}
}

// next is short, so that it is inlined: by Hull and Dobell's theorem the period is full, because the
// increment is odd and the multiplier is 1 more than a multiple of 4.
func (o *order) next() int {
	for {
		o.x = (o.x*0xd1342543de82ef95 + 0x9e3779b97f4a7c15) & o.mask
		if o.x < o.n {
			return int(o.x)
		}
	}
}

// orderCost returns the nanoseconds that next takes.
func orderCost(n int) float64 {
	o, sum := newOrder(n), uint64(0)
	start := time.Now()
	for range n {
		sum += uint64(o.next())
	}
	d := time.Since(start)
	if sum != uint64(n)*uint64(n-1)/2 {
		panic("the order is not one")
	}
	return float64(d.Nanoseconds()) / float64(n)
}
