package main

import (
	"bufio"
	"fmt"
	"io"
	"testing"

	"github.com/goaco/aco/aconet"
	"github.com/goaco/aco/aconet/internal/servetest"
)

func TestLines(t *testing.T) {
	s := &store{values: map[string]string{}}
	addr := servetest.Serve(t, &aconet.Server{Handler: s.serve}, "tcp")
	c, d := servetest.Dial(t, addr), servetest.Dial(t, addr)
	fmt.Fprint(c, "set a 1\nset b 2\nget a\nget c\n")
	in := bufio.NewScanner(c)
	for _, want := range []string{"ok", "ok", "1", "no c"} {
		if in.Scan(); in.Text() != want {
			t.Errorf("%q, want %q", in.Text(), want)
		}
	}
	fmt.Fprint(d, "get b\nset\nquit\nget a\n")
	if b, _ := io.ReadAll(d); string(b) != "2\nwhat?\nbye\n" {
		t.Errorf("%q", b)
	}
}
