package main

import (
	"slices"
	"testing"

	"github.com/goaco/aco"
)

func Example() {
	main()
	// Output:
	// frame 6: rat goes to sleep, rat is gone
	// frame 9: guard: halt!
	// frame 11: guard hits thief
	// frame 12: guard hits thief, thief drops 150 coins, thief is gone
	// frame 13: guard: back to work
}

// Without a guard the thief gets away, and his life ends by itself.
func TestThief(t *testing.T) {
	w := new(world)
	c := w.add("thief", 0, 2, thief(3))
	var told []string
	for range 20 {
		told = append(told, w.next()...)
	}
	if want := []string{"thief has the gold", "thief got away with 150 coins", "thief is gone"}; !slices.Equal(told, want) || c.mind.Status() != aco.Done || len(w.characters) != 0 {
		t.Errorf("%q, %v, %d characters", told, c.mind.Status(), len(w.characters))
	}
}

// Ten thousand characters live and die in the same frames.
func TestCrowd(t *testing.T) {
	w := new(world)
	for i := range 10000 {
		w.add("rat", i, 1, func(self *character, w *world, wait func()) {
			for range i % 50 {
				wait()
			}
			w.tell("rat %d", i)
			for {
				wait()
			}
		})
	}
	gone := 0
	for range 60 {
		for _, s := range w.next() {
			if s == "rat is gone" {
				gone++
			}
		}
		if w.frame == 30 {
			for i, c := range w.characters {
				if i%2 == 0 {
					c.health = 0
				}
			}
		}
	}
	if gone != 5000 || len(w.characters) != 5000 {
		t.Errorf("%d are gone, %d are left", gone, len(w.characters))
	}
	for _, c := range w.characters {
		c.mind.Close()
	}
}
