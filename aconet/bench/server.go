package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"runtime"
	"runtime/debug"
	"sync"
	"syscall"
	"unsafe"

	"github.com/gobwas/ws/wsutil"
	"github.com/lesismal/nbio"
	"github.com/lesismal/nbio/logging"
	"github.com/panjf2000/gnet/v2"

	"github.com/gobwas/ws"

	"github.com/goaco/aco/aconet"
)

// serve runs a server of a kind for a load, writes a line when it listens, and obeys the letters that it reads: m
// writes the bytes of its heap and stacks, c the
// nanoseconds of processors that it has used, b sends a message to each connection. It ends with its input.
func serve(kind, load, addr string) error {
	debug.SetGCPercent(100)
	served := make(chan error, 1)
	send := func() {}
	switch kind {
	case "goroutines":
		l, err := net.Listen("tcp", addr)
		if err != nil {
			return err
		}
		h := stdHandlers[load]
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					served <- err
					return
				}
				go func() {
					h(c)
					c.Close()
				}()
			}
		}()
		send = func() { close(next.turn()) }
	case "aconet":
		l, err := net.Listen("tcp", addr)
		if err != nil {
			return err
		}
		s := &aconet.Server{Handler: acoHandlers[load], ErrorLog: log.New(io.Discard, "", 0)} // on a busy machine there are stalls to report
		go func() { served <- s.Serve(context.Background(), l) }()
		send = func() {
			subscribers.Lock()
			for _, c := range subscribers.all {
				c.Notify()
			}
			subscribers.Unlock()
		}
	case "gnet":
		e := &callbacks{load: load, up: make(chan struct{})}
		go func() { served <- gnet.Run(e, "tcp://"+addr, gnet.WithMulticore(true)) }()
		<-e.up
		send = func() {
			e.mu.Lock()
			for _, c := range e.all {
				_ = c.AsyncWrite(message, nil)
			}
			e.mu.Unlock()
		}
	case "nbio":
		logging.SetLevel(logging.LevelNone)
		var all []*nbio.Conn
		var mu sync.Mutex
		g := nbio.NewEngine(nbio.Config{Network: "tcp", Addrs: []string{addr}, NPoller: runtime.GOMAXPROCS(0)})
		g.OnData(func(c *nbio.Conn, b []byte) {
			if load == "lines" {
				rest, _ := c.Session().([]byte)
				b = append(rest, b...)
				n := bytes.LastIndexByte(b, '\n') + 1
				if n < len(b) {
					c.SetSession(bytes.Clone(b[n:]))
				} else if rest != nil {
					c.SetSession(nil)
				}
				b = b[:n]
			}
			_, _ = c.Write(b)
		})
		if load == "broadcast" {
			g.OnOpen(func(c *nbio.Conn) {
				mu.Lock()
				all = append(all, c)
				mu.Unlock()
				_, _ = c.Write([]byte("+"))
			})
		}
		if err := g.Start(); err != nil {
			return err
		}
		send = func() {
			mu.Lock()
			for _, c := range all {
				_, _ = c.Write(message)
			}
			mu.Unlock()
		}
	case "writes": // a broadcast's, and nothing else
		l, err := net.Listen("tcp", addr)
		if err != nil {
			return err
		}
		var all []int // files
		var mu sync.Mutex
		go func() {
			for {
				fd := -1
				c, err := l.Accept()
				if err == nil {
					var raw syscall.RawConn
					if raw, err = c.(*net.TCPConn).SyscallConn(); err == nil {
						_ = raw.Control(func(old uintptr) { fd, err = syscall.Dup(int(old)) })
					}
					_, _ = c.Write([]byte("+"))
					c.Close()
				}
				if err != nil {
					served <- err
					return
				}
				mu.Lock()
				all = append(all, fd)
				mu.Unlock()
			}
		}()
		send = func() {
			mu.Lock()
			defer mu.Unlock()
			for w := range runtime.GOMAXPROCS(0) {
				go func(fds []int) {
					for i := w; i < len(fds); i += runtime.GOMAXPROCS(0) {
						_, _, _ = syscall.RawSyscall(syscall.SYS_WRITE, uintptr(fds[i]), uintptr(unsafe.Pointer(&message[0])), uintptr(len(message)))
					}
				}(all)
			}
		}
	}
	fmt.Println("ready")
	in := bufio.NewReader(os.Stdin)
	for {
		select {
		case err := <-served:
			return err
		default:
		}
		switch b, err := in.ReadByte(); {
		case err != nil:
			return nil
		case b == 'm':
			runtime.GC()
			runtime.GC()
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			fmt.Println(m.HeapAlloc + m.StackInuse)
		case b == 'c':
			var u syscall.Rusage
			_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
			fmt.Println(u.Utime.Nano() + u.Stime.Nano())
		case b == 'b':
			send()
		}
	}
}

var message = []byte("a message to everybody........\n")

// turns hands out a channel that is closed at the next broadcast.
type turns struct {
	mu sync.Mutex
	ch chan struct{}
}

