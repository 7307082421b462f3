// A game whose characters are programs: each says what it does from its birth to its death in the order in which it
// does it, and gives up control at the end of each frame. The game resumes all of them in each frame, and closes those
// that die, wherever they are.
package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/goaco/aco"
)

// A character is a coroutine that is resumed once in each frame.
type character struct {
	name   string
	at     int // on a line
	health int
	mind   *aco.Coroutine[struct{}, struct{}]
}

// A world is what all characters see.
type world struct {
	frame      int
	characters []*character
	told       []string // in this frame
}

func (w *world) tell(format string, args ...any) {
	w.told = append(w.told, fmt.Sprintf(format, args...))
}

// A behaviour is what a character does in its life. wait gives up control until the next frame.
type behaviour func(self *character, w *world, wait func())

// add brings a character into the world.
func (w *world) add(name string, at, health int, live behaviour) *character {
	c := &character{name: name, at: at, health: health}
	c.mind = aco.New(func(co *aco.Coroutine[struct{}, struct{}], _ struct{}) {
		defer w.tell("%s is gone", name)
		live(c, w, func() { co.Yield(struct{}{}) })
	})
	w.characters = append(w.characters, c)
	return c
}

// next plays a frame: each character acts, and the dead are closed.
func (w *world) next() []string {
	w.frame++
	w.told = nil
	for _, c := range slices.Clone(w.characters) {
		if c.health <= 0 {
			c.mind.Close() // its deferred functions run
		} else {
			c.mind.Resume(struct{}{})
		}
	}
	w.characters = slices.DeleteFunc(w.characters, func(c *character) bool { return c.mind.Status() == aco.Done })
	return w.told
}

// find returns the living character of that name, or nil.
func (w *world) find(name string) *character {
	for _, c := range w.characters {
		if c.name == name && c.health > 0 {
			return c
		}
	}
	return nil
}

// step goes a step to a place, or stays there.
func (c *character) step(to int) { c.at += max(-1, min(to-c.at, 1)) }

func (c *character) near(other *character, n int) bool { return max(c.at-other.at, other.at-c.at) <= n }

// thief sneaks to the gold, takes it, and runs.
func thief(gold int) behaviour {
	return func(self *character, w *world, wait func()) {
		home, bag := self.at, 0
		defer func() {
			if bag > 0 {
				w.tell("%s drops %d coins", self.name, bag)
			}
		}()
		for self.at != gold {
			self.step(gold)
			wait()
		}
		for range 3 { // it takes a while
			bag += 50
			wait()
		}
		w.tell("%s has the gold", self.name)
		for self.at != home {
			self.step(home)
			wait()
		}
		w.tell("%s got away with %d coins", self.name, bag)
		bag = 0
	}
}

// guard goes to and fro until it sees a thief. Then it runs after him, and hits him until one of them is dead.
func guard(from, to int) behaviour {
	return func(self *character, w *world, wait func()) {
		for place := from; ; place = from + to - place {
			for self.at != place {
				if thief := w.find("thief"); thief != nil && self.near(thief, 4) {
					w.tell("%s: halt!", self.name)
					for thief.health > 0 {
						self.step(thief.at)
						if self.near(thief, 1) {
							thief.health--
							w.tell("%s hits %s", self.name, thief.name)
						}
						wait()
					}
					w.tell("%s: back to work", self.name)
				}
				self.step(place)
				wait()
			}
		}
	}
}

func main() {
	w := new(world)
	w.add("guard", 20, 5, guard(10, 20))
	w.add("thief", 0, 2, thief(8))
	w.add("rat", 3, 1, func(self *character, w *world, wait func()) {
		for range 5 {
			wait()
		}
		w.tell("rat goes to sleep")
	})
	for range 20 {
		if told := w.next(); len(told) > 0 {
			fmt.Printf("frame %d: %s\n", w.frame, strings.Join(told, ", "))
		}
	}
	for _, c := range w.characters { // the game is over
		c.mind.Close()
	}
}
