// A parser that is fed: the text comes from a socket in pieces, cut anywhere, and the parser is written as if it had
// all of it. It asks for the next byte in the middle of a number, is suspended there until there is one, and goes on.
// So one goroutine may serve any number of connections, each with a parser of its own.
package main

import (
	"errors"
	"fmt"
	"io"
	"net"

	"github.com/goaco/aco"
)

// A message is a command with numbers, as in "move 3,-4;".
type message struct {
	name    string
	numbers []int
}

// A feed is a parser that waits for text.
type feed struct {
	co  *aco.Coroutine[[]byte, struct{}]
	err error
}

var errCut = errors.New("the text ends within a message")

// newFeed returns a feed that hands over each message when it is complete.
func newFeed(received func(message)) *feed {
	f := new(feed)
	f.co = aco.New(func(co *aco.Coroutine[[]byte, struct{}], piece []byte) {
		in := &input{co: co, piece: piece, ended: piece == nil}
		f.err = in.messages(received)
	})
	return f
}

// write feeds the parser with a piece of any length, which it does not keep.
func (f *feed) write(piece []byte) error {
	if len(piece) > 0 {
		f.co.Resume(piece)
	}
	return f.err
}

// end says that there is no more.
func (f *feed) end() error {
	f.co.Resume(nil)
	return f.err
}

// An input is the text, of which there is a piece.
type input struct {
	co    *aco.Coroutine[[]byte, struct{}]
	piece []byte
	at    int // of all text
	ended bool
}

// peek returns the next byte, or 0 at the end. If there is none yet, the parser is suspended here.
func (in *input) peek() byte {
	for len(in.piece) == 0 && !in.ended {
		in.piece = in.co.Yield(struct{}{})
		in.ended = in.piece == nil
	}
	if in.ended {
		return 0
	}
	return in.piece[0]
}

func (in *input) advance() {
	in.piece = in.piece[1:]
	in.at++
}

// wrong says what was found, where, and what should have been there.
func (in *input) wrong(want string) error {
	if found := in.peek(); !in.ended {
		return fmt.Errorf("byte %d: found %q, want %s", in.at, found, want)
	}
	return errCut
}

// messages reads messages to the end.
func (in *input) messages(received func(message)) error {
	for {
		for in.peek() == ' ' || in.peek() == '\n' {
			in.advance()
		}
		if in.ended {
			return nil
		}
		m, err := in.message()
		if err != nil {
			return err
		}
		received(m)
	}
}

func (in *input) message() (m message, err error) {
	for c := in.peek(); 'a' <= c && c <= 'z'; c = in.peek() {
		m.name += string(c)
		in.advance()
	}
	if m.name == "" {
		return m, in.wrong("a name")
	}
	for in.peek() == ' ' {
		in.advance()
	}
	for {
		n, err := in.number()
		if err != nil {
			return m, err
		}
		m.numbers = append(m.numbers, n)
		switch in.peek() {
		case ',':
			in.advance()
		case ';':
			in.advance()
			return m, nil
		default:
			return m, in.wrong("a comma or a semicolon")
		}
	}
}

func (in *input) number() (n int, err error) {
	sign, digits := 1, 0
	if in.peek() == '-' {
		sign = -1
		in.advance()
	}
	for c := in.peek(); '0' <= c && c <= '9'; c = in.peek() {
		n = 10*n + int(c-'0')
		digits++
		in.advance()
	}
	if digits == 0 {
		return 0, in.wrong("a digit")
	}
	return sign * n, nil
}

// serve feeds what comes from a connection, in the pieces in which it comes.
func serve(conn io.Reader, f *feed) error {
	buffer := make([]byte, 5) // so small that most messages are cut
	for {
		n, err := conn.Read(buffer)
		if e := f.write(buffer[:n]); e != nil {
			return e
		}
		if err == io.EOF {
			return f.end()
		}
		if err != nil {
			return err
		}
	}
}

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer listener.Close()
	go func() {
		conn, err := net.Dial("tcp", listener.Addr().String())
		if err != nil {
			return
		}
		defer conn.Close()
		io.WriteString(conn, "move 3,-4; turn 90;\n")
		io.WriteString(conn, "line 10,20,1000")
		io.WriteString(conn, "00;")
	}()
	conn, err := listener.Accept()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer conn.Close()
	f := newFeed(func(m message) { fmt.Println(m.name, m.numbers) })
	if err := serve(conn, f); err != nil {
		fmt.Println(err)
	}
}
