package sim

// An Event happens once, with a value. Those who wait for it go on, and so does at once who waits for it later.
// Make one with [NewEvent].
type Event[T any] struct {
	line     line
	value    T
	err      error
	happened bool
}

// NewEvent returns an event of s that has not happened.
func NewEvent[T any](s *Sim) *Event[T] { return &Event[T]{line: line{sim: s, kind: "event"}} }

// Named gives the event a name, which [Sim.Blocked] and traces show, and returns it.
func (e *Event[T]) Named(name string) *Event[T] {
	e.line.name = name
	return e
}

// Timeout returns an event that happens when d has passed, with the time as its value. It serves in [Any] and
// [All]; to wait for nothing else, [Proc.Sleep] is quicker, and in [Select] so is [After].
//
// Timeout panics with "sim: negative or NaN delay" if d is such.
func (s *Sim) Timeout(d float64) *Event[float64] {
	must(d >= 0, badDelay)
	e := NewEvent[float64](s).Named("timeout")
	s.At(s.now+d, func() { e.Trigger(s.now) })
	return e
}

// Trigger makes the event happen, with value v.
//
// Trigger panics with "sim: event happens twice" if it has happened.
func (e *Event[T]) Trigger(v T) {
	e.value = v
	e.happen(nil)
}

// Fail makes the event happen with an error, which those who wait for it get.
//
// Fail panics with "sim: event happens twice" if it has happened, and with "sim: nil error" if err is nil.
func (e *Event[T]) Fail(err error) {
	must(err != nil, "sim: nil error; call Trigger for what succeeds")
	e.happen(err)
}

func (e *Event[T]) happen(err error) {
	must(!e.happened, "sim: event happens twice; make a new one with NewEvent")
	e.happened, e.err = true, err
	e.line.fireAll(err)
}

// Wait waits until the event has happened and returns its value. The error is the one that it failed with, or an [*Interrupted].
//
// Wait panics with "sim: ..." if the event is of another simulation, and as [Proc.Sleep] does.
func (e *Event[T]) Wait(p *Proc) (T, error) {
	p.check(e.line.sim)
	if !e.happened {
		w := p.enter(&e.line, 0, 0, forever)
		p.co.Yield(parked)
		if err := p.leave(w); err != nil {
			var zero T
			return zero, err
		}
	}
	return e.value, e.err
}

// Happened reports whether the event has happened.
func (e *Event[T]) Happened() bool { return e.happened }

// Value returns the value that the event has happened with, or the zero value, and the error that it failed with.
func (e *Event[T]) Value() (T, error) { return e.value, e.err }

func (e *Event[T]) signal() (*line, bool, error) { return &e.line, e.happened, e.err }
