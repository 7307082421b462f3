//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package aconet

import (
	"bufio"
	"io"
	"net"
	"os"
	"sync"
	"time"

	"github.com/panjf2000/gnet/v2/pkg/socket"
	"golang.org/x/sys/unix"

	"github.com/goaco/aco/aconet/internal/loop"
)

// A Conn is a connection, and a [net.Conn]. Its methods may be called by anybody, several at the
// same time. Those that wait suspend the coroutine that calls, if it is one of aconet's, and else the goroutine.
// Use aco.Pull and the like within a handler as you wish; a goroutine or another kind of coroutine that a handler
// waits for, as iter.Pull's, must not itself wait for a Conn of the same loop.
type Conn struct {
	task    loop.Task[Conn] // the handler's, with the loop of c; by that name, for the compiler of Go 1.25
	mu      sync.Mutex
	srv     *serving
	x       *extra           // what few connections need all the time, or nil
	waiting *loop.Task[Conn] // who waits: whatever happens wakes all

	fd    int32
	zone  uint32 // the peer's
	ip    [16]byte
	port  uint16
	flags uint8
	turns uint8 // calls that were served at once since the last one that was not
}

// The bits of Conn.flags.
const (
	closed   = 1 << iota
	readable // there may be something to read
	odd      // a short read does not mean that nothing is left
	unixConn // its addresses are those of Unix sockets
	busy     // a Write is in progress that did not find room at once
	notified // Notify has been called, and Wait has not returned since
	buffered // ReadBuffered is in progress
	hurries  // ReadThrough is in progress: Read does not wait
)

// maxTurns is how many calls may be served at once before others have their turn.
const maxTurns = 64

// An extra is what few connections need all the time.
type extra struct {
	by     [deadlines]int64 // the deadlines, as loop.Now tells the time, or never
	due    loop.Timer       // of the first of them; set when somebody waits
	buffer *bufio.Reader    // what ReadBuffered has left in it
	local  net.Addr         // of one that Dial made
	remote net.Addr
}

// The deadlines, those of reading first.
const (
	byRead    = iota
	byMessage // of a message or a handshake
	byIdle
	byWrite
	byRoom // until the next byte is taken
	deadlines
)

const never = loop.Never

func (c *Conn) extra() *extra {
	if c.x == nil {
		c.x = &extra{by: [deadlines]int64{never, never, never, never, never}, due: loop.Timer{Fire: c.wakeAll}}
	}
	return c.x
}

// dropExtra drops c.x if there is nothing in it. c.mu is held.
func (c *Conn) dropExtra() {
	if x := c.x; x != nil && c.first(0, deadlines) == never && x.buffer == nil && x.remote == nil {
		c.task.Loop.Cancel(&x.due)
		c.x = nil
	}
}

// setBy sets a deadline, and returns the one that it replaces. c.mu is held.
func (c *Conn) setBy(which int, at int64) (before int64) {
	if c.x == nil && at == never {
		return never
	}
	by := &c.extra().by[which]
	before, *by = *by, at
	c.dropExtra()
	return before
}

// after returns when the duration d is over, or never if it is no limit.
func after(d time.Duration) int64 {
	if d <= 0 {
		return never
	}
	return loop.Now() + int64(min(d, 1<<62))
}

// newConn makes a connection of a socket that does not block, and registers it with a loop.
func newConn(fd int, network string, sa unix.Sockaddr, srv *serving, l *loop.Loop[Conn]) (*Conn, error) {
	c := &Conn{task: task{Loop: l}, srv: srv, fd: int32(fd)}
	if network == "unix" {
		c.flags |= unixConn | odd // a read of a Unix socket may end between two writes
	}
	switch sa := sa.(type) {
	case *unix.SockaddrInet4:
		c.port = uint16(sa.Port)
		copy(c.ip[:], net.IPv4(sa.Addr[0], sa.Addr[1], sa.Addr[2], sa.Addr[3]))
	case *unix.SockaddrInet6:
		c.port, c.zone, c.ip = uint16(sa.Port), sa.ZoneId, sa.Addr
	}
	if err := l.Add(fd, c); err != nil {
		_ = unix.Close(fd)
		return nil, err
	}
	return c, nil
}

