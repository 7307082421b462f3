package main

import (
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/goaco/aco/aconet"
	"github.com/goaco/aco/aconet/internal/servetest"
)

func TestProxy(t *testing.T) {
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, _ := io.Copy(io.Discard, r.Body)
		fmt.Fprint(w, r.URL.Path, n)
	}))
	defer web.Close()
	pair, err := selfSigned()
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{&tls.Config{Certificates: []tls.Certificate{pair}, NextProtos: []string{"http/1.1"}}, web.Listener.Addr().String()}
	addr := servetest.Serve(t, &aconet.Server{Handler: p.serve}, "tcp")
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	defer client.CloseIdleConnections()
	for i := range 5 {
		resp, err := client.Post("https://"+addr.String()+"/hello", "", strings.NewReader(strings.Repeat("x", i*100_000)))
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if want := fmt.Sprint("/hello", i*100_000); string(b) != want || err != nil {
			t.Errorf("%q, %v; want %q", b, err, want)
		}
	}
	if c := servetest.Dial(t, addr); c != nil { // no TLS
		fmt.Fprint(c, "GET / HTTP/1.0\r\n\r\n")
		_, _ = io.ReadAll(c)
	}
}
