package aconet_test

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
	"os/exec"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/goaco/aco/aconet"
)

// TestFaults has the peer do each kind of harm in each call of a handler. The call has to end, and another connection has
// to be served as before.
func TestFaults(t *testing.T) {
	const soon = 50 * time.Millisecond
	calls := []struct {
		name string
		call func(c *aconet.Conn) error
	}{
		{"Read", func(c *aconet.Conn) error {
			_ = c.SetReadDeadline(time.Now().Add(soon))
			_, err := io.ReadFull(c, make([]byte, 1<<20))
			return err
		}},
		{"Write", func(c *aconet.Conn) error {
			_, err := c.Write(make([]byte, 32<<20))
			return err
		}},
		{"Wait", func(c *aconet.Conn) error {
			_, err := c.Wait(aconet.Readable)
			return err
		}},
		{"ReadBuffered", func(c *aconet.Conn) error {
			return c.ReadBuffered(func(r *bufio.Reader) error {
				_, err := r.ReadString('\n')
				return err
			})
		}},
		{"Handshake", func(c *aconet.Conn) error { return c.Handshake(tls.Server(c, &tls.Config{}).Handshake) }},
		{"ReadThrough", func(c *aconet.Conn) error {
			_ = c.SetReadDeadline(time.Now().Add(soon))
			_, err := c.ReadThrough(tls.Server(c, &tls.Config{}), make([]byte, 10))
			return err
		}},
		{"Copy", func(c *aconet.Conn) error {
			_ = c.SetReadDeadline(time.Now().Add(soon))
			_, err := io.Copy(c, c)
			return err
		}},
		{"Sleep", func(c *aconet.Conn) error { return aconet.Sleep(c, soon) }},
		{"Block", func(c *aconet.Conn) error {
			_, err := aconet.Block(c, func() (int, error) { time.Sleep(soon); return 0, nil })
			return err
		}},
		{"Dial", func(c *aconet.Conn) error {
			ctx, cancel := context.WithTimeout(context.Background(), soon)
			defer cancel()
			b, err := aconet.Dial(ctx, c, "tcp", c.LocalAddr().String())
			if err == nil {
				err = b.Close()
			}
			return err
		}},
	}
	harms := []struct {
		name string
		harm func(c *net.TCPConn)
	}{
		{"reset", func(c *net.TCPConn) { _ = c.SetLinger(0); c.Close() }},
		{"close", func(c *net.TCPConn) { c.Close() }},
		{"stall", func(c *net.TCPConn) {}},
		{"half close", func(c *net.TCPConn) { _ = c.CloseWrite() }},
		{"garbage", func(c *net.TCPConn) { _, _ = c.Write([]byte("\x00\xffgarbage\r\n")) }},
		{"part of a message, then reset", func(c *net.TCPConn) {
			_, _ = c.Write([]byte("\x16\x03\x01\x02"))
			time.Sleep(time.Millisecond)
			_ = c.SetLinger(0)
			c.Close()
		}},
	}
	for _, call := range calls {
		t.Run(call.name, func(t *testing.T) {
			began, ended := make(chan bool, 1), make(chan error, 1)
			addr := serve(t, &aconet.Server{
				HandshakeTimeout: soon, MessageTimeout: soon, WriteTimeout: soon, IdleTimeout: soon, Grace: time.Second,
				Handler: func(c *aconet.Conn) {
					switch b := make([]byte, 1); {
					case func() bool { _, err := c.Read(b); return err != nil }():
					case b[0] == 'f':
						began <- true
						ended <- call.call(c)
					default:
						each(c, func(line string) string { return line })
					}
				}}, "tcp")
			for _, harm := range harms {
				for _, when := range []time.Duration{0, 5 * time.Millisecond} { // before the call, and while it waits
					c := dial(t, addr).(*net.TCPConn)
					_, _ = c.Write([]byte("f"))
					<-began
					time.Sleep(when)
					harm.harm(c)
					select {
					case err := <-ended:
						t.Logf("%s after %v: %v", harm.name, when, err)
					case <-time.After(10 * time.Second):
						t.Fatalf("%s: the call does not end", harm.name)
					}
					c.Close()
				}
			}
			other := dial(t, addr)
			fmt.Fprint(other, "o")
			if got := say(t, other, "still served"); got != "still served" {
				t.Error(got)
			}
		})
	}
}

// serveWithFewFiles serves until its input ends.
func serveWithFewFiles() {
	l, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		log.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	aconet.Engine() // so that the loops have their files
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		log.Fatal(err)
	}
	limit.Cur = 40
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		log.Fatal(err)
	}
	s := &aconet.Server{MaxConns: -1, Handler: func(c *aconet.Conn) { each(c, strings.ToUpper) }}
	go func() { log.Print(s.Serve(ctx, l)) }()
	fmt.Println(l.Addr())
	_, _ = io.Copy(io.Discard, os.Stdin)
}

// A server that has no file left for a connection says so, serves those that it has, and goes on later.
func TestOutOfFiles(t *testing.T) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "ACONET_FEW=1")
	var report bytes.Buffer
	cmd.Stderr = &report
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	addr, err := net.ResolveTCPAddr("tcp", strings.TrimSpace(line))
	if err != nil {
		t.Fatal(err)
	}
	first := dial(t, addr)
	say(t, first, "x")
	var all []net.Conn
	for range 60 {
		all = append(all, dial(t, addr))
	}
	time.Sleep(50 * time.Millisecond)
	if got := say(t, first, "served"); got != "SERVED" {
		t.Error(got)
	}
	for _, c := range all {
		c.Close()
	}
	if got := say(t, dial(t, addr), "again"); got != "AGAIN" {
		t.Error(got)
	}
	in.Close()
	if err := cmd.Wait(); err != nil || !strings.Contains(report.String(), "aconet: accept: too many open files; trying again in ") {
		t.Errorf("%v\n%s", err, report.String())
	}
}
