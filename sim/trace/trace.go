// Package trace writes what happens in a simulation of package sim to files.
package trace

import (
	"bufio"
	"encoding/json"
	"io"
	"time"

	"github.com/goaco/aco/sim"
)

// JSON makes the simulation write what happens to w, as JSON Lines: an object a line, with the fields of [sim.Record] that are not
// empty, in small letters and t for the time. The same seed gives the same bytes. All is written when a run ends. An
// error of w ends the writing.
func JSON(w io.Writer) sim.Option {
	b := bufio.NewWriter(w)
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	return sim.Observe(func(r sim.Record) {
		if r.Event == "pause" {
			b.Flush()
			return
		}
		l := line{T: r.Time, Event: r.Event, Proc: r.Proc, ID: r.ID, On: r.On, Key: r.Key, Text: r.Text}
		if r.Event == "level" {
			l.Value = &r.Value
		}
		e.Encode(l)
	})
}

type line struct {
	T     float64  `json:"t"`
	Event string   `json:"event"`
	Proc  string   `json:"proc,omitempty"`
	ID    uint32   `json:"id,omitempty"`
	On    string   `json:"on,omitempty"`
	Key   string   `json:"key,omitempty"`
	Value *float64 `json:"value,omitempty"`
	Text  string   `json:"text,omitempty"`
}

// An entry is an event of Chrome's trace format, which Perfetto reads.
type entry struct {
	Phase string         `json:"ph"`
	Name  string         `json:"name,omitempty"`
	Pid   int            `json:"pid"`
	Tid   uint32         `json:"tid"`
	TS    float64        `json:"ts"` // in microseconds
	Scope string         `json:"s,omitempty"`
	Args  map[string]any `json:"args,omitempty"`
}

// A counter has the levels of a thing. It is written once a time, with the last values. No two times are the same, and none is
// 0: a viewer of 2022 stops there.
type counter struct {
	on      string
	levels  map[string]any
	changed bool    // since it was written
	written float64 // when it was, in microseconds
}

// Perfetto makes the simulation write what happens to w, in the JSON format that Perfetto's trace viewer (https://ui.perfetto.dev)
// opens: a row for each process, with its life and its waits, and a counter for each level of what has a name, with the last value of each time. A unit of the
// simulation's time is shown as unit. All is written when a run ends. The file lacks the closing bracket, as the
// format allows. An error of w ends the writing.
func Perfetto(w io.Writer, unit time.Duration) sim.Option {
	b := bufio.NewWriter(w)
	b.WriteString(`[
{"ph":"M","name":"process_name","pid":1,"tid":0,"ts":0,"args":{"name":"simulation"}}`)
	var counters []*counter
	byName := map[string]*counter{}
	waits := map[uint32]bool{}
	now := 0.0
	write := func(e entry) {
		e.Pid = 1
		text, _ := json.Marshal(e)
		b.WriteString(",\n")
		b.Write(text)
	}
	writeCounters := func() {
		for _, c := range counters {
			if !c.changed {
				continue
			}
			c.changed = false
			ts := now
			if ts <= c.written { // a run has ended, and the next one goes on at this time
				ts = c.written + 0.001
			}
			c.written = ts
			write(entry{Phase: "C", Name: c.on, TS: ts, Args: c.levels})
		}
	}
	return sim.Observe(func(r sim.Record) {
		if ts := r.Time * float64(unit) / float64(time.Microsecond); ts > now {
			writeCounters()
			now = ts
		}
		emit := func(phase, name string, args map[string]any) {
			write(entry{Phase: phase, Name: name, Tid: r.ID, TS: now, Args: args})
		}
		switch r.Event {
		case "start":
			emit("M", "thread_name", map[string]any{"name": r.Proc})
			emit("B", r.Proc, nil)
		case "end":
			if waits[r.ID] { // it was closed
				emit("E", "", nil)
				delete(waits, r.ID)
			}
			emit("E", "", nil)
		case "wait":
			emit("B", "wait: "+r.On, nil)
			waits[r.ID] = true
		case "resume":
			emit("E", "", map[string]any{"result": r.Text})
			delete(waits, r.ID)
		case "level":
			c := byName[r.On]
			if c == nil {
				c = &counter{on: r.On, levels: map[string]any{}}
				byName[r.On] = c
				counters = append(counters, c)
			}
			c.levels[r.Key], c.changed = r.Value, true
		case "pause":
			writeCounters()
			b.Flush()
		default: // a mark on the row of the process
			write(entry{Phase: "i", Name: r.Event + ": " + r.Text, Tid: r.ID, TS: now, Scope: "t"})
		}
	})
}
