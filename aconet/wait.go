//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package aconet

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"reflect"
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// An Event is what [Conn.Wait] waits for.
type Event uint8

const (
	// Readable means that there is something to read, the end of the stream and an error included, and what [Conn.ReadBuffered] has left.
	Readable Event = 1 << iota
	// Notified means that [Conn.Notify] has been called.
	Notified
)

// ErrShutdown is what a wait for the next message returns when the server is shutting down.
var ErrShutdown = errors.New("aconet: the server is shutting down")

// Wait suspends the caller until one of the events on has happened, and returns which have. An earlier Notify that no
// Wait has returned yet counts.
//
// With Readable it is the wait of an idle connection for its next message: it keeps to the deadline of Read and to
// [Server].IdleTimeout, and when the server is shutting down it returns [ErrShutdown].
//
// Wait panics with "aconet: Wait for no event" if on has none, or another bit.
func (c *Conn) Wait(on Event) (Event, error) {
	if on == 0 || on&^(Readable|Notified) != 0 {
		panic("aconet: Wait for no event")
	}
	t, got, err := c.tryWait(on, true, true)
	for t != nil { // with small frames, for there may be very many that wait here
		if t.Co != nil { // Park, which is not inlined
			t.Co.Yield(struct{}{})
		} else {
			<-t.Woken
		}
		c.delist(t)
		t, got, err = c.tryWait(on, true, false)
	}
	return got, err
}

// tryWait returns which of the events have happened. If there is none, it returns the caller, among those who wait, to be
// parked. It waits for the next message, or for anything to read.
func (c *Conn) tryWait(on Event, message, first bool) (t *task, got Event, err error) {
	reads := on&Readable != 0
	message = message && reads
	c.lock()
	if first && message && c.srv.IdleTimeout > 0 {
		c.setBy(byIdle, after(c.srv.IdleTimeout))
	}
	if reads {
		c.peek() // for an event may tell of what has been read since
	}
	got, err = c.happened(on)
	if got == 0 && err == nil {
		if !message || !c.srv.stopping.Load() {
			to := byRead
			if reads {
				to = byWrite
			}
			return c.enlist(byRead, to), 0, nil
		}
		err = ErrShutdown
	}
	if message {
		c.setBy(byIdle, never)
	}
	c.mu.Unlock()
	return nil, got, err
}

// happened returns which of the events on have. c.mu is held.
func (c *Conn) happened(on Event) (got Event, err error) {
	if err := c.closedError("wait"); err != nil {
		return 0, err
	}
	if on&Notified != 0 && c.flags&notified != 0 {
		c.flags &^= notified
		got = Notified
	}
	if on&Readable != 0 {
		if err := c.readError(); err != nil && got == 0 {
			return 0, err
		}
		if c.flags&readable != 0 || c.hasBuffer() {
			got |= Readable
		}
	}
	return got, nil
}

// peek finds out whether there is really something to read, if that is not known.
func (c *Conn) peek() {
	if c.flags&(readable|closed) == readable && !c.hasBuffer() {
		var b [1]byte
		if _, _, err := unix.Recvfrom(int(c.fd), b[:], unix.MSG_PEEK); err == unix.EAGAIN {
			c.flags &^= readable
		}
	}
}

// Notify wakes whoever is in [Conn.Wait] for it, or the next that will be; several calls that come before Wait returns are
// one. Of two that wait, one returns. It may be called by anybody at any time, also after Close, and never waits.
func (c *Conn) Notify() {
	c.mu.Lock()
	c.flags |= notified
	c.wake()
	c.mu.Unlock()
}

var readers = sync.Pool{New: func() any { return bufio.NewReader(nil) }}

// ReadBuffered waits for the next message and calls f, which reads it from r. Neither a buffer nor f's frames are
// held while it waits. What f leaves in r is there at the next call; r must not be used after f has
// returned, nor Read of c while something is left in r. ReadBuffered returns f's error, or that of [Conn.Wait] for Readable.
//
// While f runs, reading for longer than [Server].MessageTimeout ends with an error that is [os.ErrDeadlineExceeded].
//
// ReadBuffered panics with "aconet: ReadBuffered of a connection that is in ReadBuffered" if f calls it, or another
// coroutine at the same time.
func (c *Conn) ReadBuffered(f func(r *bufio.Reader) error) error {
	if _, err := c.Wait(Readable); err != nil {
		return err
	}
	return c.message(f)
}

// hasBuffer returns whether ReadBuffered has left something. c.mu is held.
func (c *Conn) hasBuffer() bool { return c.x != nil && c.x.buffer != nil }

