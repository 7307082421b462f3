package aconet_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/goaco/aco/aconet"
)

// serveExample serves on a free port until stop is called.
func serveExample(handler func(c *aconet.Conn)) (addr string, stop func()) {
	l, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		panic(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error)
	s := &aconet.Server{Handler: handler}
	go func() { served <- s.Serve(ctx, l) }()
	return l.Addr().String(), func() {
		cancel()
		if err := <-served; err != nil {
			panic(err)
		}
	}
}

// ask sends a text and prints all that comes back.
func ask(addr, text string) {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		panic(err)
	}
	defer c.Close()
	fmt.Fprint(c, text)
	_ = c.(*net.TCPConn).CloseWrite()
	answer, _ := io.ReadAll(c)
	fmt.Printf("%s", answer)
}

func ExampleServer() {
	addr, stop := serveExample(func(c *aconet.Conn) {
		_, _ = io.Copy(c, c) // as with any net.Conn
	})
	defer stop()
	ask(addr, "hello\n")
	// Output: hello
}

func ExampleConn_ReadBuffered() {
	addr, stop := serveExample(func(c *aconet.Conn) {
		for c.ReadBuffered(func(r *bufio.Reader) error {
			line, err := r.ReadString('\n')
			if err == nil {
				_, err = io.WriteString(c, strings.ToUpper(line))
			}
			return err
		}) == nil {
		}
	})
	defer stop()
	ask(addr, "one\ntwo\n")
	// Output:
	// ONE
	// TWO
}

func ExampleBlock() {
	lookUp := func(name string) (string, error) { return name + " was looked up", nil } // and takes its time
	addr, stop := serveExample(func(c *aconet.Conn) {
		name, err := bufio.NewReader(c).ReadString('\n')
		if err != nil {
			return
		}
		found, err := aconet.Block(c, func() (string, error) { return lookUp(strings.TrimSpace(name)) })
		fmt.Fprintln(c, found, err)
	})
	defer stop()
	ask(addr, "gopher\n")
	// Output: gopher was looked up <nil>
}

func ExampleConn_Notify() {
	conns := make(chan *aconet.Conn, 1)
	addr, stop := serveExample(func(c *aconet.Conn) {
		conns <- c // to whom it may concern
		if _, err := c.Wait(aconet.Notified); err == nil {
			fmt.Fprintln(c, "there is news")
		}
	})
	defer stop()
	go func() { (<-conns).Notify() }()
	ask(addr, "")
	// Output: there is news
}

func ExampleDial() {
	addr, stop := serveExample(func(c *aconet.Conn) { fmt.Fprintln(c, "from behind") })
	defer stop()
	front, stopFront := serveExample(func(c *aconet.Conn) {
		b, err := aconet.Dial(context.Background(), c, "tcp", addr)
		if err != nil {
			return
		}
		defer b.Close()
		_, _ = io.Copy(c, b)
	})
	defer stopFront()
	ask(front, "")
	// Output: from behind
}
