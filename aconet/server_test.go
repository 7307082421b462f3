package aconet_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/nettest"

	"github.com/goaco/aco/aconet"
)

// A logBuffer is what an ErrorLog writes to.
type logBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) await(t *testing.T, want ...string) {
	t.Helper()
	for end := time.Now().Add(5 * time.Second); ; time.Sleep(time.Millisecond) {
		l.mu.Lock()
		got := l.b.String()
		l.mu.Unlock()
		missing := ""
		for _, w := range want {
			if !strings.Contains(got, w) {
				missing = w
			}
		}
		if missing == "" {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("the log lacks %q:\n%s", missing, got)
		}
	}
}

// serveLog runs a server whose reports can be read.
func serveLog(t *testing.T, s *aconet.Server) (*logBuffer, net.Addr) {
	l := new(logBuffer)
	s.ErrorLog = log.New(l, "", 0)
	return l, serve(t, s, "tcp")
}

func echo(c *aconet.Conn) { _, _ = io.Copy(c, c) }

// say sends a line and returns the answer.
func say(t testing.TB, c net.Conn, line string) string {
	t.Helper()
	if _, err := io.WriteString(c, line+"\n"); err != nil {
		t.Fatal(err)
	}
	return hear(t, c)
}

// hear returns the next line, byte for byte, so that nothing of what follows is taken.
func hear(t testing.TB, c net.Conn) string {
	t.Helper()
	var line []byte
	for b := make([]byte, 1); ; {
		if _, err := c.Read(b); err != nil {
			t.Fatalf("%v after %q", err, line)
		}
		if b[0] == '\n' {
			return string(line)
		}
		line = append(line, b[0])
	}
}

// each calls f with each line that c sends, and answers what f returns.
func each(c *aconet.Conn, f func(line string) string) {
	for c.ReadBuffered(func(r *bufio.Reader) error {
		line, err := r.ReadString('\n')
		if err == nil {
			_, err = io.WriteString(c, f(strings.TrimSpace(line))+"\n")
		}
		return err
	}) == nil {
	}
}

func TestEngine(t *testing.T) {
	e := aconet.Engine()
	t.Logf("%+v", e)
	if want := os.Getenv("ACO_WANT"); want != "" && e.Coroutines != want {
		t.Errorf("coroutines are %s, want %s", e.Coroutines, want)
	}
	if e.Poller == "" || e.Loops < 1 {
		t.Errorf("%+v", e)
	}
}

func TestReadBuffered(t *testing.T) {
	for _, network := range []string{"tcp", "unix"} {
		addr := serve(t, &aconet.Server{Handler: func(c *aconet.Conn) {
			each(c, strings.ToUpper)
		}}, network)
		c := dial(t, addr)
		if got := say(t, c, "one"); got != "ONE" {
			t.Error(got)
		}
		if got := say(t, c, "two\nthree\nfo"); got != "TWO" { // several at once, and half of one
			t.Error(got)
		}
		if got := hear(t, c) + say(t, c, "ur"); got != "THREEFOUR" && got != "THREEFO" {
			t.Error(got)
		}
	}
}

// What the peer sends after it has shut down, and what is sent to it then, arrives.
func TestHalfClose(t *testing.T) {
	for _, network := range []string{"tcp", "unix"} {
		addr := serve(t, &aconet.Server{Handler: func(c *aconet.Conn) {
			b, err := io.ReadAll(c) // until the peer has shut down
			time.Sleep(time.Millisecond)
			fmt.Fprintf(c, "%d bytes, %v", len(b), err)
			_ = c.CloseWrite()
		}}, network)
		for range 20 {
			c := dial(t, addr)
			n, err := c.Write(make([]byte, 300_000))
			if err != nil {
				t.Fatal(err)
			}
			if err := c.(interface{ CloseWrite() error }).CloseWrite(); err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(c)
			if want := fmt.Sprintf("%d bytes, <nil>", n); string(got) != want || err != nil {
				t.Fatalf("%q, %v; want %q", got, err, want)
			}
			c.Close()
		}
	}
}