var next = &turns{ch: make(chan struct{})}

func (t *turns) wait() chan struct{} {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.ch
}

func (t *turns) turn() chan struct{} {
	t.mu.Lock()
	defer t.mu.Unlock()
	old := t.ch
	t.ch = make(chan struct{})
	return old
}

var stdHandlers = map[string]func(net.Conn){
	"echo": func(c net.Conn) {
		var buf [128]byte
		for {
			n, err := c.Read(buf[:])
			if err != nil {
				return
			}
			if _, err := c.Write(buf[:n]); err != nil {
				return
			}
		}
	},
	"lines": func(c net.Conn) {
		r := bufio.NewReaderSize(c, 128)
		for {
			line, err := r.ReadSlice('\n')
			if err != nil {
				return
			}
			if _, err := c.Write(line); err != nil {
				return
			}
		}
	},
	"websocket": func(c net.Conn) {
		if _, err := ws.Upgrade(c); err != nil {
			return
		}
		for {
			b, op, err := wsutil.ReadClientData(c)
			if err != nil || wsutil.WriteServerMessage(c, op, b) != nil {
				return
			}
		}
	},
	"tls": func(c net.Conn) {
		t := tls.Server(c, tlsConfig)
		var buf [128]byte
		for {
			n, err := t.Read(buf[:])
			if err != nil {
				return
			}
			if _, err := t.Write(buf[:n]); err != nil {
				return
			}
		}
	},
	"broadcast": func(c net.Conn) {
		turn := next.wait()
		if _, err := c.Write([]byte("+")); err != nil {
			return
		}
		for {
			<-turn
			turn = next.wait()
			if _, err := c.Write(message); err != nil {
				return
			}
		}
	},
}

// subscribers are in the order in which they came, as those who wait for a channel are.
var subscribers struct {
	sync.Mutex
	all []*aconet.Conn
}

var buffers = sync.Pool{New: func() any { return new([128]byte) }}

// once reads what there is and writes it back, with a buffer that is held only meanwhile.
func once(c io.ReadWriter) error {
	buf := buffers.Get().(*[128]byte)
	n, err := c.Read(buf[:])
	if err == nil {
		_, err = c.Write(buf[:n])
	}
	buffers.Put(buf)
	return err
}

var acoHandlers = map[string]func(*aconet.Conn){
	"echo": func(c *aconet.Conn) {
		for {
			if _, err := c.Wait(aconet.Readable); err != nil || once(c) != nil {
				return
			}
		}
	},
	"lines": func(c *aconet.Conn) {
		for c.ReadBuffered(func(r *bufio.Reader) error {
			line, err := r.ReadSlice('\n')
			if err == nil {
				_, err = c.Write(line)
			}
			return err
		}) == nil {
		}
	},
	"websocket": func(c *aconet.Conn) {
		if c.Handshake(func() error { _, err := ws.Upgrade(c); return err }) != nil {
			return
		}
		for {
			if _, err := c.Wait(aconet.Readable); err != nil {
				return
			}
			b, op, err := wsutil.ReadClientData(c)
			if err != nil || wsutil.WriteServerMessage(c, op, b) != nil {
				return
			}
		}
	},
	"tls": func(c *aconet.Conn) {
		t := tls.Server(c, tlsConfig)
		if c.Handshake(t.Handshake) != nil {
			return
		}
		var buf [128]byte
		for {
			n, err := c.ReadThrough(t, buf[:])
			if err != nil {
				return
			}
			if _, err := t.Write(buf[:n]); err != nil {
				return
			}
		}
	},
	"broadcast": func(c *aconet.Conn) {
		subscribers.Lock()
		subscribers.all = append(subscribers.all, c)
		subscribers.Unlock()
		if _, err := c.Write([]byte("+")); err != nil {
			return
		}
		for {
			if _, err := c.Wait(aconet.Notified); err != nil {
				return
			}
			if _, err := c.Write(message); err != nil {
				return
			}
		}
	},
}

// callbacks is gnet without anything in between.
type callbacks struct {
	gnet.BuiltinEventEngine
	load string
	up   chan struct{}
	mu   sync.Mutex
	all  []gnet.Conn
}

func (e *callbacks) OnBoot(gnet.Engine) gnet.Action {
	close(e.up)
	return gnet.None
}

func (e *callbacks) OnOpen(c gnet.Conn) ([]byte, gnet.Action) {
	if e.load != "broadcast" {
		return nil, gnet.None
	}
	e.mu.Lock()
	e.all = append(e.all, c)
	e.mu.Unlock()
	return []byte("+"), gnet.None
}

func (e *callbacks) OnTraffic(c gnet.Conn) gnet.Action {
	b, _ := c.Peek(-1)
	if e.load == "lines" {
		b = b[:bytes.LastIndexByte(b, '\n')+1]
	}
	if len(b) > 0 {
		_, _ = c.Write(b)
		_, _ = c.Discard(len(b))
	}
	return gnet.None
}
