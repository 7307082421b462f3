package torture

import (
	"strings"
	"testing"
	"time"
)

// A program that does something else on a coroutine is found, whether by one value or by its end.
func TestTortureFinds(t *testing.T) {
	for name, falsify := range map[string]func(*trace){
		"a value": func(t *trace) { t.events[len(t.events)/2]++ },
		"the end": func(t *trace) { t.events = append(t.events, 1) },
	} {
		got := tortureHere(10*time.Second, 3, func(seed uint64) *trace {
			tr := runProgram(seed)
			falsify(tr)
			return tr
		})
		if !strings.Contains(got.Fault, "and when called") {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// The random programs are not trivial: they yield, panic, and differ.
func TestPrograms(t *testing.T) {
	events, panics := 0, 0
	first := runProgram(0)
	same := 0
	for seed := range uint64(300) {
		tr := runProgram(seed)
		if !tr.same(runProgram(seed)) {
			t.Fatalf("program %d does not always do the same", seed)
		}
		events += len(tr.events)
		if tr.events[len(tr.events)-1] == panicked {
			panics++
		}
		if tr.same(first) {
			same++
		}
	}
	if events < 300*20 || panics < 20 || panics > 250 || same > 3 {
		t.Errorf("%d events, %d panics, %d like the first", events, panics, same)
	}
}
