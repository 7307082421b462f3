package workload

import "iter"

// The rows kway: a merge of eight sorted sequences of (int, error), which begins with the first value of each.
// Each sequence is a range over another one that is as wide as a reader.

const kways = 8

func kwayRows() []*Row {
	first := &Row{Name: "kway-first", family: "kway", Title: "merge of 8, first value", What: "the first value of a merge of 8 sequences, then stop", Batch: 1}
	steady := &Row{Name: "kway-steady", family: "kway", Title: "merge of 8, steady", What: "the next value of a merge of 8 sequences", Batch: 1}
	ways := pull2Ways[int, error]()
	for _, name := range []string{IterPull, AcoPull, twoChannels} {
		pull := ways[name]
		first.Peers = append(first.Peers, Peer{Name: name, prepare: func() (func(int), func()) {
			return func(n int) {
				for range n {
					heap, stop := openKways(pull)
					right(heap[0].value == 0)
					stop()
				}
			}, func() {}
		}})
		steady.Peers = append(steady.Peers, Peer{Name: name, prepare: steadyKways(pull)})
	}
	return []*Row{first, steady}
}

//go:noinline
func steadyKways(pull pull2Way[int, error]) func() (func(int), func()) {
	return func() (func(int), func()) {
		heap, stop := openKways(pull)
		i := 0
		return func(n int) {
			wrong, ok := false, true
			for range n {
				head := &heap[0]
				wrong = wrong || !ok || head.value != i
				head.value, ok = head.next()
				heap.down(0)
				i++
			}
			right(!wrong)
		}, stop
	}
}

// openKways pulls eight sequences, which have all numbers between them.
func openKways(pull pull2Way[int, error]) (heap mergeHeap, stop func()) {
	var stops [kways]func()
	heap = make(mergeHeap, kways)
	for i := range heap {
		next2, stop := pull(everyEighth(kways - 1 - i))
		next := func() (int, bool) {
			v, err, ok := next2()
			return v, ok && err == nil
		}
		v, ok := next()
		right(ok)
		heap[i], stops[i] = mergeHead{v, next}, stop
	}
	for i := len(heap) / 2; i >= 0; i-- {
		heap.down(i)
	}
	return heap, func() {
		for _, stop := range stops {
			stop()
		}
	}
}

// everyEighth has the numbers from, from+8 and so on.
//
//go:noinline
func everyEighth(from int) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		for v, err := range records {
			if !yield(from+kways*v, err) {
				return
			}
		}
	}
}
