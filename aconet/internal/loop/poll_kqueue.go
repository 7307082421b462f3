//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package loop

import (
	"github.com/panjf2000/gnet/v2/pkg/netpoll"
	"golang.org/x/sys/unix"
)

// Poller is what waits for files.
const Poller = "kqueue"

// decode returns what an event says: that there may be something to read; and that the peer has shut down, or that there
// is something out of the order, so that a short read does not mean that nothing is left.
func decode(filter netpoll.IOEvent, flags netpoll.IOFlags) (read, odd bool) {
	odd = flags&(unix.EV_EOF|unix.EV_ERROR) != 0
	return odd || filter == unix.EVFILT_READ, odd
}

// Read and Write are the system calls.
func Read(fd int, b []byte) (int, error)  { return unix.Read(fd, b) }
func Write(fd int, b []byte) (int, error) { return unix.Write(fd, b) }
