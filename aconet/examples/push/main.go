// Push is a pub/sub server. A line "sub TOPIC" subscribes; "pub TOPIC TEXT" stores the text in a database and
// sends it to each subscriber, as "TOPIC TEXT"; "last TOPIC" asks the database for the last text.
//
// The database is a file that is appended to and searched, with calls that block, as those of any driver of
// database/sql do.
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

// A database is slow, and its calls block.
type database struct {
	mu   sync.Mutex
	file *os.File
}

func (db *database) insert(topic, text string) error {
	db.mu.Lock()
	defer db.mu.Unlock()
	if _, err := fmt.Fprintf(db.file, "%s %s\n", topic, text); err != nil {
		return err
	}
	return db.file.Sync()
}

func (db *database) last(topic string) (text string, err error) {
	db.mu.Lock()
	defer db.mu.Unlock()
	info, err := db.file.Stat()
	if err != nil {
		return "", err
	}
	lines := bufio.NewScanner(io.NewSectionReader(db.file, 0, info.Size()))
	for lines.Scan() {
		if of, t, _ := strings.Cut(lines.Text(), " "); of == topic {
			text = t
		}
	}
	return text, lines.Err()
}

// A hub knows who is subscribed to what.
type hub struct {
	db *database

	mu     sync.Mutex
	topics map[string]map[*subscriber]bool
}

// A subscriber is a connection, and the texts that it has not been sent yet.
type subscriber struct {
	c     *aconet.Conn
	texts []string // of the hub's mu
}

// maxTexts is how many may wait for a subscriber. One that does not read is dropped.
const maxTexts = 1000

// publish gives text to each subscriber of the topic. It waits for nobody.
func (h *hub) publish(topic, text string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for s := range h.topics[topic] {
		if len(s.texts) == maxTexts {
			_ = s.c.Close()
			continue
		}
		s.texts = append(s.texts, topic+" "+text+"\n")
		s.c.Notify()
	}
}

func (h *hub) subscribe(s *subscriber, topic string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.topics[topic] == nil {
		h.topics[topic] = map[*subscriber]bool{}
	}
	h.topics[topic][s] = true
}

func (h *hub) forget(s *subscriber) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for topic, all := range h.topics {
		if delete(all, s); len(all) == 0 {
			delete(h.topics, topic)
		}
	}
}

func (h *hub) collect(s *subscriber) []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	texts := s.texts
	s.texts = nil
	return texts
}

// serve is one connection: it waits for a line or a text to send.
func (h *hub) serve(c *aconet.Conn) {
	s := &subscriber{c: c}
	defer h.forget(s)
	for {
		ev, err := c.Wait(aconet.Readable | aconet.Notified)
		if err != nil {
			return
		}
		if ev&aconet.Notified != 0 {
			if _, err := io.WriteString(c, strings.Join(h.collect(s), "")); err != nil {
				return
			}
		}
		if ev&aconet.Readable != 0 {
			if err := c.ReadBuffered(func(r *bufio.Reader) error { return h.line(s, r) }); err != nil {
				return
			}
		}
	}
}

// line does what the next line says.
func (h *hub) line(s *subscriber, r *bufio.Reader) error {
	line, err := r.ReadString('\n')
	if err != nil {
		return err
	}
	answer, err := h.do(s, strings.Fields(line))
	if err != nil {
		answer = "error: " + err.Error()
	}
	_, err = io.WriteString(s.c, answer+"\n")
	return err
}

func (h *hub) do(s *subscriber, words []string) (string, error) {
	switch {
	case len(words) == 2 && words[0] == "sub":
		h.subscribe(s, words[1])
		return "ok", nil
	case len(words) >= 3 && words[0] == "pub":
		topic, text := words[1], strings.Join(words[2:], " ")
		if _, err := aconet.Block(s.c, func() (struct{}, error) { return struct{}{}, h.db.insert(topic, text) }); err != nil {
			return "", err
		}
		h.publish(topic, text)
		return "ok", nil
	case len(words) == 2 && words[0] == "last":
		return aconet.Block(s.c, func() (string, error) { return h.db.last(words[1]) })
	}
	return "", errors.New("sub TOPIC, pub TOPIC TEXT or last TOPIC")
}

func main() {
	addr := flag.String("addr", "localhost:7000", "where to listen")
	name := flag.String("db", "push.db", "the file of the database")
	flag.Parse()
	file, err := os.OpenFile(*name, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o666)
	if err != nil {
		log.Fatal(err)
	}
	defer file.Close()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	h := &hub{db: &database{file: file}, topics: map[string]map[*subscriber]bool{}}
	if err := aconet.Serve(ctx, *addr, h.serve); err != nil {
		log.Fatal(err)
	}
}
