// Bench measures the servers of aconet against those of goroutines, of gnet's callbacks and of nbio: the same loads, in
// turn, on this machine alone.
package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"log"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

var kinds = []string{"goroutines", "aconet", "gnet", "nbio"}

// A child is a server in a process of its own.
type child struct {
	cmd  *exec.Cmd
	in   interface{ Write([]byte) (int, error) }
	out  *bufio.Reader
	addr string
}

func begin(kind, load string) (*child, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	c := &child{addr: l.Addr().String()}
	l.Close()
	c.cmd = exec.Command(os.Args[0], "-serve", kind, "-load", load, "-addr", c.addr)
	c.cmd.Stderr = os.Stderr
	in, err := c.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	c.in, c.out = in, bufio.NewReader(out)
	if err := c.cmd.Start(); err != nil {
		return nil, err
	}
	for {
		line, err := c.out.ReadString('\n')
		if err != nil {
			return nil, fmt.Errorf("server %s of %s: %w", kind, load, err)
		}
		if line == "ready\n" {
			return c, nil
		}
	}
}

func (c *child) end() {
	c.cmd.Process.Kill()
	c.cmd.Wait()
}

func (c *child) ask(what byte) { c.in.Write([]byte{what}) }

func (c *child) memory() (float64, error) {
	time.Sleep(300 * time.Millisecond)
	return c.figure('m')
}

func (c *child) figure(what byte) (float64, error) {
	c.ask(what)
	line, err := c.out.ReadString('\n')
	if err != nil {
		return 0, err
	}
	return strconv.ParseFloat(strings.TrimSpace(line), 64)
}

// idle returns the bytes of heap and stacks for each of n idle connections.
func idle(kind, load string, n int) (float64, error) {
	c, err := begin(kind, load)
	if err != nil {
		return 0, err
	}
	defer c.end()
	warm, err := connect(c.addr, load, 16)
	if err != nil {
		return 0, err
	}
	defer hangUp(warm)
	before, err := c.memory()
	if err != nil {
		return 0, err
	}
	peers, err := connect(c.addr, load, n)
	if err != nil {
		return 0, err
	}
	defer hangUp(peers)
	after, err := c.memory()
	return (after - before) / float64(n), err
}

func work(kind, load string, n int, d time.Duration) (rate, error) {
	c, err := begin(kind, load)
	if err != nil {
		return rate{}, err
	}
	defer c.end()
	peers, err := connect(c.addr, load, n)
	if err != nil {
		return rate{}, err
	}
	defer hangUp(peers)
	before, err := c.figure('c')
	if err != nil {
		return rate{}, err
	}
	r, err := busy(peers, load, d)
	if err != nil {
		return rate{}, err
	}
	after, err := c.figure('c')
	r.cpu = time.Duration((after - before) / (r.perSecond * 1.2 * d.Seconds())) // a fifth more than what is measured
	return r, err
}

// broadcast returns how long it takes until the last of n connections has the message, and what the server uses of processors.
// The load sleeps meanwhile, and asks the kernel afterwards when the messages came: a load that reads along takes its share
// of the processors, and each write that wakes it is dearer than one that does not.
func broadcast(kind string, n int) (last, cpu time.Duration, err error) {
	c, err := begin(kind, "broadcast")
	if err != nil {
		return 0, 0, err
	}
	defer c.end()
	peers, err := connect(c.addr, "broadcast", n)
	if err != nil {
		return 0, 0, err
	}
	defer hangUp(peers)
	fds, err := stamp(peers)
	if err != nil {
		return 0, 0, err
	}
	for range 10 {
		before, err := c.figure('c')
		if err != nil {
			return 0, 0, err
		}
		sent := time.Now()
		c.ask('b')
		time.Sleep(300 * time.Millisecond)
		at, err := lastArrival(fds, len(message))
		if err != nil {
			return 0, 0, err
		}
		if at.IsZero() {
			continue
		}
		took := time.Duration(at.UnixNano() - sent.UnixNano())
		after, err := c.figure('c')
		if err != nil {
			return 0, 0, err
		}
		if used := time.Duration(after - before); last == 0 {
			last, cpu = took, used
		} else {
			last, cpu = min(last, took), min(cpu, used)
		}
	}
	if last == 0 {
		return 0, 0, errors.New("the kernel does not tell when messages came")
	}
	return last, cpu, nil
}

