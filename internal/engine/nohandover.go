//go:build !(gc && amd64 && linux && go1.24 && (!go1.27 || aco_native) && !race && !msan && !asan && !aco_portable)

package engine

//lint:file-ignore U1000 some of it is for builds with the native engine

// Where there is no hand-over, a standalone coroutine is one of the portable engine.

func handoverOK() string { return "this build leaves the hand-over out" }

const canMove = false

type standaloneExt struct{}

func (c *Core) standalone() bool       { return false }
func (c *Core) makeStandalone()        {}
func (c *Core) resumeStandalone() bool { return false }
func (c *Core) yieldStandalone()       {}
func (c *Core) moveToWorker() bool     { return false }
func resumes(uintptr) bool             { return false }