// A Write suspends while the peer does not read, and a handler that returns loses nothing.
func TestBackPressure(t *testing.T) {
	const size = 32 << 20
	var written atomic.Int64
	addr := serve(t, &aconet.Server{Handler: func(c *aconet.Conn) {
		b := make([]byte, 1<<20)
		for i := 0; i < size; i += len(b) {
			for j := range b {
				b[j] = byte((i + j) / 251)
			}
			n, err := c.Write(b)
			if written.Add(int64(n)); err != nil {
				t.Error(err)
				return
			}
		}
	}}, "tcp")
	c := dial(t, addr)
	time.Sleep(100 * time.Millisecond)
	if n := written.Load(); n > size/2 {
		t.Errorf("%d bytes are written to a peer that does not read", n)
	}
	r := bufio.NewReader(c)
	for i := range size {
		if b, err := r.ReadByte(); err != nil || b != byte(i/251) {
			t.Fatalf("byte %d: %d, %v", i, b, err)
		}
	}
	if _, err := r.ReadByte(); err != io.EOF {
		t.Error(err)
	}
}

func TestPanic(t *testing.T) {
	report, addr := serveLog(t, &aconet.Server{Handler: func(c *aconet.Conn) {
		each(c, func(line string) string {
			if line == "panic" {
				theHandlerThatPanics()
			}
			return line
		})
	}})
	other := dial(t, addr)
	say(t, other, "x")
	c := dial(t, addr)
	say(t, c, "y")
	fmt.Fprintln(c, "panic")
	if _, err := c.Read(make([]byte, 1)); err != io.EOF {
		t.Error(err)
	}
	report.await(t, "aconet: a handler panicked", "of its own", "theHandlerThatPanics")
	if got := say(t, other, "z"); got != "z" {
		t.Error(got)
	}
}

//go:noinline
func theHandlerThatPanics() { panic("of its own") }

// After a Goexit in a handler the connections of its loop go on, also those that were in the middle of something.
func TestGoexit(t *testing.T) {
	report, addr := serveLog(t, &aconet.Server{Handler: func(c *aconet.Conn) {
		each(c, func(line string) string {
			switch line {
			case "exit":
				runtime.Goexit()
			case "sleep":
				_ = aconet.Sleep(c, 50*time.Millisecond)
			}
			return line
		})
	}})
	var others []net.Conn
	for range 20 {
		c := dial(t, addr)
		say(t, c, "x")
		fmt.Fprintln(c, "sleep")
		others = append(others, c)
	}
	for range 4 {
		c := dial(t, addr)
		fmt.Fprintln(c, "exit")
		if _, err := c.Read(make([]byte, 1)); err != io.EOF {
			t.Error(err)
		}
	}
	report.await(t, "aconet: a handler called runtime.Goexit")
	for _, c := range others {
		if got := hear(t, c) + say(t, c, "z"); got != "sleepz" {
			t.Error(got)
		}
	}
}

// A handler that blocks is reported, if it keeps a loop; on the portable engine it has a goroutine, and so others are
// served meanwhile, by as many as there are loops and one more.
func TestStall(t *testing.T) {
	if aconet.Engine().Coroutines == "portable" {
		var blocked sync.WaitGroup
		blocked.Add(aconet.Engine().Loops + 1)
		_, addr := serveLog(t, &aconet.Server{Handler: func(c *aconet.Conn) {
			blocked.Done()
			blocked.Wait() // blocks its goroutine until all are here
			_, _ = io.WriteString(c, "all\n")
		}})
		var conns []net.Conn
		for range aconet.Engine().Loops + 1 {
			conns = append(conns, dial(t, addr))
		}
		for _, c := range conns {
			if got := hear(t, c); got != "all" {
				t.Error(got)
			}
		}
		return
	}
	report, addr := serveLog(t, &aconet.Server{Stall: 20 * time.Millisecond, Handler: func(c *aconet.Conn) {
		theHandlerThatBlocks()
	}})
	dial(t, addr)
	report.await(t, "aconet: a handler has kept its loop", "theHandlerThatBlocks")
}

//go:noinline
func theHandlerThatBlocks() { time.Sleep(200 * time.Millisecond) }

