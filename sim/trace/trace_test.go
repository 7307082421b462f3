package trace_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/goaco/aco/sim"
	"github.com/goaco/aco/sim/trace"
)

func model(s *sim.Sim) {
	r := sim.NewResource(s, "tool", 1)
	for _, name := range []string{"a", "b"} {
		s.Go(name, func(p *sim.Proc) {
			r.Acquire(p)
			p.Sleep(2)
			p.Logf("is done <%d>", 1)
			r.Release(p)
		})
	}
	s.Run(context.Background())
}

func ExampleJSON() {
	s := sim.New(trace.JSON(os.Stdout))
	model(s)
	// Output:
	// {"t":0,"event":"start","proc":"a","id":1}
	// {"t":0,"event":"level","on":"resource tool","key":"busy","value":1}
	// {"t":0,"event":"wait","proc":"a","id":1,"on":"time"}
	// {"t":0,"event":"start","proc":"b","id":2}
	// {"t":0,"event":"level","on":"resource tool","key":"waiting","value":1}
	// {"t":0,"event":"wait","proc":"b","id":2,"on":"resource tool"}
	// {"t":2,"event":"resume","proc":"a","id":1}
	// {"t":2,"event":"log","proc":"a","id":1,"text":"is done <1>"}
	// {"t":2,"event":"level","on":"resource tool","key":"waiting","value":0}
	// {"t":2,"event":"level","on":"resource tool","key":"busy","value":1}
	// {"t":2,"event":"end","proc":"a","id":1}
	// {"t":2,"event":"resume","proc":"b","id":2}
	// {"t":2,"event":"wait","proc":"b","id":2,"on":"time"}
	// {"t":4,"event":"resume","proc":"b","id":2}
	// {"t":4,"event":"log","proc":"b","id":2,"text":"is done <1>"}
	// {"t":4,"event":"level","on":"resource tool","key":"busy","value":0}
	// {"t":4,"event":"end","proc":"b","id":2}
}

// An event is one of Chrome's trace format, with all the fields that it may have here.
type event struct {
	Ph, Name string
	Pid      int
	Tid      int
	TS       float64
	S        string
	Args     map[string]any
}

// events returns what a file for Perfetto has, whose bracket is not closed.
func events(t *testing.T, text string) (all []event) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text + "]"))
	d.DisallowUnknownFields()
	if err := d.Decode(&all); err != nil {
		t.Fatal(err, text)
	}
	return all
}

// What Trace Event Format asks of each kind of event holds, the spans of each row nest, and end if all processes do, also those
// that were closed while they waited, and a counter has one value at a time, that of the end of this time.
func TestPerfettoIsValid(t *testing.T) {
	for _, stepwise := range []bool{false, true} {
		var b bytes.Buffer
		s := sim.New(sim.Seed(3), trace.Perfetto(&b, time.Second))
		r := sim.NewResource(s, "counter", 2)
		shelf := sim.NewStore[int](s, "shelf", 2)
		var all []*sim.Proc
		for i := range 40 {
			all = append(all, s.Go(fmt.Sprint("customer ", i), func(p *sim.Proc) {
				p.Logf("\"%d\"", i)
				p.Sleep(float64(i / 10))
				if r.Acquire(p, sim.Patience(4)) == nil {
					p.Sleep(s.Rand().Float64())
					r.Release(p)
				}
				shelf.Put(p, i)
			}))
		}
		s.At(1, func() { all[30].Interrupt("fire") })
		if stepwise {
			for s.Step() {
			}
		} else if err := s.Run(context.Background()); err != nil {
			t.Fatal(err)
		}
		if len(s.Blocked()) == 0 {
			t.Fatal("nobody waits at the end, so that closing them is not tested")
		}
		s.Close()
		open, values, kinds := map[int]int{}, map[string]map[string]any{}, map[string]int{}
		at := map[string]float64{}
		for _, e := range events(t, b.String()) {
			kinds[e.Ph]++
			named := e.Name != ""
			switch e.Ph {
			case "M":
				_, ok := e.Args["name"].(string)
				if named = ok && (e.Name == "process_name" && e.Tid == 0 || e.Name == "thread_name" && e.Tid > 0); open[e.Tid] != 0 {
					t.Error("a row is named after it has begun", e)
				}
			case "B":
				open[e.Tid]++
			case "E":
				named = true // may have none
				if open[e.Tid]--; open[e.Tid] < 0 {
					t.Error("a span ends that has not begun", e)
				}
			case "i":
				if e.S != "t" {
					t.Error("the scope of a mark", e)
				}
			case "C":
				for _, v := range e.Args {
					if _, ok := v.(float64); !ok {
						t.Error("a level that is no number", e)
					}
				}
				if e.TS <= at[e.Name] || e.Tid != 0 || len(e.Args) == 0 {
					t.Error("a counter with two values at a time, or at 0", e)
				}
				at[e.Name], values[e.Name] = e.TS, e.Args
			default:
				t.Error("not a kind of event that is written", e)
			}
			if !named || e.Pid != 1 || e.TS < 0 || e.TS > 1e9 {
				t.Error(e)
			}
		}
		for id, n := range open {
			if n != 0 {
				t.Errorf("row %d has %d spans that don't end", id, n)
			}
		}
		want := fmt.Sprint(map[string]map[string]any{"resource counter": {"busy": 0., "waiting": 0.},
			"get shelf": {"items": 2.}, "put shelf": {"waiting": 0.}})
		if got := fmt.Sprint(values); got != want {
			t.Error("at the end the counters are", got, "and not", want)
		}
		for _, ph := range []string{"M", "B", "E", "i", "C"} {
			if kinds[ph] == 0 {
				t.Error("no event of the kind", ph)
			}
		}
	}
}

// Each span lasts as long as it should.
func TestPerfetto(t *testing.T) {
	var b bytes.Buffer
	model(sim.New(trace.Perfetto(&b, time.Millisecond)))
	events := events(t, b.String())
	open, spans, last := map[int][]int{}, "", 0.0
	names := map[int]string{}
	counters, marks := 0, 0
	for i, e := range events {
		if e.TS < last {
			t.Error("time goes back")
		}
		last = e.TS
		switch e.Ph {
		case "M":
			names[e.Tid] = e.Args["name"].(string)
		case "B":
			open[e.Tid] = append(open[e.Tid], i)
		case "E":
			n := len(open[e.Tid]) - 1
			begin := events[open[e.Tid][n]]
			open[e.Tid] = open[e.Tid][:n]
			spans += begin.Name + " " + time.Duration((e.TS-begin.TS)*1000).String() + "\n"
		case "C":
			counters++
		case "i":
			marks++
		}
	}
	if want := "wait: time 2ms\na 2ms\nwait: resource tool 2ms\nwait: time 2ms\nb 4ms\n"; spans != want {
		t.Errorf("got %s want %s", spans, want)
	}
	if len(open[1])+len(open[2]) != 0 || names[1] != "a" || names[2] != "b" || counters != 3 || marks != 2 {
		t.Error(open, names, counters, marks)
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, os.ErrClosed }

func TestBrokenWriter(t *testing.T) {
	model(sim.New(trace.JSON(broken{}), trace.Perfetto(broken{}, time.Second))) // goes on
}