func main() {
	log.SetFlags(0)
	kind := flag.String("serve", "", "serve as one of the kinds; for this program itself")
	load := flag.String("load", "", "with what, for this program itself")
	addr := flag.String("addr", "", "where, for this program itself")
	n := flag.Int("idle", 15000, "idle connections, at most")
	nb := flag.Int("busy", 1000, "busy connections")
	d := flag.Duration("for", 3*time.Second, "how long each load is measured")
	rounds := flag.Int("rounds", 3, "how often; the best is taken")
	only := flag.String("only", "", "only the rows whose name contains this")
	picture := flag.String("picture", "", "write the ratios as an SVG file")
	flag.Parse()
	if *kind != "" {
		if err := serve(*kind, *load, *addr); err != nil {
			log.Fatal(err)
		}
		return
	}
	var files syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files) == nil {
		*n = min(*n, int(files.Cur)-200)
		*nb = min(*nb, int(files.Cur)-200)
	}
	fmt.Printf("%s, %s/%s, %d processors; %d idle and %d busy connections, %v each, best of %d\n\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), *n, *nb, *d, *rounds)
	var rows []row
	add := func(name, unit string, better func(a, b float64) bool, measure func(kind string) (float64, error), left ...string) {
		if !strings.Contains(name, *only) {
			return
		}
		r := row{name: name, unit: unit, got: map[string]float64{}}
		for range *rounds {
			for _, k := range kinds {
				if strings.Contains(strings.Join(left, " "), k) {
					continue
				}
				v, err := measure(k)
				if err != nil {
					log.Printf("%s, %s: %v", name, k, err)
					continue
				}
				if old, ok := r.got[k]; !ok || better(v, old) {
					r.got[k] = v
				}
			}
		}
		r.print()
		rows = append(rows, r)
	}
	less := func(a, b float64) bool { return a < b }
	more := func(a, b float64) bool { return a > b }
	header()
	for _, load := range []string{"echo", "lines", "websocket", "tls"} {
		left := []string{}
		if load == "websocket" || load == "tls" {
			left = []string{"gnet", "nbio"} // they have other libraries for it
		}
		count := *n
		if load == "tls" {
			count = min(count, 5000)
		}
		add("idle, "+load, "bytes", less, func(k string) (float64, error) { return idle(k, load, count) }, left...)
	}
	for _, load := range []string{"echo", "lines", "tls"} {
		left := []string{}
		if load == "tls" {
			left = []string{"gnet", "nbio"}
		}
		best := map[string]rate{}
		add("busy, "+load, "1/s", more, func(k string) (float64, error) {
			r, err := work(k, load, *nb, *d)
			b, ok := best[k]
			if !ok {
				b = r
			}
			best[k] = rate{max(b.perSecond, r.perSecond), min(b.p50, r.p50), min(b.p99, r.p99), min(b.p999, r.p999), min(b.cpu, r.cpu)}
			return r.perSecond, err
		}, left...)
		for _, q := range []struct {
			name string
			of   func(rate) time.Duration
		}{
			{"", func(r rate) time.Duration { return r.cpu }},
			{"p50", func(r rate) time.Duration { return r.p50 }},
			{"p99", func(r rate) time.Duration { return r.p99 }},
			{"p99.9", func(r rate) time.Duration { return r.p999 }},
		} {
			if len(best) > 0 {
				name := "latency " + q.name + ", " + load
				if q.name == "" {
					name = "processor for a request, " + load
				}
				r := row{name: name, unit: "µs", got: map[string]float64{}}
				for k, v := range best {
					r.got[k] = float64(q.of(v).Nanoseconds()) / 1e3
				}
				r.print()
				rows = append(rows, r)
			}
		}
	}
	used := row{name: "processor for that", unit: "ms", got: map[string]float64{}}
	add("broadcast to "+strconv.Itoa(min(*n, 10000)), "ms", less, func(k string) (float64, error) {
		last, cpu, err := broadcast(k, min(*n, 10000))
		if v := float64(cpu.Microseconds()) / 1e3; err == nil && (used.got[k] == 0 || v < used.got[k]) {
			used.got[k] = v
		}
		return float64(last.Microseconds()) / 1e3, err
	})
	if len(used.got) > 0 {
		used.print()
		rows = append(rows, used)
		last, cpu, err := broadcast("writes", min(*n, 10000))
		for range *rounds - 1 {
			l, c, e := broadcast("writes", min(*n, 10000))
			last, cpu, err = min(last, l), min(cpu, c), errors.Join(err, e)
		}
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("\nThe system calls of a broadcast alone, in a loop for each processor: %.1f ms, %.1f ms of processors.\n", last.Seconds()*1e3, cpu.Seconds()*1e3)
	}
	if *picture != "" {
		if err := os.WriteFile(*picture, []byte(svg(rows)), 0o666); err != nil {
			log.Fatal(err)
		}
	}
}
