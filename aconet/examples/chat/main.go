// Chat is a room: what one sends through its WebSocket, all get. The page that it serves at / is a client.
package main

import (
	"bufio"
	"context"
	_ "embed"
	"flag"
	"io"
	"log"
	"os"
	"os/signal"
	"sync"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"

	"github.com/goaco/aco/aconet"
)

//go:embed page.html
var page string

// A member is one in the room. What it has still to be told is in its inbox.
type member struct {
	c     *aconet.Conn
	inbox []string // of the room's mu
}

// maxInbox is how many messages may wait for a member. One that does not read has to leave.
const maxInbox = 100

// maxText is how long a message may be.
const maxText = 64 << 10

type room struct {
	mu      sync.Mutex
	members map[*member]bool
}

func (r *room) enter(m *member) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.members[m] = true
}

func (r *room) leave(m *member) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.members, m)
}

// say puts text into each inbox. Nothing here waits: it is Notify that makes each member's coroutine send.
func (r *room) say(text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for m := range r.members {
		if len(m.inbox) == maxInbox {
			_ = m.c.Close()
			continue
		}
		m.inbox = append(m.inbox, text)
		m.c.Notify()
	}
}

// collect empties the inbox of m.
func (r *room) collect(m *member) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	texts := m.inbox
	m.inbox = nil
	return texts
}

// givePage answers a request that is not for a WebSocket.
var givePage = ws.RejectConnectionError(
	ws.RejectionStatus(200),
	ws.RejectionHeader(ws.HandshakeHeaderHTTP{"Content-Type": {"text/html"}}),
	ws.RejectionReason(page),
)

// serve is one connection: it waits for either side, and does what there is to do.
func (r *room) serve(c *aconet.Conn) {
	err := c.Handshake(func() error {
		u := ws.Upgrader{OnRequest: func(uri []byte) error {
			if string(uri) == "/" {
				return givePage
			}
			return nil
		}}
		_, err := u.Upgrade(c)
		return err
	})
	if err != nil {
		return
	}
	m := &member{c: c}
	r.enter(m)
	defer r.leave(m)
	for {
		ev, err := c.Wait(aconet.Readable | aconet.Notified)
		if err != nil {
			return
		}
		if ev&aconet.Notified != 0 {
			for _, text := range r.collect(m) {
				if wsutil.WriteServerText(c, []byte(text)) != nil {
					return
				}
			}
		}
		if ev&aconet.Readable != 0 {
			if c.ReadBuffered(func(in *bufio.Reader) error { return r.hear(c, in) }) != nil {
				return
			}
		}
	}
}

// hear reads a message and says it. It ends after a ping too, and does not wait for what follows: that may be a
// notification.
func (r *room) hear(c *aconet.Conn, in io.Reader) error {
	control := wsutil.ControlFrameHandler(c, ws.StateServerSide)
	rd := wsutil.Reader{Source: in, State: ws.StateServerSide, CheckUTF8: true, MaxFrameSize: maxText, OnIntermediate: control}
	h, err := rd.NextFrame()
	if err != nil {
		return err
	}
	if h.OpCode.IsControl() {
		return control(h, &rd)
	}
	text, err := io.ReadAll(io.LimitReader(&rd, maxText+1))
	if err == nil && len(text) > maxText {
		err = wsutil.ErrFrameTooLarge
	}
	if err == nil {
		r.say(string(text))
	}
	return err
}

func main() {
	addr := flag.String("addr", "localhost:7000", "where to listen")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	r := &room{members: map[*member]bool{}}
	log.Printf("http://%s/", *addr)
	if err := aconet.Serve(ctx, *addr, r.serve); err != nil {
		log.Fatal(err)
	}
}
