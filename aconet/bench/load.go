package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"math/big"
	"net"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
	gneterrors "github.com/panjf2000/gnet/v2/pkg/errors"
	"github.com/panjf2000/gnet/v2/pkg/netpoll"
)

var (
	request   = []byte("a request of sixty-four bytes, such as a small message would be\n")
	tlsConfig = &tls.Config{Certificates: []tls.Certificate{certificate()}, InsecureSkipVerify: true} // of this process, on loopback
)

func certificate() tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	t := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"localhost"}}
	der, err := x509.CreateCertificate(rand.Reader, t, t, &key.PublicKey, key)
	if err != nil {
		panic(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// A peer is a connection of the load.
type peer struct {
	net.Conn          // TCP
	inner    net.Conn // what is spoken through: TLS, or the same
	load     string
}

func dial(addr, load string) (*peer, error) {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	p := &peer{c, c, load}
	switch load {
	case "tls":
		t := tls.Client(c, tlsConfig)
		p.inner = t
		err = t.Handshake()
	case "websocket":
		_, _, _, err = ws.Dialer{NetDial: func(context.Context, string, string) (net.Conn, error) { return c, nil }}.Dial(context.Background(), "ws://"+addr)
	case "broadcast":
		_, err = io.ReadFull(c, make([]byte, 1))
	}
	return p, err
}

// exchange sends a request and waits for the answer.
func (p *peer) exchange(buf []byte) error {
	if p.load == "broadcast" {
		return nil
	}
	if p.load == "websocket" {
		if err := wsutil.WriteClientMessage(p.Conn, ws.OpText, request); err != nil {
			return err
		}
		_, _, err := wsutil.ReadServerData(p.Conn)
		return err
	}
	if _, err := p.inner.Write(request); err != nil {
		return err
	}
	_, err := io.ReadFull(p.inner, buf[:len(request)])
	return err
}

// connect opens n connections, each of which has one answer.
func connect(addr, load string, n int) ([]*peer, error) {
	peers := make([]*peer, n)
	errs := make([]error, 16)
	var wg sync.WaitGroup
	for w := range errs {
		wg.Add(1)
		go func() {
			defer wg.Done()
			buf := make([]byte, 256)
			for i := w; i < n; i += len(errs) {
				p, err := dial(addr, load)
				if p != nil {
					peers[i] = p
				}
				if err == nil {
					err = p.exchange(buf)
				}
				if err != nil {
					errs[w] = fmt.Errorf("connection %d: %w", i, err)
					return
				}
			}
		}()
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			hangUp(peers)
			return nil, err
		}
	}
	return peers, nil
}

func hangUp(peers []*peer) {
	for _, p := range peers {
		if p != nil {
			p.Conn.Close()
		}
	}
}

// A rate is what busy connections were served.
type rate struct {
	perSecond      float64
	p50, p99, p999 time.Duration
	cpu            time.Duration // of the server, for each request
}

func rateOf(took []time.Duration, d time.Duration) rate {
	if len(took) == 0 {
		return rate{}
	}
	slices.Sort(took)
	at := func(q float64) time.Duration { return took[int(q*float64(len(took)-1))] }
	return rate{perSecond: float64(len(took)) / d.Seconds(), p50: at(0.5), p99: at(0.99), p999: at(0.999)}
}

// busy has each connection send the next request when it has got an answer. One goroutine does it for all, so that the load
// takes little of the machine; through TLS each connection has one.
func busy(peers []*peer, load string, d time.Duration) (rate, error) {
	if load == "tls" {
		return busyGoroutines(peers, d)
	}
	p, err := netpoll.OpenPoller()
	if err != nil {
		return rate{}, err
	}
	defer p.Close()
	type state struct {
		sent time.Time
		got  int
	}
	states := map[int]*state{}
	for _, c := range peers {
		raw, err := c.Conn.(*net.TCPConn).SyscallConn()
		if err != nil {
			return rate{}, err
		}
		if err := raw.Control(func(fd uintptr) {
			states[int(fd)] = &state{}
			err = p.AddRead(&netpoll.PollAttachment{FD: int(fd)}, false)
		}); err != nil {
			return rate{}, err
		}
	}
	took := make([]time.Duration, 0, 1<<20)
	begin := time.Now()
	warm := begin.Add(d / 5)
	end := begin.Add(d + d/5)
	for fd, s := range states {
		s.sent = time.Now()
		if _, err := syscall.Write(fd, request); err != nil {
			return rate{}, err
		}
	}
	buf := make([]byte, 4096)
	var failed error
	_ = p.Polling(func(fd int, ev netpoll.IOEvent, _ netpoll.IOFlags) error {
		s := states[fd]
		n, err := syscall.Read(fd, buf)
		if err == syscall.EAGAIN {
			return nil
		}
		if n <= 0 {
			failed = fmt.Errorf("the server hung up: %v", err)
			return gneterrors.ErrEngineShutdown
		}
		if s.got += n; s.got < len(request) {
			return nil
		}
		s.got = 0
		now := time.Now()
		if now.After(end) {
			return gneterrors.ErrEngineShutdown
		}
		if s.sent.After(warm) {
			took = append(took, now.Sub(s.sent))
		}
		s.sent = now
		_, _ = syscall.Write(fd, request)
		return nil
	})
	return rateOf(took, d), failed
}

func busyGoroutines(peers []*peer, d time.Duration) (rate, error) {
	var mu sync.Mutex
	var all []time.Duration
	var failed error
	var wg sync.WaitGroup
	warm := time.Now().Add(d / 5)
	end := warm.Add(d)
	for _, p := range peers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			buf := make([]byte, 256)
			var took []time.Duration
			var err error
			for sent := time.Now(); sent.Before(end) && err == nil; {
				err = p.exchange(buf)
				now := time.Now()
				if sent.After(warm) {
					took = append(took, now.Sub(sent))
				}
				sent = now
			}
			mu.Lock()
			all = append(all, took...)
			if err != nil {
				failed = err
			}
			mu.Unlock()
		}()
	}
	wg.Wait()
	return rateOf(all, d), failed
}
