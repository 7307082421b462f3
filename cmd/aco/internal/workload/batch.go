package workload

import (
	"iter"
	"strconv"

	"github.com/dustin/go-humanize"
)

// The rows batch: a range over a sequence gathers its values, and hands on so many at a time, of which few
// are taken. It is wide: the sequence keeps an array of its own, as one that reads a file does.

const batchOf = 4

func batchRows() (rows []*Row) {
	for _, n := range []int{1, 4, 10, 1000} {
		taken := humanize.Comma(int64(n)) + " taken"
		r := &Row{Name: "batch-" + strconv.Itoa(n), family: "batch", Title: "batches, " + taken, Batch: n, What: "batches of a range over a sequence, " + taken + ", then stop"}
		ways := pull2Ways[[]int, error]()
		for _, name := range []string{IterPull, AcoPull, twoChannels} {
			r.Peers = append(r.Peers, Peer{Name: name, Work: func() (func() int, func()) {
				return func() int { return takeBatches(ways[name], n) }, func() {}
			}})
		}
		rows = append(rows, r)
	}
	return rows
}

func takeBatches(pull pull2Way[[]int, error], n int) (sum int) {
	next, stop := pull(batched(batchOf, records))
	defer stop()
	for i := range n {
		batch, err, ok := next()
		right(ok && err == nil && len(batch) == batchOf && batch[0] == i*batchOf)
		for _, v := range batch {
			sum = mix(sum, v)
		}
	}
	return sum
}

// records counts, and keeps the last 64 numbers on its stack.
func records(yield func(int, error) bool) {
	var last [64]int
	for i := 0; ; i++ {
		last[(i+1)&63] = i + 1
		if !yield(last[i&63], nil) {
			return
		}
	}
}

// batched gathers size values at a time, and lends them until the next are asked for.
//
//go:noinline
func batched(size int, seq iter.Seq2[int, error]) iter.Seq2[[]int, error] {
	return func(yield func([]int, error) bool) {
		batch := make([]int, 0, size)
		for v, err := range seq {
			if err != nil {
				yield(nil, err)
				return
			}
			if batch = append(batch, v); len(batch) == size {
				if !yield(batch, nil) {
					return
				}
				batch = batch[:0]
			}
		}
		if len(batch) > 0 {
			yield(batch, nil)
		}
	}
}