func TestBlock(t *testing.T) {
	failed := errors.New("failed")
	results := make(chan string, 10)
	addr := serve(t, &aconet.Server{Handler: func(c *aconet.Conn) {
		v, err := aconet.Block(c, func() (int, error) {
			time.Sleep(time.Millisecond)
			return 42, failed
		})
		results <- fmt.Sprint(v, err)
		_, err = aconet.Block(c, func() (int, error) { runtime.Goexit(); return 0, nil })
		results <- fmt.Sprint(err)
		defer func() {
			var p *aconet.PanicError
			if err, ok := recover().(error); !ok || !errors.As(err, &p) || !errors.Is(err, failed) || !strings.Contains(err.Error(), "TestBlock") {
				t.Error(err)
			}
			results <- "recovered"
		}()
		_, _ = aconet.Block(c, func() (int, error) { panic(failed) })
	}}, "tcp")
	dial(t, addr)
	for _, want := range []string{"42 failed", "aconet: the function that Block called has called runtime.Goexit", "recovered"} {
		if got := <-results; got != want {
			t.Errorf("%s; want %s", got, want)
		}
	}
}

// No more goroutines than MaxBlocked run what Block is given, and all get their turn, also after one that ends by Goexit.
func TestMaxBlocked(t *testing.T) {
	const limit, callers = 3, 20
	var now, most atomic.Int32
	addr := serve(t, &aconet.Server{MaxBlocked: limit, Handler: func(c *aconet.Conn) {
		n, err := aconet.Block(c, func() (int32, error) {
			n := now.Add(1)
			defer now.Add(-1)
			for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
			}
			time.Sleep(5 * time.Millisecond)
			if n == 1 {
				runtime.Goexit()
			}
			return n, nil
		})
		fmt.Fprintln(c, n <= limit && (n > 0) == (err == nil))
	}}, "tcp")
	var conns []net.Conn
	for range callers {
		conns = append(conns, dial(t, addr))
	}
	for _, c := range conns {
		if got := hear(t, c); got != "true" {
			t.Error(got)
		}
	}
	if most.Load() != limit {
		t.Errorf("%d goroutines at the same time, and the limit is %d", most.Load(), limit)
	}
}

func TestNotify(t *testing.T) {
	conns, got, told := make(chan *aconet.Conn), make(chan string, 10), make(chan bool)
	addr := serve(t, &aconet.Server{Handler: func(c *aconet.Conn) {
		conns <- c
		_, _ = aconet.Block(c, func() (bool, error) { return <-told, nil })
		ev, err := c.Wait(aconet.Notified)
		got <- fmt.Sprint(ev, err)
		ev, err = c.Wait(aconet.Notified | aconet.Readable)
		got <- fmt.Sprint(ev, err)
		ev, err = c.Wait(aconet.Notified | aconet.Readable)
		got <- fmt.Sprint(ev, err)
		_, err = c.Wait(aconet.Notified)
		got <- fmt.Sprint(errors.Is(err, net.ErrClosed))
	}}, "tcp")
	peer := dial(t, addr)
	c := <-conns
	want := func(s string) {
		t.Helper()
		if g := <-got; g != s {
			t.Errorf("%s; want %s", g, s)
		}
	}
	c.Notify() // before Wait
	c.Notify() // and the two are one
	told <- true
	want("2 <nil>")
	time.Sleep(10 * time.Millisecond)
	c.Notify()
	want("2 <nil>")
	fmt.Fprintln(peer, "x")
	want("1 <nil>")
	c.Close()
	want("true")
	c.Notify() // does nothing
}

// TestReadableIsTrue has a handler read what came after the loop has been given the event that tells of it, and before the
// loop looks at it: that event does not make Wait say that there is something to read.
func TestReadableIsTrue(t *testing.T) {
	served, sent := make(chan *aconet.Conn), make(chan struct{})
	events := make(chan aconet.Event, 1)
	addr := serve(t, &aconet.Server{Handler: func(c *aconet.Conn) {
		var b [1]byte
		_, _ = c.Read(b[:])
		c.Go(func() {
			served <- c
			<-sent // the loop waits
		})
		_, _ = c.Wait(aconet.Notified)
		_, _ = c.Read(b[:])
		_ = c.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
		ev, _ := c.Wait(aconet.Readable | aconet.Notified)
		events <- ev
	}}, "tcp")
	c := dial(t, addr)
	_, _ = c.Write([]byte{1})
	(<-served).Notify() // the first event
	_, _ = c.Write([]byte{2})
	sent <- struct{}{}
	if ev := <-events; ev != 0 {
		t.Errorf("Wait returned %b", ev)
	}
}

