package aconet_test

import (
	"context"
	"net"
	"testing"
	"time"

	"golang.org/x/net/nettest"

	"github.com/goaco/aco/aconet"
	"github.com/goaco/aco/aconet/internal/servetest"
)

// serve and dial run a server, and dial it, for the length of a test.
var serve, dial = servetest.Serve, servetest.Dial

// inCoroutines is a Conn each of whose calls is made by a coroutine.
type inCoroutines struct{ *aconet.Conn }

func call(c *aconet.Conn, f func()) {
	done := make(chan struct{})
	c.Go(func() {
		defer close(done)
		f()
	})
	<-done
}

func (c inCoroutines) Read(b []byte) (n int, err error) {
	call(c.Conn, func() { n, err = c.Conn.Read(b) })
	return n, err
}

func (c inCoroutines) Write(b []byte) (n int, err error) {
	call(c.Conn, func() { n, err = c.Conn.Write(b) })
	return n, err
}

func (c inCoroutines) Close() (err error) {
	call(c.Conn, func() { err = c.Conn.Close() })
	return err
}

func (c inCoroutines) SetDeadline(d time.Time) (err error) {
	call(c.Conn, func() { err = c.Conn.SetDeadline(d) })
	return err
}

// pipe returns a nettest.MakePipe of a served and a dialled connection. nettest calls each from several
// goroutines, for which nothing has to be adapted; wrap makes coroutines of them.
func pipe(network string, wrap, wrapPeer func(*aconet.Conn) net.Conn) nettest.MakePipe {
	return func() (c1, c2 net.Conn, stop func(), err error) {
		path := ""
		address := "localhost:0"
		if network == "unix" {
			if path, err = nettest.LocalPath(); err != nil {
				return nil, nil, nil, err
			}
			address = path
		}
		l, err := net.Listen(network, address)
		if err != nil {
			return nil, nil, nil, err
		}
		ctx, cancel := context.WithCancel(context.Background())
		accepted, served := make(chan *aconet.Conn, 1), make(chan error, 1)
		s := &aconet.Server{Handler: func(c *aconet.Conn) {
			accepted <- c
			_, _ = c.Wait(aconet.Notified) // until it is closed
		}}
		go func() { served <- s.Serve(ctx, l) }()
		peer, err := aconet.Dial(ctx, nil, network, l.Addr().String())
		if err != nil {
			cancel()
			return nil, nil, nil, err
		}
		var c *aconet.Conn
		select {
		case c = <-accepted:
		case err := <-served:
			cancel()
			return nil, nil, nil, err
		}
		stop = func() {
			c.Close()
			peer.Close()
			cancel()
			<-served
		}
		return wrap(c), wrapPeer(peer), stop, nil
	}
}

func plain(c *aconet.Conn) net.Conn { return c }

func coroutines(c *aconet.Conn) net.Conn { return inCoroutines{c} }

func TestConn(t *testing.T) {
	for _, network := range []string{"tcp", "unix"} {
		t.Run(network, func(t *testing.T) {
			t.Run("goroutines", func(t *testing.T) { nettest.TestConn(t, pipe(network, plain, plain)) })
			t.Run("coroutines", func(t *testing.T) { nettest.TestConn(t, pipe(network, coroutines, coroutines)) })
			t.Run("both", func(t *testing.T) { nettest.TestConn(t, pipe(network, coroutines, plain)) })
		})
	}
}
