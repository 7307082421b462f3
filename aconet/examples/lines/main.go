// Lines is a store of values that is spoken to in lines: "set KEY VALUE", "get KEY", "quit".
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"strings"
	"sync"

	"github.com/goaco/aco/aconet"
)

// A store is what all connections share. They are on several loops, so it has a mutex, which is never held across
// a call that might wait.
type store struct {
	mu     sync.Mutex
	values map[string]string
}

func (s *store) set(key, value string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.values[key] = value
}

func (s *store) get(key string) (string, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := s.values[key]
	return v, ok
}

var errQuit = errors.New("quit")

// serve answers line by line. Between two of them it holds no buffer.
func (s *store) serve(c *aconet.Conn) {
	for {
		err := c.ReadBuffered(func(r *bufio.Reader) error {
			line, err := r.ReadString('\n')
			if err != nil {
				return err
			}
			answer, err := s.answer(strings.Fields(line))
			if _, err := io.WriteString(c, answer+"\n"); err != nil {
				return err
			}
			return err
		})
		if err != nil {
			return
		}
	}
}

func (s *store) answer(words []string) (string, error) {
	switch {
	case len(words) == 3 && words[0] == "set":
		s.set(words[1], words[2])
		return "ok", nil
	case len(words) == 2 && words[0] == "get":
		if v, ok := s.get(words[1]); ok {
			return v, nil
		}
		return fmt.Sprintf("no %s", words[1]), nil
	case len(words) == 1 && words[0] == "quit":
		return "bye", errQuit
	}
	return "what?", nil
}

func main() {
	addr := flag.String("addr", "localhost:7000", "where to listen")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	s := &store{values: map[string]string{}}
	if err := aconet.Serve(ctx, *addr, s.serve); err != nil {
		log.Fatal(err)
	}
}
