// Echo sends back what it gets. Try it with nc localhost 7000.
package main

import (
	"context"
	"flag"
	"io"
	"log"
	"os"
	"os/signal"

	"github.com/goaco/aco/aconet"
)

// echo copies c to itself until its peer has sent all. While there is nothing to copy, it holds no buffer.
func echo(c *aconet.Conn) {
	_, _ = io.Copy(c, c)
}

func main() {
	addr := flag.String("addr", "localhost:7000", "where to listen")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	log.Printf("%+v", aconet.Engine())
	if err := aconet.Serve(ctx, *addr, echo); err != nil {
		log.Fatal(err)
	}
}
