package aconet_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"

	"github.com/goaco/aco/aconet"
)

// A hijacked is an http.ResponseWriter that can only be hijacked, or refuse.
type hijacked struct {
	c      *aconet.Conn
	header http.Header
	status int
}

func (h *hijacked) Header() http.Header         { return h.header }
func (h *hijacked) Write(b []byte) (int, error) { return h.c.Write(b) }
func (h *hijacked) WriteHeader(status int) {
	h.status = status
	fmt.Fprintf(h.c, "HTTP/1.1 %d %s\r\n", status, http.StatusText(status))
	_ = h.header.Write(h.c)
	_, _ = io.WriteString(h.c, "\r\n")
}
func (h *hijacked) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return h.c, bufio.NewReadWriter(bufio.NewReader(h.c), bufio.NewWriter(h.c)), nil
}

// coderEcho echoes messages with coder/websocket.
func coderEcho(c *aconet.Conn) {
	var w *websocket.Conn
	if c.Handshake(func() error {
		req, err := http.ReadRequest(bufio.NewReader(c))
		if err != nil {
			return err
		}
		w, err = websocket.Accept(&hijacked{c: c, header: http.Header{}}, req, nil)
		return err
	}) != nil {
		return
	}
	w.SetReadLimit(1 << 21)
	for ctx := context.Background(); ; {
		typ, b, err := w.Read(ctx)
		if err != nil || w.Write(ctx, typ, b) != nil {
			return
		}
	}
}

// gobwasEcho echoes messages with gobwas/ws.
func gobwasEcho(c *aconet.Conn) {
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
}

func frame(op ws.OpCode, fin bool, payload string) ws.Frame {
	return ws.NewFrame(op, fin, []byte(payload))
}

func rsv(f ws.Frame, bits byte) ws.Frame {
	f.Header.Rsv = bits
	return f
}