// ready notes what an event says, and wakes those who wait, but for one coroutine of the loop, which it returns.
func (c *Conn) ready(read, strange bool) (one *task) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if strange {
		c.flags |= odd
	}
	if read {
		c.flags |= readable
	} else if c.flags&busy == 0 {
		return nil // nobody waits for room
	}
	if t := c.waiting; t != nil && t.Co != nil && t.Loop == c.task.Loop {
		c.waiting, t.Next, one = t.Next, nil, t
	}
	c.wake()
	return one
}

// again takes it that there may be something to read.
func (c *Conn) again() {
	c.mu.Lock()
	c.flags |= readable
	c.wake()
	c.mu.Unlock()
}

// wake wakes those who wait, which look again. c.mu is held.
func (c *Conn) wake() {
	for t := c.waiting; t != nil; {
		next := t.Next
		t.Next = nil
		t.Wake()
		t = next
	}
	c.waiting = nil
}

func (c *Conn) wakeAll() {
	c.mu.Lock()
	c.wake()
	c.mu.Unlock()
}

// lock locks c.mu for a call that may wait. After many that did not have to, it lets others have their turn first.
func (c *Conn) lock() {
	c.mu.Lock()
	if c.turns++; c.turns < maxTurns {
		return
	}
	c.turns = 0
	t := c.caller()
	if t.Co != nil {
		c.mu.Unlock()
		t.Wake()
		t.Park()
		c.mu.Lock()
	}
	done(t)
}

// suspend suspends the caller until something happens to c or one of some deadlines is over. c.mu is held, but not
// afterwards.
func (c *Conn) suspend(from, to int) {
	t := c.enlist(from, to)
	t.Park()
	c.delist(t)
}

// enlist puts the caller, which is going to park, among those who wait, and unlocks c.mu.
func (c *Conn) enlist(from, to int) *task {
	t := c.caller()
	t.Next, c.waiting = c.waiting, t
	c.turns = 0
	if at := c.first(from, to); at != never {
		c.task.Loop.Schedule(&c.x.due, at)
	}
	c.mu.Unlock()
	return t
}

// first returns the first of some deadlines. c.mu is held.
func (c *Conn) first(from, to int) int64 {
	at := int64(never)
	if c.x != nil {
		for _, by := range c.x.by[from:to] {
			at = min(at, by)
		}
	}
	return at
}

// delist takes t, which parks no more, from those who wait, if it is still there.
func (c *Conn) delist(t *task) {
	c.mu.Lock()
	for p := &c.waiting; *p != nil; p = &(*p).Next {
		if *p == t {
			*p, t.Next = t.Next, nil
			break
		}
	}
	c.mu.Unlock()
	done(t)
}

// Read reads at least one byte into b, unless b is empty, and returns how many. At the end of the stream it returns
// [io.EOF]. It returns an error that is [os.ErrDeadlineExceeded] after the deadline, and one that is
// [net.ErrClosed] when c is closed.
func (c *Conn) Read(b []byte) (int, error) {
	for { // with small frames, for there may be very many that wait here
		t, n, err := c.tryRead(b)
		if t == nil {
			return n, err
		}
		if t.Co != nil { // Park, which is not inlined
			t.Co.Yield(struct{}{})
		} else {
			<-t.Woken
		}
		c.delist(t)
	}
}

// tryRead reads what there is. If that is nothing, it returns the caller, among those who wait, to be parked.
func (c *Conn) tryRead(b []byte) (*task, int, error) {
	c.lock()
	n, err := c.read(b)
	if n == 0 && err == nil && len(b) > 0 {
		if c.flags&hurries == 0 {
			return c.enlist(byRead, byWrite), 0, nil
		}
		err = os.ErrDeadlineExceeded
	}
	c.mu.Unlock()
	return nil, n, err
}

