//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package aconet

import (
	"context"
	"fmt"
	"log"
	"net"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"github.com/panjf2000/gnet/v2/pkg/socket"
)

// A Server serves connections, by Handler and within limits. A limit that is 0 has its default, and a negative one
// is none. A Server must not be changed while it serves.
type Server struct {
	// Handler serves a connection, in a coroutine of its own. When it returns, the connection is closed. If it panics, so it is, and
	// the panic is reported; other connections don't notice.
	Handler func(c *Conn)

	// MaxConns is how many connections are served at the same time. Others wait in the kernel's queue to be accepted.
	// The default is what the limit of open files allows, less 64 files for other use.
	MaxConns int

	// HandshakeTimeout limits [Conn.Handshake], by default to 10 s.
	HandshakeTimeout time.Duration

	// MessageTimeout limits the reading of a message in [Conn.ReadBuffered], once its first byte has come, by default to 1 minute:
	// a peer that sends a byte now and then is not served for ever.
	MessageTimeout time.Duration

	// WriteTimeout limits how long a Write waits for the peer to take anything at all, by default to 1 minute.
	WriteTimeout time.Duration

	// IdleTimeout limits how long [Conn.Wait] and [Conn.ReadBuffered] wait for the next message. The default is no limit.
	IdleTimeout time.Duration

	// KeepAlive is how long a connection is idle before the kernel asks its peer for a sign of life, and the time between two
	// such questions. After nine without an answer Read returns an error. The default is 15 s, as in package net.
	KeepAlive time.Duration

	// Grace is how long handlers have to return when the server shuts down, before their connections are closed, and once
	// more as long afterwards. The default is 10 s.
	Grace time.Duration

	// Stall is how long a handler may keep its loop, and so all others of that loop, waiting before it is reported. The default is
	// 200 ms. On the portable engine no handler keeps a loop.
	Stall time.Duration

	// MaxBlocked is how many goroutines [Block] uses at the same time. The default is 1,000.
	MaxBlocked int

	// ErrorLog gets what is reported, or, if it is nil, package log's standard logger.
	ErrorLog *log.Logger
}

// Serve serves the connections to addr with handler, within the limits of a zero [Server], until ctx is done. See [Server.ListenAndServe].
func Serve(ctx context.Context, addr string, handler func(c *Conn)) error {
	s := &Server{Handler: handler}
	return s.ListenAndServe(ctx, addr)
}

// ListenAndServe listens on addr, which is "host:port", or "unix:" and a path, and calls [Server.Serve].
func (s *Server) ListenAndServe(ctx context.Context, addr string) error {
	network := "tcp"
	if path, ok := strings.CutPrefix(addr, "unix:"); ok {
		network, addr = "unix", path
	}
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, network, addr)
	if err != nil {
		return err
	}
	return s.Serve(ctx, l)
}

// Serve accepts connections of l, a [*net.TCPListener] or [*net.UnixListener], and serves them until ctx is done or l fails.
//
// Then it closes l; to close l does not end it. Waits for a next message return [ErrShutdown]. After the time Grace it closes the connections
// that are left. It returns nil when all handlers have returned after ctx was done; the error of l; or
// an error if there are still handlers that run after another time of Grace.
//
// Serve panics with "aconet: nil Handler" if there is none.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	if s.Handler == nil {
		panic("aconet: nil Handler")
	}
	defer func() { _ = l.Close() }()
	if err := start(); err != nil {
		return err
	}
	srv := newServing(s, l.Addr())
	stop := make(chan struct{})
	defer close(stop)
	go loops.Watch(stop, srv.Stall, srv.stalled)
	lf, ok := l.(interface{ File() (*os.File, error) })
	if !ok {
		return fmt.Errorf("aconet: can't serve a %T: it is neither a *net.TCPListener nor a *net.UnixListener", l)
	}
	f, err := lf.File() // for l itself can't be waited for but by accepting
	if err != nil {
		return err
	}
	defer context.AfterFunc(ctx, func() {
		_ = l.Close()
		_ = f.Close()
	})()
	err = srv.accept(ctx, f)
	_ = l.Close()
	_ = f.Close()
	if left := srv.end(); err == nil && left > 0 {
		err = fmt.Errorf("aconet: %d handlers still run", left)
	}
	return err
}

// A serving is a Server that serves.
type serving struct {
	Server
	addr     net.Addr
	stopping atomic.Bool
	slots    chan struct{}   // has one for each connection, and room for MaxConns
	running  atomic.Int64    // coroutines, and 1 until the end
	ended    context.Context // done when it is 0
	over     func()

	mu      sync.Mutex
	blocked int      // goroutines of Block
	jobs    []func() // which wait for one of them
}