// Of two that wait, each notification wakes one, and Close both.
func TestTwoWaiters(t *testing.T) {
	conns, got := make(chan *aconet.Conn), make(chan error, 10)
	addr := serve(t, &aconet.Server{Handler: func(c *aconet.Conn) {
		wait := func() {
			for {
				_, err := c.Wait(aconet.Notified)
				if got <- err; err != nil {
					return
				}
			}
		}
		c.Go(wait)
		conns <- c
		wait()
	}}, "tcp")
	dial(t, addr)
	c := <-conns
	for range 3 {
		c.Notify()
		if err := <-got; err != nil {
			t.Error(err)
		}
		select {
		case err := <-got:
			t.Error("one too many:", err)
		case <-time.After(10 * time.Millisecond):
		}
	}
	c.Close()
	for range 2 {
		if err := <-got; !errors.Is(err, net.ErrClosed) {
			t.Error(err)
		}
	}
}

func TestSleep(t *testing.T) {
	var sum atomic.Int64
	var wg sync.WaitGroup
	wg.Add(100)
	addr := serve(t, &aconet.Server{Handler: func(c *aconet.Conn) {
		defer wg.Done()
		begin := time.Now()
		if err := aconet.Sleep(c, 50*time.Millisecond); err != nil {
			t.Error(err)
		}
		sum.Add(int64(time.Since(begin)))
		if d := time.Since(begin); d < 50*time.Millisecond {
			t.Error(d)
		}
		c.Go(func() { c.Close() })
		if err := aconet.Sleep(c, time.Hour); !errors.Is(err, net.ErrClosed) {
			t.Error(err)
		}
	}}, "tcp")
	for range 100 {
		dial(t, addr)
	}
	wg.Wait()
	t.Log("on average", time.Duration(sum.Load()/100))
}

// A deadline that is set while somebody waits holds for that wait, also one in the past.
func TestDeadlineOfOneWhoWaits(t *testing.T) {
	conns, got := make(chan *aconet.Conn), make(chan error)
	addr := serve(t, &aconet.Server{Handler: func(c *aconet.Conn) {
		conns <- c
		_, err := c.Read(make([]byte, 1))
		got <- err
		_ = c.SetReadDeadline(time.Time{})
		conns <- c
		_, err = c.Write(make([]byte, 64<<20))
		got <- err
	}}, "tcp")
	dial(t, addr)
	for range 2 {
		c := <-conns
		time.Sleep(20 * time.Millisecond)
		if err := c.SetDeadline(time.Now().Add(-time.Hour)); err != nil {
			t.Error(err)
		}
		if err := <-got; !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Error(err)
		}
		_ = c.SetDeadline(time.Time{})
	}
}

// A deadline or a pause of thousands of years is none.
func TestFarDeadline(t *testing.T) {
	addr := serve(t, &aconet.Server{HandshakeTimeout: 1<<63 - 1, MessageTimeout: 1<<63 - 1, Handler: func(c *aconet.Conn) {
		_ = c.SetDeadline(time.Date(9000, 1, 1, 0, 0, 0, 0, time.UTC))
		c.Go(func() {
			if err := aconet.Sleep(c, 1<<63-1); !errors.Is(err, net.ErrClosed) {
				t.Error(err)
			}
		})
		if c.Handshake(func() error { _, err := c.Read(make([]byte, 1)); return err }) == nil {
			each(c, strings.ToUpper)
		}
	}}, "tcp")
	c := dial(t, addr)
	time.Sleep(10 * time.Millisecond)
	if got := say(t, c, "xone"); got != "ONE" {
		t.Error(got)
	}
}

// Close from elsewhere ends a Write that waits for room.
func TestCloseOfOneWhoWrites(t *testing.T) {
	conns, got := make(chan *aconet.Conn), make(chan error)
	addr := serve(t, &aconet.Server{Handler: func(c *aconet.Conn) {
		conns <- c
		_, err := c.Write(make([]byte, 64<<20))
		got <- err
	}}, "tcp")
	dial(t, addr)
	c := <-conns
	time.Sleep(20 * time.Millisecond)
	c.Close()
	if err := <-got; !errors.Is(err, net.ErrClosed) {
		t.Error(err)
	}
}