// read reads what there is, if anything. c.mu is held.
func (c *Conn) read(b []byte) (int, error) {
	if err := c.readError(); err != nil {
		return 0, err
	}
	for c.flags&readable != 0 && len(b) > 0 {
		n, err := loop.Read(int(c.fd), b[:min(len(b), 1<<30)])
		switch {
		case n > 0:
			if n < len(b) && c.flags&odd == 0 {
				c.flags &^= readable
			}
			return n, nil
		case err == nil:
			return 0, io.EOF
		case err == unix.EAGAIN:
			c.flags &^= readable
		case err != unix.EINTR:
			return 0, c.failed("read", os.NewSyscallError("read", err))
		}
	}
	return 0, nil
}

// Write writes all of b, unless there is an error, and returns how many bytes it wrote. It suspends while the
// kernel has no room for more. Several that write at the same time do so one after the other. It returns an
// error that is [os.ErrDeadlineExceeded] after the deadline, and when the peer has not taken anything
// for the time [Server].WriteTimeout.
func (c *Conn) Write(b []byte) (n int, err error) {
	c.lock()
	if c.flags&busy == 0 {
		n, err = c.write(b)
	}
	if c.flags&busy != 0 || err == nil && n < len(b) {
		return c.writeRest(b, n)
	}
	c.mu.Unlock()
	return n, err
}

// write writes what there is room for. c.mu is held.
func (c *Conn) write(b []byte) (int, error) {
	if err := c.writeError(); err != nil || len(b) == 0 {
		return 0, err
	}
	for {
		n, err := loop.Write(int(c.fd), b[:min(len(b), 1<<30)])
		switch {
		case n > 0:
			return n, nil
		case err == unix.EAGAIN:
			return 0, nil
		case err != unix.EINTR:
			return 0, c.failed("write", os.NewSyscallError("write", err))
		}
	}
}

// writeRest writes what follows the first n bytes of b, after other Writes that are in progress. c.mu is held,
// but not afterwards.
func (c *Conn) writeRest(b []byte, n int) (_ int, err error) {
	for c.flags&busy != 0 {
		c.suspend(0, 0)
		c.mu.Lock()
	}
	c.flags |= busy
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		c.flags &^= busy
		c.setBy(byRoom, never)
		c.wake() // who waits to write next
		c.mu.Unlock()
	}()
	for n < len(b) && err == nil {
		c.lock()
		var m int
		if m, err = c.write(b[n:]); m > 0 || err != nil {
			n += m
			c.setBy(byRoom, never)
			c.mu.Unlock()
			continue
		}
		if c.x == nil || c.x.by[byRoom] == never {
			c.setBy(byRoom, after(c.srv.WriteTimeout))
		}
		c.suspend(byWrite, deadlines)
	}
	return n, err
}

// Close closes c. What has been written is still sent. Whoever waits for c gets an error that is
// [net.ErrClosed], as a second Close does.
func (c *Conn) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.closedError("close"); err != nil {
		return err
	}
	return c.failed("close", os.NewSyscallError("close", c.shut()))
}

// shut closes c and wakes whoever waits for it. c.mu is held.
func (c *Conn) shut() error {
	c.flags |= closed
	c.task.Loop.Forget(int(c.fd))
	err := unix.Close(int(c.fd))
	c.wake()
	if c.x != nil {
		c.task.Loop.Cancel(&c.x.due)
	}
	return err
}

// end closes c unless it is closed.
func (c *Conn) end() {
	c.mu.Lock()
	if c.flags&closed == 0 {
		_ = c.shut()
	}
	c.mu.Unlock()
}

// SetDeadline sets the deadline of Read and of Write: after it they return an error that is
// [os.ErrDeadlineExceeded], those that wait already too. The zero Time means none.
func (c *Conn) SetDeadline(t time.Time) error { return c.setDeadline(t, byRead, byWrite) }

// SetReadDeadline sets the deadline of Read, as SetDeadline does.
func (c *Conn) SetReadDeadline(t time.Time) error { return c.setDeadline(t, byRead) }

