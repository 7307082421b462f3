package aconet_test

import (
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/goaco/aco/aconet"
)

// TestKeepAlive reads from the kernel when it will ask the peer for a sign of life. That it gives up after nine questions
// without an answer is the kernel's, and would need a network that loses packets.
func TestKeepAlive(t *testing.T) {
	for _, test := range []struct{ keepAlive, min, max time.Duration }{
		{0, 8 * time.Second, 15 * time.Second},
		{7 * time.Second, time.Second, 7 * time.Second},
		{-1, 0, 0},
	} {
		began := make(chan bool, 1)
		addr := serve(t, &aconet.Server{KeepAlive: test.keepAlive, Handler: func(c *aconet.Conn) {
			began <- true
			_, _ = c.Wait(aconet.Readable)
		}}, "tcp").(*net.TCPAddr)
		c := dial(t, addr)
		<-began
		if d := keptAlive(t, addr.Port, c.LocalAddr().(*net.TCPAddr).Port); d < test.min || d > test.max {
			t.Errorf("KeepAlive %v: asks in %v", test.keepAlive, d)
		}
	}
}

// keptAlive returns how long the kernel waits before it asks the peer of the connection between two ports, or 0 if it
// will not ask.
func keptAlive(t *testing.T, local, remote int) time.Duration {
	for _, name := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		b, _ := os.ReadFile(name)
		for line := range strings.Lines(string(b)) {
			f := strings.Fields(line) // number, local and remote address, state, queues, timer
			if len(f) < 6 || !strings.HasSuffix(f[1], fmt.Sprintf(":%04X", local)) || !strings.HasSuffix(f[2], fmt.Sprintf(":%04X", remote)) {
				continue
			}
			ticks, keepAlive := strings.CutPrefix(f[5], "02:")
			if !keepAlive {
				return 0
			}
			n, err := strconv.ParseInt(ticks, 16, 64)
			if err != nil {
				t.Fatal(line, err)
			}
			return time.Duration(n) * time.Second / 100
		}
	}
	t.Fatal("the kernel does not list the connection")
	return 0
}
