// Lesson 7: a round-robin scheduler with a million tasks, on one goroutine.
package main

import (
	"fmt"

	"github.com/goaco/aco"
)

// How many tasks there are. The test makes it smaller.
var tasks = 1_000_000

type task = aco.Coroutine[struct{}, struct{}]

// A scheduler is a queue. Whoever is in front runs until it yields, and then goes
// to the end of the queue, if it has not ended.
type scheduler struct{ queue []*task }

func (s *scheduler) spawn(body func(pause func())) {
	s.queue = append(s.queue, aco.New(func(co *task, _ struct{}) {
		body(func() { co.Yield(struct{}{}) })
	}))
}

// run returns when all tasks have ended. It says how many turns that took.
func (s *scheduler) run() (turns int) {
	for len(s.queue) > 0 {
		waiting := s.queue[:0]
		for _, t := range s.queue {
			turns++
			if _, ok := t.Resume(struct{}{}); ok {
				waiting = append(waiting, t)
			}
		}
		clear(s.queue[len(waiting):])
		s.queue = waiting
	}
	return turns
}

func main() {
	s := new(scheduler)
	sum := 0 // no lock: all tasks share one goroutine, and only one runs at a time
	for id := range tasks {
		s.spawn(func(pause func()) {
			for round := range 3 {
				sum += id * round
				pause()
			}
		})
	}
	turns := s.run()
	fmt.Println("turns for each task:", turns/tasks)
	fmt.Println("sum is right:", sum == 3*tasks*(tasks-1)/2)
}