// SetWriteDeadline sets the deadline of Write, as SetDeadline does.
func (c *Conn) SetWriteDeadline(t time.Time) error { return c.setDeadline(t, byWrite) }

func (c *Conn) setDeadline(t time.Time, which ...int) error {
	at := int64(never)
	if !t.IsZero() {
		at = loop.Now() + int64(min(time.Until(t), 1<<62))
	}
	return c.control("set", func() error {
		for _, w := range which {
			c.setBy(w, at)
		}
		c.wake()
		return nil
	})
}

// CloseRead makes each Read return [io.EOF] from now on.
func (c *Conn) CloseRead() error { return c.shutdown(unix.SHUT_RD) }

// CloseWrite tells the peer that nothing more comes: it reads [io.EOF] after what has been written. c can still
// be read.
func (c *Conn) CloseWrite() error { return c.shutdown(unix.SHUT_WR) }

func (c *Conn) shutdown(how int) error {
	return c.control("shutdown", func() error { return unix.Shutdown(int(c.fd), how) })
}

// SetNoDelay says whether what is written is sent at once, which is the default, or whether the kernel
// may wait for more. It does nothing to a Unix socket.
func (c *Conn) SetNoDelay(noDelay bool) error {
	on := 0
	if noDelay {
		on = 1
	}
	return c.control("set", func() error {
		if c.flags&unixConn != 0 {
			return nil
		}
		return socket.SetNoDelay(int(c.fd), on)
	})
}

// control does f unless c is closed, while it is not being closed.
func (c *Conn) control(op string, f func() error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.closedError(op); err != nil {
		return err
	}
	if err := f(); err != nil {
		return c.failed(op, err)
	}
	return nil
}

// LocalAddr returns the address of this end.
func (c *Conn) LocalAddr() net.Addr {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.localAddr()
}

func (c *Conn) localAddr() net.Addr {
	if c.x != nil && c.x.local != nil {
		return c.x.local
	}
	if c.flags&(closed|unixConn) == 0 {
		if sa, err := unix.Getsockname(int(c.fd)); err == nil {
			return socket.SockaddrToTCPOrUnixAddr(sa)
		}
	}
	return c.srv.addr
}

// RemoteAddr returns the address of the peer.
func (c *Conn) RemoteAddr() net.Addr {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.remoteAddr()
}

func (c *Conn) remoteAddr() net.Addr {
	switch {
	case c.x != nil && c.x.remote != nil:
		return c.x.remote
	case c.flags&unixConn != 0:
		return &net.UnixAddr{Net: "unix"}
	}
	a := &net.TCPAddr{IP: append(net.IP(nil), c.ip[:]...), Port: int(c.port)}
	if c.zone != 0 {
		if i, err := net.InterfaceByIndex(int(c.zone)); err == nil {
			a.Zone = i.Name
		}
	}
	return a
}

// failed returns err as package net does. c.mu may be held or not.
func (c *Conn) failed(op string, err error) error {
	if err == nil {
		return nil
	}
	network := "tcp"
	if c.flags&unixConn != 0 {
		network = "unix"
	}
	return &net.OpError{Op: op, Net: network, Source: c.localAddr(), Addr: c.remoteAddr(), Err: err}
}

// closedError returns the error of what is done to c after it was closed. c.mu is held.
func (c *Conn) closedError(op string) error {
	if c.flags&closed == 0 {
		return nil
	}
	return c.failed(op, net.ErrClosed)
}

// readError returns why c can't be read now, if so. c.mu is held.
func (c *Conn) readError() error { return c.timely("read", byRead, byWrite) }

// writeError returns why c can't be written now, if so. c.mu is held.
func (c *Conn) writeError() error { return c.timely("write", byWrite, deadlines) }

// timely returns an error if c is closed or one of some deadlines is over. c.mu is held.
func (c *Conn) timely(op string, from, to int) error {
	if by := c.first(from, to); by != never && by <= loop.Now() && c.flags&closed == 0 {
		return c.failed(op, os.ErrDeadlineExceeded)
	}
	return c.closedError(op)
}
