package loop

import (
	"unsafe"

	"github.com/panjf2000/gnet/v2/pkg/netpoll"
	"golang.org/x/sys/unix"
)

// Poller is what waits for files.
const Poller = "epoll"

// decode returns what an event says: that there may be something to read; and that the peer has shut down, or that there
// is something out of the order, so that a short read does not mean that nothing is left.
func decode(ev netpoll.IOEvent, _ netpoll.IOFlags) (read, odd bool) {
	odd = ev&(unix.EPOLLRDHUP|unix.EPOLLHUP|unix.EPOLLERR|unix.EPOLLPRI) != 0
	return odd || ev&unix.EPOLLIN != 0, odd
}

// Read and Write are the system calls for a file that does not block. They don't tell the scheduler of Go, for that would
// take the loop's processor away in the middle of one, and give it to a thread that looks for work.
func Read(fd int, b []byte) (int, error)  { return raw(unix.SYS_READ, fd, b) }
func Write(fd int, b []byte) (int, error) { return raw(unix.SYS_WRITE, fd, b) }

func raw(trap uintptr, fd int, b []byte) (int, error) {
	n, _, e := unix.RawSyscall(trap, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)))
	if e != 0 {
		return -1, e
	}
	return int(n), nil
}