// Writes at the same time do not get mixed up, and a handler that panics in the middle of one does not hold up others.
func TestConcurrentWrites(t *testing.T) {
	const size = 4 << 20
	addr := serve(t, &aconet.Server{Handler: func(c *aconet.Conn) {
		var left atomic.Int32
		left.Store(4)
		for i := range 4 {
			write := func() {
				if _, err := c.Write(bytes.Repeat([]byte{byte('a' + i)}, size)); err != nil {
					t.Error(err)
				}
				if left.Add(-1) == 0 {
					c.Notify()
				}
			}
			if i%2 == 0 {
				c.Go(write)
			} else {
				go write()
			}
		}
		_, _ = c.Wait(aconet.Notified)
	}}, "tcp")
	b, err := io.ReadAll(dial(t, addr))
	if err != nil || len(b) != 4*size {
		t.Fatal(len(b), err)
	}
	for i := 0; i < len(b); i += size {
		if len(bytes.Trim(b[i:i+size], string(b[i:i+1]))) > 0 {
			t.Error("mixed up")
		}
	}
}

// TestLimits has a peer break each limit.
func TestLimits(t *testing.T) {
	const soon = 30 * time.Millisecond
	late := func(err error) string {
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			return fmt.Sprint("not late: ", err)
		}
		return "late"
	}
	for _, test := range []struct {
		name    string
		server  aconet.Server
		handler func(c *aconet.Conn) error
		send    string
	}{
		{"handshake", aconet.Server{HandshakeTimeout: soon}, func(c *aconet.Conn) error {
			return c.Handshake(tls.Server(c, &tls.Config{}).Handshake)
		}, "\x16\x03\x01"},
		{"message", aconet.Server{MessageTimeout: soon}, func(c *aconet.Conn) error {
			return c.ReadBuffered(func(r *bufio.Reader) error {
				_, err := r.ReadString('\n')
				return err
			})
		}, "begins and does not end"},
		{"idle", aconet.Server{IdleTimeout: soon}, func(c *aconet.Conn) error {
			_, err := c.Wait(aconet.Readable)
			return err
		}, ""},
		{"write", aconet.Server{WriteTimeout: soon}, func(c *aconet.Conn) error {
			_, err := c.Write(make([]byte, 64<<20))
			return err
		}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := make(chan error, 1)
			test.server.Handler = func(c *aconet.Conn) { got <- test.handler(c) }
			c := dial(t, serve(t, &test.server, "tcp"))
			io.WriteString(c, test.send)
			select {
			case err := <-got:
				if l := late(err); l != "late" {
					t.Error(l)
				}
			case <-time.After(5 * time.Second):
				t.Error("the limit is none")
			}
		})
	}
}

// Of more connections than MaxConns the others wait until there is room.
func TestMaxConns(t *testing.T) {
	var running, most atomic.Int32
	addr := serve(t, &aconet.Server{MaxConns: 3, Handler: func(c *aconet.Conn) {
		if n := running.Add(1); n > most.Load() {
			most.Store(n)
		}
		each(c, strings.ToUpper)
		running.Add(-1)
	}}, "tcp")
	var wg sync.WaitGroup
	for range 20 {
		c := dial(t, addr)
		wg.Add(1)
		go func() {
			defer wg.Done()
			fmt.Fprintln(c, "x")
			if b := make([]byte, 2); func() error { _, err := io.ReadFull(c, b); return err }() != nil || string(b) != "X\n" {
				t.Errorf("%q", b)
			}
			c.Close()
		}()
	}
	wg.Wait()
	if most.Load() > 3 {
		t.Error(most.Load(), "at the same time")
	}
}

