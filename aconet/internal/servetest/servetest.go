// Package servetest has what the tests of aconet and of its examples need: a server, and connections to it.
package servetest

import (
	"context"
	"fmt"
	"net"
	"os"
	"runtime/debug"
	"testing"
	"time"

	"golang.org/x/net/nettest"

	"github.com/goaco/aco/aconet"
)

// Serve runs s until the end of the test and returns its address. A test that takes minutes hangs, and ends the process with
// the tracebacks of all goroutines, unless it is a soak.
func Serve(t testing.TB, s *aconet.Server, network string) net.Addr {
	t.Helper()
	address := "localhost:0"
	if network == "unix" {
		path, err := nettest.LocalPath()
		if err != nil {
			t.Fatal(err)
		}
		address = path
	}
	l, err := net.Listen(network, address)
	if err != nil {
		t.Fatal(err)
	}
	if os.Getenv("ACO_SOAK") == "" {
		hangs := time.AfterFunc(2*time.Minute, func() {
			debug.SetTraceback("all")
			panic(fmt.Sprintf("%s hangs", t.Name()))
		})
		t.Cleanup(func() { hangs.Stop() })
	}
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx, l) }()
	t.Cleanup(func() {
		cancel()
		if err := <-served; err != nil {
			t.Error("Serve:", err)
		}
	})
	return l.Addr()
}

// Dial dials addr for the length of the test. Reading and writing have a deadline.
func Dial(t testing.TB, addr net.Addr) net.Conn {
	t.Helper()
	c, err := net.Dial(addr.Network(), addr.String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return c
}
