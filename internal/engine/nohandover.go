//go:build !(gc && amd64 && linux && go1.24 && (!go1.27 || aco_native) && !race && !msan && !asan && !aco_portable)

package engine

// Where there is no hand-over, a standalone coroutine is one of the portable engine.

func handoverOK() string { return "this build leaves the hand-over out" }

type seat struct{}

func (c *Core) takeSeat() bool   { return false }
func (c *Core) resumeSeat() bool { return false }
func (c *Core) yieldSeat()       {}