func TestShutdown(t *testing.T) {
	l, err := nettest.NewLocalListener("tcp")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	began, errs := make(chan bool, 10), make(chan error, 10)
	s := &aconet.Server{Grace: 1500 * time.Millisecond, Handler: func(c *aconet.Conn) {
		var first [1]byte
		if _, err := c.Read(first[:]); err != nil {
			t.Error(err)
		}
		began <- true
		var err error
		switch first[0] {
		case 'm': // waits for a message
			_, err = c.Wait(aconet.Readable)
		case 'r': // reads
			_, err = c.Read(make([]byte, 1))
		case 'w': // has something to do
			err = aconet.Sleep(c, 100*time.Millisecond)
			if _, e := io.WriteString(c, "done"); e != nil {
				t.Error(e)
			}
		}
		errs <- err
	}}
	served := make(chan error)
	go func() { served <- s.Serve(ctx, l) }()
	conns := map[string]net.Conn{}
	for _, first := range []string{"m", "r", "w"} {
		c := dial(t, l.Addr())
		io.WriteString(c, first)
		conns[first] = c
		<-began
	}
	cancel()
	if err := <-errs; !errors.Is(err, aconet.ErrShutdown) {
		t.Error(err)
	}
	if err := <-errs; err != nil {
		t.Error(err)
	}
	if b, err := io.ReadAll(conns["w"]); string(b) != "done" || err != nil {
		t.Errorf("%q, %v", b, err)
	}
	if err := <-errs; !errors.Is(err, net.ErrClosed) {
		t.Error(err)
	}
	if err := <-served; err != nil {
		t.Error(err)
	}
	if _, err := net.Dial("tcp", l.Addr().String()); err == nil {
		t.Error("still listening")
	}
}

// A handler that does not come back is told of.
func TestShutdownLeavesOne(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	l, err := nettest.NewLocalListener("unix")
	if err != nil {
		t.Fatal(err)
	}
	release, began := make(chan struct{}), make(chan bool)
	s := &aconet.Server{Grace: 10 * time.Millisecond, Handler: func(c *aconet.Conn) {
		began <- true
		_, _ = aconet.Block(c, func() (int, error) { <-release; return 0, nil })
	}}
	served := make(chan error)
	go func() { served <- s.Serve(ctx, l) }()
	dial(t, l.Addr())
	<-began
	cancel()
	if err := <-served; err == nil || err.Error() != "aconet: 1 handlers still run" {
		t.Error(err)
	}
	close(release)
}

func TestServeErrors(t *testing.T) {
	if err := aconet.Serve(context.Background(), "localhost:no", echo); err == nil {
		t.Error("no error")
	}
	l, _ := net.Pipe()
	if err := (&aconet.Server{Handler: echo}).Serve(context.Background(), &notAListener{l}); err == nil || !strings.HasPrefix(err.Error(), "aconet: can't serve a ") {
		t.Error(err)
	}
	defer func() {
		if r := recover(); r != "aconet: nil Handler" {
			t.Error(r)
		}
	}()
	_ = aconet.Serve(context.Background(), "localhost:0", nil)
}

type notAListener struct{ c net.Conn }

func (n *notAListener) Accept() (net.Conn, error) { return n.c, nil }
func (n *notAListener) Close() error              { return nil }
func (n *notAListener) Addr() net.Addr            { return n.c.LocalAddr() }

// A handler dials another server, and a goroutine does.
func TestDial(t *testing.T) {
	for _, network := range []string{"tcp", "unix"} {
		back := serve(t, &aconet.Server{Handler: echo}, network)
		front := serve(t, &aconet.Server{Handler: func(c *aconet.Conn) {
			b, err := aconet.Dial(context.Background(), c, network, back.String())
			if err != nil {
				t.Error(err)
				return
			}
			defer b.Close()
			c.Go(func() {
				_, _ = io.Copy(c, b)
				_ = c.CloseWrite()
			})
			_, _ = io.Copy(b, c)
			_ = b.CloseWrite()
			_, _ = c.Wait(aconet.Notified) // until the other has ended, for ever if it does not
		}, Grace: 500 * time.Millisecond}, "tcp")
		c, err := aconet.Dial(context.Background(), nil, "tcp", front.String())
		if err != nil {
			t.Fatal(err)
		}
		if got := say(t, c, "hello"); got != "hello" {
			t.Error(got)
		}
		if got := c.RemoteAddr().String(); got != front.String() {
			t.Error(got)
		}
		_ = c.CloseWrite()
		if b, err := io.ReadAll(c); len(b) > 0 || err != nil {
			t.Error(b, err)
		}
		c.Close()
	}
	if _, err := aconet.Dial(context.Background(), nil, "udp", "localhost:1"); err == nil || !strings.HasPrefix(err.Error(), "aconet: ") {
		t.Error(err)
	}
}

