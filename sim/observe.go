package sim

import (
	"fmt"
	"runtime"
	"slices"
	"strings"

	"github.com/goaco/aco/sim/stat"
)

// A Record says what has happened, to a function given to [Observe].
type Record struct {
	Time  float64
	Event string  // start, resume, wait, interrupt or end of a process, level, log, or pause when a run ends
	Proc  string  // the name of the process
	ID    uint32  // its number, from 1 on
	On    string  // what it waits for, or what the level is of, such as "resource counter"
	Key   string  // which level: waiting, busy, items, amount
	Value float64 // of the level
	Text  string  // an error, a cause, a message
}

// Observe has f called with everything that happens. f must not change the simulation. Package trace has functions that write
// what happens to files.
func Observe(f func(Record)) Option {
	return func(s *Sim) { s.observers = append(s.observers, f) }
}

func (s *Sim) observe(r Record) {
	r.Time = s.now
	for _, f := range s.observers {
		f(r)
	}
}

// level says that a number of what l belongs to, key, has become v. It is watched by watch, if that is not nil.
func (s *Sim) level(watch *stat.Level, l *line, key string, v float64) {
	if watch != nil {
		watch.Set(v)
	}
	if s.observers != nil && l.name != "" {
		s.observe(Record{Event: "level", On: l.kind + " " + l.name, Key: key, Value: v})
	}
}

// traceProc says what has happened to p.
func (s *Sim) traceProc(p *Proc, event, on string, text any) {
	if s.observers != nil {
		r := Record{Event: event, Proc: p.name, ID: p.id, On: on}
		if text != nil {
			r.Text = fmt.Sprint(text)
		}
		s.observe(r)
	}
}

// Logf writes a message for those who observe. Without one it does nothing.
func (p *Proc) Logf(format string, args ...any) {
	if p.sim.observers != nil {
		p.sim.traceProc(p, "log", "", fmt.Sprintf(format, args...))
	}
}

// A Waiting tells of a process that waits.
type Waiting struct {
	Process *Proc
	On      string          // what it waits for, such as "resource counter"
	Since   float64         // when the wait began
	Where   []runtime.Frame // the functions that it is in, innermost first; empty on the portable engine
}

// String returns all of it on one line, with the place in the model.
func (w Waiting) String() string {
	text := fmt.Sprintf("%s waits for %s since %v", w.Process.name, w.On, w.Since)
	for _, f := range w.Where {
		if !internal(f.Function) {
			return fmt.Sprintf("%s at %s:%d", text, f.File, f.Line)
		}
	}
	return text
}

// Blocked returns the processes that have begun and wait, in the order in which they were made. After a Run that
// has nothing left to do, they wait for what will not happen.
func (s *Sim) Blocked() []Waiting {
	var all []Waiting
	for _, p := range s.procs {
		if p.co == nil || p == s.cur {
			continue
		}
		w := Waiting{Process: p, On: p.waitsFor(), Since: p.since}
		pcs := make([]uintptr, 64)
		frames := runtime.CallersFrames(pcs[:p.co.Callers(pcs)])
		for more := true; more; {
			var f runtime.Frame
			if f, more = frames.Next(); f.Function != "" {
				w.Where = append(w.Where, f)
			}
		}
		all = append(all, w)
	}
	slices.SortFunc(all, func(a, b Waiting) int { return int(int64(a.Process.id) - int64(b.Process.id)) })
	return all
}

// internal reports whether a function, by its full name, is of this package, and so not the model's.
func internal(function string) bool {
	return strings.HasPrefix(function, "github.com/goaco/aco/sim.") || strings.HasPrefix(function, "github.com/goaco/aco.")
}