// newServing gives each limit that is 0 its default.
func newServing(s *Server, addr net.Addr) *serving {
	srv := &serving{Server: *s, addr: addr}
	srv.ended, srv.over = context.WithCancel(context.Background())
	srv.running.Store(1)
	byDefault(&srv.HandshakeTimeout, 10*time.Second)
	byDefault(&srv.MessageTimeout, time.Minute)
	byDefault(&srv.WriteTimeout, time.Minute)
	byDefault(&srv.KeepAlive, 15*time.Second)
	byDefault(&srv.Grace, 10*time.Second)
	byDefault(&srv.Stall, 200*time.Millisecond)
	byDefault(&srv.MaxBlocked, 1000)
	var limit unix.Rlimit
	if srv.MaxConns == 0 && unix.Getrlimit(unix.RLIMIT_NOFILE, &limit) == nil {
		files := int(min(uint64(limit.Cur), 1<<30))
		srv.MaxConns = max(files-64, files/2, 1)
	}
	if srv.MaxConns <= 0 {
		srv.MaxConns = 1 << 30
	}
	srv.slots = make(chan struct{}, srv.MaxConns) // which takes no memory
	return srv
}

func byDefault[T ~int | ~int64](limit *T, value T) {
	if *limit == 0 {
		*limit = value
	}
}

func (srv *serving) report(format string, args ...any) {
	if srv.ErrorLog != nil {
		srv.ErrorLog.Printf(format, args...)
	} else {
		log.Printf(format, args...)
	}
}

// leave counts a coroutine that has ended.
func (srv *serving) leave() {
	if srv.running.Add(-1) == 0 {
		srv.over()
	}
}

// accept serves connections until ctx is done.
func (srv *serving) accept(ctx context.Context, f *os.File) error {
	raw, err := f.SyscallConn()
	if err != nil {
		return err
	}
	pause := time.Duration(0)
	for {
		select {
		case srv.slots <- struct{}{}:
		case <-ctx.Done():
			return nil
		}
		var fd int
		var sa unix.Sockaddr
		var failed error
		err := raw.Read(func(l uintptr) bool {
			fd, sa, failed = socket.Accept(int(l))
			return failed != unix.EAGAIN
		})
		if err == nil && failed == nil {
			pause = 0
			srv.begin(fd, sa)
			continue
		}
		<-srv.slots
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			return err
		case failed == unix.EMFILE, failed == unix.ENFILE, failed == unix.ENOBUFS, failed == unix.ENOMEM:
			// There may be room again when others have ended.
			pause = min(max(2*pause, 5*time.Millisecond), time.Second)
			srv.report("aconet: accept: %v; trying again in %v", failed, pause)
			select {
			case <-time.After(pause):
			case <-ctx.Done():
			}
		case failed != unix.EINTR && failed != unix.ECONNABORTED && failed != unix.ECONNRESET && failed != unix.EPROTO:
			return &net.OpError{Op: "accept", Net: srv.addr.Network(), Addr: srv.addr, Err: failed}
		}
	}
}

// begin serves a connection.
func (srv *serving) begin(fd int, sa unix.Sockaddr) {
	if _, tcp := srv.addr.(*net.TCPAddr); tcp { // what package net sets
		_ = socket.SetNoDelay(fd, 1)
		if srv.KeepAlive > 0 {
			seconds := int(max(time.Second, srv.KeepAlive+time.Second-1) / time.Second)
			_ = socket.SetKeepAlive(fd, true, seconds, seconds, 9)
		}
	}
	c, err := newConn(fd, srv.addr.Network(), sa, srv, loops.Next())
	if err != nil {
		srv.report("aconet: %v", err)
		<-srv.slots
		return
	}
	srv.running.Add(1)
	c.task.Begin(c.task.Loop, c, handle)
}

// end waits until all coroutines have ended, and returns how many have not.
func (srv *serving) end() (left int64) {
	srv.stopping.Store(true)
	srv.leave()
	srv.each((*Conn).wake) // those that wait for a message look again
	if srv.wait() > 0 {
		srv.each(func(c *Conn) {
			if c.flags&closed == 0 {
				_ = c.shut()
			}
		})
	}
	return srv.wait()
}

// each calls f with each connection, whose mu is held.
func (srv *serving) each(f func(c *Conn)) {
	loops.Each(func(c *Conn) {
		if c.mu.Lock(); c.srv == srv {
			f(c)
		}
		c.mu.Unlock()
	})
}

// stalled reports a handler that keeps its loop.
func (srv *serving) stalled(t *task, d time.Duration, stack []byte) {
	if t.C.srv == srv {
		srv.report("aconet: a handler has kept its loop, and all connections of that, waiting for %v:\n%s", d.Round(time.Millisecond), stack)
	}
}

// wait waits for the end of all coroutines, but no longer than Grace.
func (srv *serving) wait() (left int64) {
	select {
	case <-srv.ended.Done():
	case <-time.After(max(srv.Grace, 0)):
	}
	return srv.running.Load()
}
