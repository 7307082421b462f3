package aconet_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"io"
	"math/big"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/nettest"

	"github.com/goaco/aco/aconet"
)

// tlsConfigs returns what a server and a client need.
func tlsConfigs(t testing.TB) (server, client *tls.Config) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"localhost"}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(cert)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, NextProtos: []string{"b", "a"}},
		&tls.Config{RootCAs: roots, ServerName: "localhost", NextProtos: []string{"a"}}
}

// TestConnTLS is nettest's, over crypto/tls. A tls.Conn can't be used any more once a Write of it has met a deadline, as
// crypto/tls says: the parts of the test that use one after that (PastTimeout, FutureTimeout, ConcurrentMethods) don't pass with any
// net.Conn, and are left out. The others are chosen by the flag -test.run, in another process.
func TestConnTLS(t *testing.T) {
	const left = "BasicIO|PingPong|RacyRead|RacyWrite|ReadTimeout|WriteTimeout|PresentTimeout|CloseTimeout"
	cmd := exec.Command(os.Args[0], "-test.run=TestConnTLSChild/.*/^("+left+")$", "-test.v", "-test.timeout=60s")
	cmd.Env = append(os.Environ(), "ACONET_TLS=1")
	out, err := cmd.CombinedOutput()
	if n := strings.Count(string(out), "        --- PASS"); n != 3*8 || err != nil {
		t.Errorf("%d parts passed; %v\n%s", n, err, out)
	}
}

func TestConnTLSChild(t *testing.T) {
	if os.Getenv("ACONET_TLS") == "" {
		return
	}
	server, client := tlsConfigs(t)
	std := func() (c1, c2 net.Conn, stop func(), err error) {
		l, err := nettest.NewLocalListener("tcp")
		if err != nil {
			return nil, nil, nil, err
		}
		defer l.Close()
		if c2, err = net.Dial("tcp", l.Addr().String()); err != nil {
			return nil, nil, nil, err
		}
		c1, err = l.Accept()
		return c1, c2, func() { c1.Close(); c2.Close() }, err
	}
	for name, inner := range map[string]nettest.MakePipe{
		"goroutines": pipe("tcp", plain, plain),
		"coroutines": pipe("tcp", coroutines, coroutines),
		"net":        std, // which shows that it is the test that passes with it
	} {
		t.Run(name, func(t *testing.T) {
			nettest.TestConn(t, func() (c1, c2 net.Conn, stop func(), err error) {
				p1, p2, stop, err := inner()
				if err != nil {
					return nil, nil, nil, err
				}
				over := new(atomic.Bool)
				end := stop
				stop = func() {
					over.Store(true)
					end()
				}
				t1, t2 := tls.Server(untilOver{p1, over}, server), tls.Client(untilOver{p2, over}, client)
				shaken := goTo(t1.Handshake)
				if err := t2.Handshake(); err != nil {
					stop()
					return nil, nil, nil, err
				}
				return t1, t2, stop, <-shaken
			})
		})
	}
}

// An untilOver is a connection whose Close fails no more once the test is over. The peer of a tls.Conn reads the end of the stream before
// that has closed its connection: so BasicIO may be over, and both connections be closed, in the middle of its Close.
type untilOver struct {
	net.Conn
	over *atomic.Bool
}

func (c untilOver) Close() error {
	err := c.Conn.Close()
	if c.over.Load() {
		return nil
	}
	return err
}

func goTo(f func() error) chan error {
	ch := make(chan error, 1)
	go func() { ch <- f() }()
	return ch
}

// A TLS server and client in handlers, with ALPN, and ReadThrough.
func TestTLS(t *testing.T) {
	server, client := tlsConfigs(t)
	back := serve(t, &aconet.Server{Handler: func(c *aconet.Conn) {
		s := tls.Server(c, server)
		if err := c.Handshake(s.Handshake); err != nil {
			t.Error(err)
			return
		}
		if p := s.ConnectionState().NegotiatedProtocol; p != "a" {
			t.Error("protocol", p)
		}
		b := make([]byte, 100) // shorter than what comes
		for {
			n, err := c.ReadThrough(s, b)
			if err != nil {
				if err != io.EOF && err != aconet.ErrShutdown { // the test may be over before it has read the end
					t.Error(err)
				}
				return
			}
			if _, err := s.Write(b[:n]); err != nil {
				t.Error(err)
			}
		}
	}}, "tcp")
	front := serve(t, &aconet.Server{Handler: func(c *aconet.Conn) {
		b, err := aconet.Dial(context.Background(), c, "tcp", back.String())
		if err != nil {
			t.Error(err)
			return
		}
		defer b.Close()
		s := tls.Client(b, client)
		defer s.Close()
		for i := range 50 {
			text := make([]byte, i*i*7)
			_, _ = rand.Read(text)
			if _, err := s.Write(text); err != nil {
				t.Error(err)
			}
			got := make([]byte, len(text))
			if _, err := io.ReadFull(s, got); err != nil || string(got) != string(text) {
				t.Error(i, err)
			}
		}
		_, _ = io.WriteString(c, "done")
	}}, "tcp")
	if b, err := io.ReadAll(dial(t, front)); string(b) != "done" || err != nil {
		t.Error(string(b), err)
	}
}