func TestAddresses(t *testing.T) {
	got := make(chan [2]string, 1)
	addr := serve(t, &aconet.Server{Handler: func(c *aconet.Conn) {
		got <- [2]string{c.LocalAddr().String(), c.RemoteAddr().String()}
		if err := errors.Join(c.SetNoDelay(false), c.SetNoDelay(true)); err != nil {
			t.Error(err)
		}
		c.Close()
		if err := c.SetNoDelay(true); !errors.Is(err, net.ErrClosed) {
			t.Error(err)
		}
		got <- [2]string{c.LocalAddr().String(), c.RemoteAddr().String()}
	}}, "tcp")
	c := dial(t, addr)
	want := [2]string{c.RemoteAddr().String(), c.LocalAddr().String()}
	for range 2 {
		if g := <-got; g != want {
			t.Error(g, want)
		}
	}
}

// A handler that never has to wait lets others have their turn.
func TestFairness(t *testing.T) {
	report, addr := serveLog(t, &aconet.Server{Stall: time.Minute, Handler: echo})
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for range 2 * runtime.GOMAXPROCS(0) {
		c := dial(t, addr)
		wg.Add(2)
		go func() {
			defer wg.Done()
			_, _ = io.Copy(io.Discard, c)
		}()
		go func() {
			defer wg.Done()
			for b := make([]byte, 64<<10); ; {
				select {
				case <-stop:
					c.Close()
					return
				default:
					_, _ = c.Write(b)
				}
			}
		}()
	}
	c := dial(t, addr)
	for i := range 20 {
		if got := say(t, c, fmt.Sprint(i)); got != fmt.Sprint(i) {
			t.Error(got)
		}
	}
	close(stop)
	wg.Wait()
	report.mu.Lock()
	defer report.mu.Unlock()
	if report.b.Len() > 0 {
		t.Error(report.b.String())
	}
}

// net/http's parser and writer work on a Conn.
func TestHTTP(t *testing.T) {
	addr := serve(t, &aconet.Server{Handler: func(c *aconet.Conn) {
		for c.ReadBuffered(func(r *bufio.Reader) error {
			req, err := http.ReadRequest(r)
			if err != nil {
				return err
			}
			body, err := io.ReadAll(req.Body)
			if err != nil {
				return err
			}
			text := req.URL.Path + " " + string(body)
			resp := http.Response{ProtoMajor: 1, ProtoMinor: 1, StatusCode: 200, ContentLength: int64(len(text)), Body: io.NopCloser(strings.NewReader(text))}
			return resp.Write(c)
		}) == nil {
		}
	}}, "tcp")
	for i := range 3 {
		resp, err := http.Post("http://"+addr.String()+"/path", "text/plain", strings.NewReader(fmt.Sprint("body ", i)))
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if want := fmt.Sprint("/path body ", i); string(b) != want || err != nil {
			t.Errorf("%q, %v", b, err)
		}
	}
	http.DefaultClient.CloseIdleConnections()
}

// Nothing is lost of what a server has sent and closed before the client has looked, nor is the end.
func TestDialOneThatHangsUp(t *testing.T) {
	for _, network := range []string{"tcp", "unix"} {
		addr := serve(t, &aconet.Server{Handler: func(c *aconet.Conn) { _, _ = io.WriteString(c, "hello") }}, network)
		for range 200 {
			c, err := aconet.Dial(context.Background(), nil, network, addr.String())
			if err != nil {
				t.Fatal(err)
			}
			_ = c.SetDeadline(time.Now().Add(20 * time.Second))
			if b, err := io.ReadAll(c); string(b) != "hello" || err != nil {
				t.Fatalf("%q, %v", b, err)
			}
			c.Close()
		}
	}
}

// When a handler panics, another coroutine of its connection that waits in a Write finds it closed.
func TestPanicWhileWriting(t *testing.T) {
	got := make(chan error, 1)
	report, addr := serveLog(t, &aconet.Server{Handler: func(c *aconet.Conn) {
		c.Go(func() {
			_, err := c.Write(make([]byte, 64<<20))
			got <- err
		})
		_ = aconet.Sleep(c, 20*time.Millisecond)
		panic("meanwhile")
	}})
	dial(t, addr)
	if err := <-got; !errors.Is(err, net.ErrClosed) {
		t.Error(err)
	}
	report.await(t, "meanwhile")
}