// TestWebSocket has a raw client send the frames of cases of the Autobahn test suite, whose numbers they have, to servers of two
// libraries over a Conn. A case ends with an echo, a pong, or the code of a close frame.
func TestWebSocket(t *testing.T) {
	text, binary, more, ping, pong := ws.OpText, ws.OpBinary, ws.OpContinuation, ws.OpPing, ws.OpPong
	type test struct {
		name   string
		frames []ws.Frame
		want   []string
		coder  bool // gobwas/ws leaves what is wrong to its caller
	}
	var tests []test
	for i, n := range []int{0, 125, 126, 127, 128, 65535, 65536, 1 << 20} {
		s := strings.Repeat("*", n)
		tests = append(tests,
			test{fmt.Sprint("1.1.", i+1), []ws.Frame{frame(text, true, s)}, []string{"text " + s}, false},
			test{fmt.Sprint("1.2.", i+1), []ws.Frame{frame(binary, true, s)}, []string{"binary " + s}, false})
	}
	tests = append(tests, []test{
		{"2.1", []ws.Frame{frame(ping, true, "")}, []string{"pong "}, false},
		{"2.2", []ws.Frame{frame(ping, true, "Hello, world!")}, []string{"pong Hello, world!"}, false},
		{"2.4", []ws.Frame{frame(ping, true, strings.Repeat("\xfe", 125))}, []string{"pong " + strings.Repeat("\xfe", 125)}, false},
		{"2.5", []ws.Frame{frame(ping, true, strings.Repeat("\xfe", 126))}, []string{"close"}, true},
		{"2.7", []ws.Frame{frame(pong, true, ""), frame(text, true, "x")}, []string{"text x"}, false},
		{"2.10", []ws.Frame{frame(ping, true, "1"), frame(ping, true, "2"), frame(ping, true, "3")}, []string{"pong 1", "pong 2", "pong 3"}, false},
		{"3.1", []ws.Frame{rsv(frame(text, true, "x"), 1)}, []string{"close 1002"}, true},
		{"3.2", []ws.Frame{frame(text, true, "y"), rsv(frame(text, true, "x"), 2)}, []string{"text y", "close 1002"}, true},
		{"4.1.1", []ws.Frame{frame(3, true, "")}, []string{"close 1002"}, true},
		{"4.2.1", []ws.Frame{frame(11, true, "")}, []string{"close 1002"}, true},
		{"5.1", []ws.Frame{frame(ping, false, "x"), frame(more, true, "y")}, []string{"close 1002"}, true},
		{"5.3", []ws.Frame{frame(text, false, "one"), frame(more, true, "two")}, []string{"text onetwo"}, false},
		{"5.6", []ws.Frame{frame(text, false, "one"), frame(ping, true, "p"), frame(more, true, "two")}, []string{"pong p", "text onetwo"}, false},
		{"5.9", []ws.Frame{frame(more, true, "x")}, []string{"close 1002"}, true},
		{"5.18", []ws.Frame{frame(text, false, "x"), frame(text, true, "y")}, []string{"close 1002"}, true},
		{"5.19", []ws.Frame{frame(text, false, "1"), frame(more, false, "2"), frame(ping, true, "a"), frame(more, false, "3"), frame(ping, true, "b"), frame(more, true, "4")},
			[]string{"pong a", "pong b", "text 1234"}, false},
		{"6.2.1", []ws.Frame{frame(text, true, "Hello-µ@ßöäüàá-UTF-8!!")}, []string{"text Hello-µ@ßöäüàá-UTF-8!!"}, false},
		{"7.1.1", []ws.Frame{frame(text, true, "x"), ws.NewCloseFrame(ws.NewCloseFrameBody(1000, ""))}, []string{"text x", "close 1000"}, false},
		{"7.7.1", []ws.Frame{ws.NewCloseFrame(ws.NewCloseFrameBody(3000, "bye"))}, []string{"close 3000"}, false},
		{"7.9.1", []ws.Frame{ws.NewCloseFrame(ws.NewCloseFrameBody(999, ""))}, []string{"close 1002"}, true},
	}...)
	for library, handler := range map[string]func(c *aconet.Conn){"coder": coderEcho, "gobwas": gobwasEcho} {
		t.Run(library, func(t *testing.T) {
			addr := serve(t, &aconet.Server{Handler: handler}, "tcp")
			for _, test := range tests {
				if test.coder && library != "coder" {
					continue
				}
				for _, chop := range []int{1 << 30, 1, 997} { // in one piece, byte by byte, and in between
					var out bytes.Buffer
					for _, f := range test.frames {
						if err := ws.WriteFrame(&out, ws.MaskFrame(f)); err != nil {
							t.Fatal(err)
						}
					}
					if chop == 1 && out.Len() > 1000 {
						continue
					}
					got := exchangeFrames(t, addr, out.Bytes(), chop, len(test.want))
					for i, want := range test.want {
						if i >= len(got) || !strings.HasPrefix(got[i], want) {
							t.Errorf("%s in pieces of %d: %.60q; want %.60q", test.name, chop, got, test.want)
							break
						}
					}
				}
			}
		})
	}
}

func exchangeFrames(t *testing.T, addr net.Addr, out []byte, chop, n int) (got []string) {
	c, br, _, err := ws.Dial(context.Background(), "ws://"+addr.String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(10 * time.Second))
	go func() {
		for b := out; len(b) > 0; b = b[min(chop, len(b)):] {
			if _, err := c.Write(b[:min(chop, len(b))]); err != nil {
				return
			}
		}
	}()
	var in io.Reader = c
	if br != nil {
		in = br
	}
	for len(got) < n {
		f, err := ws.ReadFrame(in)
		if err != nil {
			return append(got, err.Error())
		}
		switch f.Header.OpCode {
		case ws.OpText:
			got = append(got, "text "+string(f.Payload))
		case ws.OpBinary:
			got = append(got, "binary "+string(f.Payload))
		case ws.OpPong:
			got = append(got, "pong "+string(f.Payload))
		case ws.OpClose:
			code, _ := ws.ParseCloseFrameData(f.Payload)
			got = append(got, fmt.Sprint("close ", int(code)))
		}
	}
	return got
}
