package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/goaco/aco/aconet"
	"github.com/goaco/aco/aconet/internal/servetest"
)

func TestPush(t *testing.T) {
	file, err := os.OpenFile(filepath.Join(t.TempDir(), "db"), os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o666)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	h := &hub{db: &database{file: file}, topics: map[string]map[*subscriber]bool{}}
	addr := servetest.Serve(t, &aconet.Server{Handler: h.serve}, "tcp")
	ask := func(c net.Conn, line, want string) {
		t.Helper()
		fmt.Fprintln(c, line)
		got := make([]byte, len(want)+1)
		if _, err := io.ReadFull(c, got); err != nil || string(got) != want+"\n" {
			t.Errorf("%s: %q, %v; want %q", line, got, err, want)
		}
	}
	var subscribers []net.Conn
	for range 50 {
		c := servetest.Dial(t, addr)
		ask(c, "sub news", "ok")
		subscribers = append(subscribers, c)
	}
	c := servetest.Dial(t, addr)
	ask(c, "pub news something has happened", "ok")
	ask(c, "pub other nobody hears", "ok")
	ask(c, "last nothing\nlast news", "\nsomething has happened")
	ask(c, "nonsense", "error: sub TOPIC, pub TOPIC TEXT or last TOPIC")
	for _, s := range subscribers {
		got := make([]byte, len("news something has happened\n"))
		if _, err := io.ReadFull(s, got); err != nil || string(got) != "news something has happened\n" {
			t.Errorf("%q, %v", got, err)
		}
	}
	subscribers[0].Close()
	for n := 50; n == 50; time.Sleep(time.Millisecond) { // until it is forgotten
		h.mu.Lock()
		n = len(h.topics["news"])
		h.mu.Unlock()
	}
}
