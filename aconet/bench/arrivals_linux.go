package main

import (
	"net"
	"syscall"
	"time"
	"unsafe"
)

// stamp has the kernel note when something arrives, and returns the files.
func stamp(peers []*peer) ([]int, error) {
	fds := make([]int, 0, len(peers))
	for _, p := range peers {
		raw, err := p.Conn.(*net.TCPConn).SyscallConn()
		if err != nil {
			return nil, err
		}
		var failed error
		if err := raw.Control(func(fd uintptr) {
			fds = append(fds, int(fd))
			failed = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_TIMESTAMPNS, 1)
		}); err != nil {
			return nil, err
		}
		if failed != nil {
			return nil, failed
		}
	}
	return fds, nil
}

// lastArrival reads n bytes of each file and returns when the last of them came. It is the zero Time if the kernel has not
// stamped those of each file: it begins with that a little after it was asked to.
func lastArrival(fds []int, n int) (last time.Time, err error) {
	all := true
	buf, control := make([]byte, n), make([]byte, 128)
	for _, fd := range fds {
		stamped := false
		for left := n; left > 0; {
			m, k, _, _, err := syscall.Recvmsg(fd, buf[:left], control, syscall.MSG_DONTWAIT)
			if err == syscall.EAGAIN {
				time.Sleep(time.Millisecond)
				continue
			}
			if err != nil {
				return last, err
			}
			if m == 0 {
				return last, syscall.ECONNRESET
			}
			left -= m
			messages, err := syscall.ParseSocketControlMessage(control[:k])
			if err != nil {
				return last, err
			}
			for _, m := range messages {
				if m.Header.Level == syscall.SOL_SOCKET && m.Header.Type == syscall.SO_TIMESTAMPNS {
					stamped = true
					at := time.Unix((*syscall.Timespec)(unsafe.Pointer(&m.Data[0])).Unix())
					if at.After(last) {
						last = at
					}
				}
			}
		}
		all = all && stamped
	}
	if !all {
		return time.Time{}, nil
	}
	return last, nil
}
