//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package aconet

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"syscall"

	"github.com/panjf2000/gnet/v2/pkg/socket"

	"github.com/goaco/aco/aconet/internal/loop"
)

// dialled is what connections belong to that no handler has dialled.
var dialled = sync.OnceValue(func() *serving { return newServing(&Server{}, nil) })

// Dial connects as [net.Dialer.DialContext] does, to a "tcp" or a "unix" address. For the handler of c it
// suspends the coroutine, and the connection is of the same loop, has the limits of the handler's server, and is closed
// when that is closed by force. Without a handler, c is nil: it waits, and the limits are those of a zero [Server]. Whoever
// dials closes the connection.
func Dial(ctx context.Context, c *Conn, network, address string) (*Conn, error) {
	dial := func() (net.Conn, error) { return new(net.Dialer).DialContext(ctx, network, address) }
	if c != nil {
		nc, err := Block(c, dial)
		if err != nil {
			return nil, err
		}
		return adopt(nc, c.srv, c.task.Loop)
	}
	if err := start(); err != nil {
		return nil, err
	}
	nc, err := dial()
	if err != nil {
		return nil, err
	}
	return adopt(nc, dialled(), loops.Next())
}

// adopt takes the socket from nc.
func adopt(nc net.Conn, srv *serving, l *loop.Loop[Conn]) (*Conn, error) {
	defer func() { _ = nc.Close() }() // of a duplicate it closes one
	sc, ok := nc.(syscall.Conn)
	if _, packets := nc.(net.PacketConn); !ok || packets && nc.RemoteAddr().Network() != "unix" {
		return nil, fmt.Errorf("aconet: can't dial %s: it is neither TCP nor a Unix socket of streams", nc.RemoteAddr().Network())
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return nil, err
	}
	var fd int // a duplicate, which does not block either
	if e := raw.Control(func(old uintptr) { fd, err = socket.Dup(int(old)) }); e != nil || err != nil {
		return nil, errors.Join(e, err)
	}
	c, err := newConn(fd, nc.RemoteAddr().Network(), nil, srv, l)
	if err == nil {
		c.mu.Lock()
		c.extra().local, c.x.remote = nc.LocalAddr(), nc.RemoteAddr()
		c.mu.Unlock()
	}
	return c, err
}