// message calls f with a reader.
func (c *Conn) message(f func(r *bufio.Reader) error) error {
	c.mu.Lock()
	if c.flags&buffered != 0 {
		c.mu.Unlock()
		panic("aconet: ReadBuffered of a connection that is in ReadBuffered")
	}
	c.flags |= buffered
	var r *bufio.Reader
	if c.x != nil {
		r, c.x.buffer = c.x.buffer, nil
	}
	if r == nil {
		r = readers.Get().(*bufio.Reader)
		r.Reset(c)
	}
	before := c.setBy(byMessage, after(c.srv.MessageTimeout))
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		c.flags &^= buffered
		if r.Buffered() > 0 {
			c.extra().buffer = r
		} else {
			r.Reset(nil)
			readers.Put(r)
		}
		c.setBy(byMessage, before)
		c.mu.Unlock()
	}()
	return f(r)
}

// Handshake calls f, such as the method Handshake of a [crypto/tls.Conn] that is made of c, and returns its error.
// Reading for longer than [Server].HandshakeTimeout meanwhile ends with an error that is [os.ErrDeadlineExceeded].
//
// It calls f in a coroutine of its own, and suspends the one that calls: what a handshake takes is free again
// afterwards, while a coroutine that has once been suspended deep keeps some of the memory.
func (c *Conn) Handshake(f func() error) error {
	t := c.caller()
	var over atomic.Bool
	err := error(net.ErrClosed) // if f panics, c is
	c.Go(func() {
		defer func() {
			over.Store(true)
			t.Wake()
		}()
		c.mu.Lock()
		before := c.setBy(byMessage, after(c.srv.HandshakeTimeout))
		c.mu.Unlock()
		err = f()
		c.mu.Lock()
		c.setBy(byMessage, before)
		c.mu.Unlock()
	})
	t.Await(&over)
	done(t)
	return err
}

// ReadThrough reads from r, which reads from c, such as a [crypto/tls.Conn] that is made of c, into b. While there is nothing
// to read it waits as [Conn.Wait] does for Readable, outside r: what r's Read takes of the stack is not
// held meanwhile, nor what a tls.Conn keeps of its handshake. r's Read has to return an error of c that is
// [os.ErrDeadlineExceeded], and to go on where it was when it is called again; so do bufio, and crypto/tls after its
// handshake. Nobody else may read c at the same time.
func (c *Conn) ReadThrough(r io.Reader, b []byte) (int, error) {
	for {
		n, err := c.readNow(r, b)
		if n > 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
			return n, err
		}
		trim(r)
		if _, err := c.Wait(Readable); err != nil {
			return 0, err
		}
	}
}

// readNow reads from r, which does not wait for c meanwhile.
func (c *Conn) readNow(r io.Reader, b []byte) (int, error) {
	c.hurry(hurries)
	defer c.hurry(0)
	return r.Read(b)
}

func (c *Conn) hurry(bit uint8) {
	c.mu.Lock()
	c.flags = c.flags&^hurries | bit
	c.mu.Unlock()
}

// trim frees the buffers of a [crypto/tls.Conn] that are large, as after a handshake, and have nothing in them.
func trim(r io.Reader) {
	v := reflect.ValueOf(r)
	if v.Type().String() != "*tls.Conn" {
		return
	}
	for _, name := range []string{"rawInput", "hand"} {
		if f := v.Elem().FieldByName(name); f.IsValid() && f.Type() == reflect.TypeFor[bytes.Buffer]() {
			if b := (*bytes.Buffer)(f.Addr().UnsafePointer()); b.Len() == 0 && b.Cap() > 1024 {
				*b = bytes.Buffer{}
			}
		}
	}
}

var copies = sync.Pool{New: func() any { return new([32 << 10]byte) }}

// WriteTo writes to w what is read from c until the end of the stream, and returns how many bytes. It makes
// [io.Copy] hold no buffer while it waits.
func (c *Conn) WriteTo(w io.Writer) (n int64, err error) {
	for err == nil {
		t, _, e := c.tryWait(Readable, false, true)
		for t != nil {
			t.Park()
			c.delist(t)
			t, _, e = c.tryWait(Readable, false, false)
		}
		if err = e; err == nil {
			var m int
			m, err = c.copySome(w)
			n += int64(m)
		}
	}
	if err == io.EOF {
		err = nil
	}
	return n, err
}

func (c *Conn) copySome(w io.Writer) (n int, err error) {
	b := copies.Get().(*[32 << 10]byte)
	if n, err = c.Read(b[:]); n > 0 {
		n, err = w.Write(b[:n])
	}
	copies.Put(b)
	return n, err
}
