package aco

import "strconv"

// A Status is the state of a coroutine, as [Coroutine.Status] reports it.
type Status uint8

// The states of a coroutine.
const ( // those of internal/coro, in the same order
	Created   Status = iota // New has returned, the body has not begun
	Suspended               // the body waits inside Yield
	Running                 // the body runs
	Normal                  // the body has resumed another coroutine, which runs
	Done                    // the body has ended: returned, panicked, exited or closed
)

// String returns the name of s in small letters: "created", "suspended", "running", "normal" or "done".
func (s Status) String() string {
	names := [...]string{"created", "suspended", "running", "normal", "done"}
	if int(s) >= len(names) {
		return "Status(" + strconv.Itoa(int(s)) + ")"
	}
	return names[s]
}
