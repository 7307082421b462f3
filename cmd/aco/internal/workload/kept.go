package workload

// The bodies of the command million: each keeps an array of another size alive while it is
// suspended, and gives away what is in it. They are the same but for that: a generic one would have
// a frame for its dictionary too.

// A Keeper is a body that keeps so many words of 8 bytes of an array.
type Keeper struct {
	Words int
	Body  func(*Co, int)
}

// Locals returns the bytes that the body keeps.
func (k Keeper) Locals() int { return 8 * k.Words }

// Keepers are the bodies. Each begins with the words first, first+1 and so on, and yields words in turn, after it has added
// to one what Resume brings. When that is negative, it yields once more, a hash of all of them.
var Keepers = []Keeper{{1, keep1}, {2, keep2}, {3, keep3}, {4, keep4}, {5, Keep5}, {6, keep6}, {8, keep8}, {10, keep10}, {12, keep12}, {15, keep15}, {20, keep20}, {30, keep30}, {45, keep45}, {61, keep61}, {90, keep90}, {125, keep125}}

// A Kept does what a body does, without a coroutine.
type Kept struct {
	A []int
	i int
}

// Begin makes k what a body is that was begun with first.
func (k *Kept) Begin(first int) {
	k.i = 0
	for j := range k.A {
		k.A[j] = first + j
	}
}

// Next adds v to the word whose turn it is, and returns it.
func (k *Kept) Next(v int) int {
	j := k.i % len(k.A)
	k.A[j] += v
	k.i++
	return k.A[j]
}

// Hash is what a body yields at last.
func (k *Kept) Hash() int {
	h := k.i
	for _, v := range k.A {
		h = 31*h + v
	}
	return h
}

func keep1(c *Co, v int) {
	var a [1]int64
	for j := range a {
		a[j] = int64(v + j)
	}
	i := 0
	for ; v >= 0; i++ {
		a[0] += int64(v)
		v = c.Yield(int(a[0]))
	}
	for j := range a {
		i = 31*i + int(a[j])
	}
	c.Yield(i)
}

func keep2(c *Co, v int) {
	var a [2]int64
	for j := range a {
		a[j] = int64(v + j)
	}
	i := 0
	for ; v >= 0; i++ {
		a[i%2] += int64(v)
		v = c.Yield(int(a[i%2]))
	}
	for j := range a {
		i = 31*i + int(a[j])
	}
	c.Yield(i)
}

func keep3(c *Co, v int) {
	var a [3]int64
	for j := range a {
		a[j] = int64(v + j)
	}
	i := 0
	for ; v >= 0; i++ {
		a[i%3] += int64(v)
		v = c.Yield(int(a[i%3]))
	}
	for j := range a {
		i = 31*i + int(a[j])
	}
	c.Yield(i)
}

func keep4(c *Co, v int) {
	var a [4]int64
	for j := range a {
		a[j] = int64(v + j)
	}
	i := 0
	for ; v >= 0; i++ {
		a[i%4] += int64(v)
		v = c.Yield(int(a[i%4]))
	}
	for j := range a {
		i = 31*i + int(a[j])
	}
	c.Yield(i)
}

func Keep5(c *Co, v int) {
	var a [5]int64
	for j := range a {
		a[j] = int64(v + j)
	}
	i := 0
	for ; v >= 0; i++ {
		a[i%5] += int64(v)
		v = c.Yield(int(a[i%5]))
	}
	for j := range a {
		i = 31*i + int(a[j])
	}
	c.Yield(i)
}

func keep6(c *Co, v int) {
	var a [6]int64
	for j := range a {
		a[j] = int64(v + j)
	}
	i := 0
	for ; v >= 0; i++ {
		a[i%6] += int64(v)
		v = c.Yield(int(a[i%6]))
	}
	for j := range a {
		i = 31*i + int(a[j])
	}
	c.Yield(i)
}

func keep8(c *Co, v int) {
	var a [8]int64
	for j := range a {
		a[j] = int64(v + j)
	}
	i := 0
	for ; v >= 0; i++ {
		a[i%8] += int64(v)
		v = c.Yield(int(a[i%8]))
	}
	for j := range a {
		i = 31*i + int(a[j])
	}
	c.Yield(i)
}

func keep10(c *Co, v int) {
	var a [10]int64
	for j := range a {
		a[j] = int64(v + j)
	}
	i := 0
	for ; v >= 0; i++ {
		a[i%10] += int64(v)
		v = c.Yield(int(a[i%10]))
	}
	for j := range a {
		i = 31*i + int(a[j])
	}
	c.Yield(i)
}

func keep12(c *Co, v int) {
	var a [12]int64
	for j := range a {
		a[j] = int64(v + j)
	}
	i := 0
	for ; v >= 0; i++ {
		a[i%12] += int64(v)
		v = c.Yield(int(a[i%12]))
	}
	for j := range a {
		i = 31*i + int(a[j])
	}
	c.Yield(i)
}

func keep15(c *Co, v int) {
	var a [15]int64
	for j := range a {
		a[j] = int64(v + j)
	}
	i := 0
	for ; v >= 0; i++ {
		a[i%15] += int64(v)
		v = c.Yield(int(a[i%15]))
	}
	for j := range a {
		i = 31*i + int(a[j])
	}
	c.Yield(i)
}

func keep20(c *Co, v int) {
	var a [20]int64
	for j := range a {
		a[j] = int64(v + j)
	}
	i := 0
	for ; v >= 0; i++ {
		a[i%20] += int64(v)
		v = c.Yield(int(a[i%20]))
	}
	for j := range a {
		i = 31*i + int(a[j])
	}
	c.Yield(i)
}

func keep30(c *Co, v int) {
	var a [30]int64
	for j := range a {
		a[j] = int64(v + j)
	}
	i := 0
	for ; v >= 0; i++ {
		a[i%30] += int64(v)
		v = c.Yield(int(a[i%30]))
	}
	for j := range a {
		i = 31*i + int(a[j])
	}
	c.Yield(i)
}

func keep45(c *Co, v int) {
	var a [45]int64
	for j := range a {
		a[j] = int64(v + j)
	}
	i := 0
	for ; v >= 0; i++ {
		a[i%45] += int64(v)
		v = c.Yield(int(a[i%45]))
	}
	for j := range a {
		i = 31*i + int(a[j])
	}
	c.Yield(i)
}

func keep61(c *Co, v int) {
	var a [61]int64
	for j := range a {
		a[j] = int64(v + j)
	}
	i := 0
	for ; v >= 0; i++ {
		a[i%61] += int64(v)
		v = c.Yield(int(a[i%61]))
	}
	for j := range a {
		i = 31*i + int(a[j])
	}
	c.Yield(i)
}

func keep90(c *Co, v int) {
	var a [90]int64
	for j := range a {
		a[j] = int64(v + j)
	}
	i := 0
	for ; v >= 0; i++ {
		a[i%90] += int64(v)
		v = c.Yield(int(a[i%90]))
	}
	for j := range a {
		i = 31*i + int(a[j])
	}
	c.Yield(i)
}

func keep125(c *Co, v int) {
	var a [125]int64
	for j := range a {
		a[j] = int64(v + j)
	}
	i := 0
	for ; v >= 0; i++ {
		a[i%125] += int64(v)
		v = c.Yield(int(a[i%125]))
	}
	for j := range a {
		i = 31*i + int(a[j])
	}
	c.Yield(i)
}
