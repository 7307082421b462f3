package workload

import (
	"fmt"
	"iter"

	"github.com/goaco/aco"
)

// The row consumers: a producer hands a number to each of very many consumers in turn. Each reads
// groups of numbers, first how many there are and then those, and answers with the sum of the group
// when it is complete, else with 0.

func consumersRow(n int) *Row {
	return &Row{Name: "consumers", Title: "100,000 consumers", What: fmt.Sprintf("a producer hands numbers to %d consumers, which sum them in groups", n), Batch: n,
		Needs: needsOf(n, 700),
		Peers: []Peer{
			{Name: IterPull, Work: feedingMany(feedPull(iter.Pull[int]), n)},
			{Name: Aco, Work: resumingConsumers(n)},
			{Name: AcoPush, Work: feedingMany(feedPush, n)},
			{Name: acoStandalone, Work: resumingConsumers(n, aco.Standalone())},
			{Name: twoChannels, Work: feedingMany(feedChannels, n)},
			{Name: syncCond, Work: feedingMany(feedPull(condPull[int]), n)},
			{Name: StateMachine, Work: feedingMany(feedMachine, n)},
		}}
}

// consume is a consumer: get answers, waits, and returns the next number and whether there is one.
func consume(get func(answer int) (int, bool)) {
	sum := 0
	for {
		count, ok := get(sum)
		if !ok {
			return
		}
		sum = 0
		for range count {
			v, ok := get(0)
			if !ok {
				return
			}
			sum += v
		}
	}
}

func consumeCo(co *Co, count int) {
	for {
		sum := 0
		for range count {
			sum += co.Yield(0)
		}
		count = co.Yield(sum)
	}
}

// produced is what the i-th consumer is handed in a round: the size of a group, or a number of it.
func produced(i, round int) int { return 1 + (i+round)%3 }

//go:noinline
func resumingConsumers(n int, opts ...aco.Option) func() (func() int, func()) {
	return func() (func() int, func()) {
		cos := make([]*Co, n)
		for i := range cos {
			cos[i] = aco.New(consumeCo, opts...)
		}
		round := 0
		return func() (sum int) {
				for i, c := range cos {
					answer, _ := c.Resume(produced(i, round))
					sum = mix(sum, answer)
				}
				round++
				return sum
			}, func() {
				for _, c := range cos {
					c.Close()
				}
			}
	}
}

//go:noinline
func feedingMany(newFeed func() (feed func(v int) int, stop func()), n int) func() (func() int, func()) {
	return func() (func() int, func()) {
		feeds, stops := make([]func(int) int, n), make([]func(), n)
		for i := range feeds {
			feeds[i], stops[i] = newFeed()
		}
		round := 0
		return func() (sum int) {
				for i, feed := range feeds {
					sum = mix(sum, feed(produced(i, round)))
				}
				round++
				return sum
			}, func() {
				for _, stop := range stops {
					stop()
				}
			}
	}
}

// feedPull feeds a consumer through a variable that it shares with the producer.
func feedPull(pull func(iter.Seq[int]) (func() (int, bool), func())) func() (func(int) int, func()) {
	return func() (func(int) int, func()) {
		var v int
		first := true
		next, stop := pull(func(yield func(int) bool) {
			consume(func(answer int) (int, bool) {
				if first { // what the first call of next brings
					first = false
					return v, true
				}
				ok := yield(answer)
				return v, ok
			})
		})
		return func(n int) int {
			v = n
			answer, _ := next()
			return answer
		}, stop
	}
}

func feedPush() (func(int) int, func()) {
	var answer int
	yield, stop := aco.Push(func(numbers iter.Seq[int]) {
		left, sum := 0, 0
		for v := range numbers {
			if left == 0 {
				left, sum, answer = v, 0, 0
				continue
			}
			sum += v
			if left--; left == 0 {
				answer = sum
			}
		}
	})
	return func(v int) int {
		yield(v)
		return answer
	}, stop
}

func feedChannels() (func(int) int, func()) {
	numbers, answers := make(chan int), make(chan int)
	go func() {
		first := true
		consume(func(answer int) (int, bool) {
			if !first {
				answers <- answer
			}
			first = false
			v, ok := <-numbers
			return v, ok
		})
	}()
	return func(v int) int {
		numbers <- v
		return <-answers
	}, func() { close(numbers) }
}

func feedMachine() (func(int) int, func()) {
	left, sum := 0, 0
	return func(v int) int {
		if left == 0 {
			left, sum = v, 0
			return 0
		}
		sum += v
		if left--; left == 0 {
			return sum
		}
		return 0
	}, func() {}
}
