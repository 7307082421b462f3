package engine

import "iter"

// The portable engine: a coroutine is a goroutine that iter.Pull parks, and a
// switch is the runtime's own. There is no assembly and no unsafe here, so that
// it serves wherever Go runs. It has no way to learn which goroutine calls it:
// it goes by the status alone.

// A portable is a coroutine on a goroutine of its own.
type portable struct {
	next   func() (struct{}, bool)
	stop   func()
	yield  func(struct{}) bool
	status Status // Created, Suspended, Running or Done
}

// newPortable makes the goroutine of c, parked before main.
func newPortable(c *Core) (p portable) {
	p.next, p.stop = iter.Pull(func(yield func(struct{}) bool) {
		c.ext.yield = yield
		defer func() {
			if c.finish() {
				closed(recover())
			}
		}()
		c.main(c)
	})
	return p
}

// resume starts or continues the goroutine. Panics and runtime.Goexit come out of
// next, as iter.Pull promises; the coroutine is Done by then.
func (p *portable) resume() bool {
	p.status = Running
	_, ok := p.next()
	return ok
}

// suspend parks the goroutine until the next resume.
func (p *portable) suspend() {
	p.status = Suspended
	p.yield(struct{}{})
	p.status = Running
}
