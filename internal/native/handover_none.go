//go:build ((386 || amd64 || (arm64 && !ios)) && (darwin || windows || openbsd)) || ((386 || arm64) && (freebsd || netbsd || dragonfly))

package native

//lint:file-ignore U1000 some of it is for builds with the native engine

// Where there is no hand-over, a standalone coroutine is one of the portable engine.

func handoverOK() string { return "there is no hand-over on this platform" }

func noHandover() bool { return true }

const canMove = false

type standaloneExt struct{}

//go:nosplit
func (c *core) standalone() bool       { return false }
func (c *core) makeStandalone()        {}
func (c *core) resumeStandalone() bool { return false }
func (c *core) yieldStandalone()       {}
func (c *core) moveToWorker() bool     { return false }
func (c *core) awaits(uintptr) bool    { return false }
func (c *core) transfer()              {}
func (c *core) seen() bool             { return false }
func (c *core) hireToMove()            {}
