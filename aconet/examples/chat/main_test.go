package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"

	"github.com/goaco/aco/aconet"
	"github.com/goaco/aco/aconet/internal/servetest"
)

func TestChat(t *testing.T) {
	r := &room{members: map[*member]bool{}}
	addr := servetest.Serve(t, &aconet.Server{Handler: r.serve}, "tcp")
	resp, err := http.Get("http://" + addr.String() + "/")
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	if string(b) != page || err != nil {
		t.Errorf("%q, %v", b, err)
	}
	var all []net.Conn
	for range 20 {
		c := servetest.Dial(t, addr)
		d := ws.Dialer{NetDial: func(context.Context, string, string) (net.Conn, error) { return c, nil }}
		if _, _, _, err := d.Dial(context.Background(), "ws://"+addr.String()+"/chat"); err != nil {
			t.Fatal(err)
		}
		_ = c.SetDeadline(time.Now().Add(10 * time.Second)) // which Dial has taken back
		all = append(all, c)
	}
	for n := 0; n < len(all); time.Sleep(time.Millisecond) { // until all have entered
		r.mu.Lock()
		n = len(r.members)
		r.mu.Unlock()
	}
	for _, c := range all { // a ping is answered, and does not keep anybody from hearing what comes next
		if err := wsutil.WriteClientMessage(c, ws.OpPing, nil); err != nil {
			t.Fatal(err)
		}
		if h, err := ws.ReadHeader(c); h.OpCode != ws.OpPong || err != nil {
			t.Fatal(h, err)
		}
	}
	say := func(c net.Conn, text string) {
		if err := wsutil.WriteClientText(c, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	say(all[0], "hello") // which the others hear before they say anything
	for _, c := range all {
		if text, err := wsutil.ReadServerText(c); string(text) != "hello" || err != nil {
			t.Fatal(string(text), err)
		}
	}
	for i, c := range all {
		say(c, fmt.Sprint("I am ", i))
	}
	for _, c := range all {
		heard := map[string]bool{}
		for range all {
			text, err := wsutil.ReadServerText(c)
			if err != nil {
				t.Fatal(err)
			}
			heard[string(text)] = true
		}
		if len(heard) != len(all) {
			t.Error(heard)
		}
	}
	// A message that is too long ends the connection, and no memory is taken for it.
	c := all[0]
	if err := ws.WriteHeader(c, ws.Header{Fin: true, Masked: true, OpCode: ws.OpText, Length: 1 << 50}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Read(make([]byte, 1)); err != io.EOF {
		t.Error(err)
	}
}
