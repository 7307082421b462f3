// Tlsproxy speaks TLS with those who connect, and passes what they say to a server that does not.
package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"flag"
	"io"
	"log"
	"math/big"
	"net"
	"os"
	"os/signal"
	"time"

	"github.com/goaco/aco/aconet"
)

type proxy struct {
	config  *tls.Config
	backend string
}

// serve is one connection: each direction has a coroutine.
func (p *proxy) serve(c *aconet.Conn) {
	t := tls.Server(c, p.config)
	if err := c.Handshake(t.Handshake); err != nil {
		log.Printf("%v: %v", c.RemoteAddr(), err)
		return
	}
	b, err := aconet.Dial(context.Background(), c, "tcp", p.backend)
	if err != nil {
		log.Print(err)
		return
	}
	defer b.Close()
	back := make(chan struct{}, 1) // it has room: nobody waits in it
	c.Go(func() {
		_, _ = io.Copy(t, b)
		_ = t.CloseWrite()
		back <- struct{}{}
		c.Notify()
	})
	buf := make([]byte, 4096)
	for {
		n, err := c.ReadThrough(t, buf)
		if err != nil {
			break
		}
		if _, err := b.Write(buf[:n]); err != nil {
			break
		}
	}
	_ = b.CloseWrite() // the server may still have something to say
	for len(back) == 0 {
		if _, err := c.Wait(aconet.Notified); err != nil {
			return
		}
	}
}

// selfSigned returns a certificate for localhost that nobody has to trust.
func selfSigned() (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	t := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().AddDate(1, 0, 0),
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, t, t, &key.PublicKey, key)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, err
}

func main() {
	addr := flag.String("addr", "localhost:7443", "where to listen")
	backend := flag.String("to", "localhost:7000", "the server to pass connections to")
	cert := flag.String("cert", "", "the file of the certificate; without, one is made for localhost")
	key := flag.String("key", "", "the file of its key")
	flag.Parse()
	var pair tls.Certificate
	var err error
	if *cert == "" {
		pair, err = selfSigned()
	} else {
		pair, err = tls.LoadX509KeyPair(*cert, *key)
	}
	if err != nil {
		log.Fatal(err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	p := &proxy{&tls.Config{Certificates: []tls.Certificate{pair}, NextProtos: []string{"http/1.1"}}, *backend}
	if err := aconet.Serve(ctx, *addr, p.serve); err != nil {
		log.Fatal(err)
	}
}
