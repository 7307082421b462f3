package main

import (
	"io"
	"net"
	"testing"

	"github.com/goaco/aco/aconet"
	"github.com/goaco/aco/aconet/internal/servetest"
)

func TestEcho(t *testing.T) {
	c := servetest.Dial(t, servetest.Serve(t, &aconet.Server{Handler: echo}, "tcp"))
	go func() {
		_, _ = c.Write(make([]byte, 1<<20))
		_ = c.(*net.TCPConn).CloseWrite()
	}()
	if b, err := io.ReadAll(c); len(b) != 1<<20 || err != nil {
		t.Error(len(b), err)
	}
}
