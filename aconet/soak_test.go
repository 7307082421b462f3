package aconet_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/goaco/aco/aconet"
)

// TestMain is also the load of TestSoak and the server of TestOutOfFiles, which are other processes, with files of their own.
func TestMain(m *testing.M) {
	if load := os.Getenv("ACONET_LOAD"); load != "" {
		if err := soakLoad(strings.Split(load, ",")); err != nil {
			fmt.Fprintln(os.Stderr, "load:", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	if os.Getenv("ACONET_FEW") != "" {
		serveWithFewFiles()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// TestSoak has connections opened, used, dropped and reset at random, for the time that ACO_SOAK says. Each answer is compared
// with its question; memory, files and goroutines have to stay what they are, and all coroutines have to end.
func TestSoak(t *testing.T) {
	d, conns := 3*time.Second, 1000
	if s := os.Getenv("ACO_SOAK"); s != "" {
		var err error
		if d, err = time.ParseDuration(s); err != nil {
			t.Fatal(err)
		}
		conns = 15000
	}
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	conns = min(conns, int(limit.Cur)*3/4)
	var handlers, opened atomic.Int64
	files, goroutines := countFiles(), runtime.NumGoroutine()
	// No limit may end what is only slow, as on a busy machine: what is lost is found by the load's deadlines.
	report, addr := serveLog(t, &aconet.Server{MessageTimeout: -1, WriteTimeout: -1, Handler: func(c *aconet.Conn) {
		opened.Add(1)
		handlers.Add(1)
		defer handlers.Add(-1)
		for c.ReadBuffered(func(r *bufio.Reader) error { return soakAnswer(c, r) }) == nil {
		}
	}})
	load := exec.Command(os.Args[0])
	load.Env = append(os.Environ(), fmt.Sprintf("ACONET_LOAD=%s,%d,%d", addr, conns, d.Milliseconds()))
	out := new(strings.Builder)
	load.Stdout, load.Stderr = out, out
	if err := load.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error)
	go func() { ended <- load.Wait() }()
	level := func() (mem uint64) {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc + m.StackInuse
	}
	ticks := time.NewTicker(max(d/12, time.Second))
	defer ticks.Stop()
	var levels []uint64
	for running := true; running; {
		select {
		case err := <-ended:
			if err != nil {
				t.Error(err)
			}
			running = false
		case <-ticks.C:
			levels = append(levels, level())
			t.Logf("%d connections, %d opened, %.1f MB, %d files, %d goroutines", handlers.Load(), opened.Load(), float64(levels[len(levels)-1])/1e6, countFiles(), runtime.NumGoroutine())
		}
	}
	t.Log(strings.TrimSpace(out.String()))
	if n := len(levels); n >= 6 {
		if first, last := levels[n/3], levels[n-2]; last > first*3/2 {
			t.Errorf("memory grew from %d to %d bytes", first, last)
		}
	}
	end := time.Now().Add(20 * time.Second)
	for (handlers.Load() > 0 || countFiles() > files+10 || native() && runtime.NumGoroutine() > goroutines+20) && time.Now().Before(end) {
		time.Sleep(10 * time.Millisecond)
	}
	if n := handlers.Load(); n > 0 {
		t.Errorf("%d handlers have not ended", n)
	}
	if n := countFiles(); n > files+10 {
		t.Errorf("%d files are open, %d were before", n, files)
	}
	if n := runtime.NumGoroutine(); n > goroutines+20 {
		t.Errorf("%d goroutines, %d were before", n, goroutines)
	}
	report.mu.Lock()
	defer report.mu.Unlock()
	if s := report.b.String(); strings.Contains(s, "panicked") || strings.Contains(s, "Goexit") {
		t.Error(s)
	}
}

func native() bool { return aconet.Engine().Coroutines == "native" }

// countFiles returns how many files this process has open, or 0 where that can't be told.
func countFiles() int {
	l, _ := os.ReadDir("/proc/self/fd")
	return len(l)
}

// soakAnswer answers a line: "echo TEXT" with TEXT, "give N" with N bytes, "sleep TEXT" and "block TEXT" with TEXT, later.
func soakAnswer(c *aconet.Conn, r *bufio.Reader) error {
	line, err := r.ReadString('\n')
	if err != nil {
		return err
	}
	what, text, _ := strings.Cut(line, " ")
	switch what {
	case "give":
		n, _ := strconv.Atoi(strings.TrimSpace(text))
		_, err = c.Write(soakBytes[:n])
		return err
	case "sleep":
		err = aconet.Sleep(c, 5*time.Millisecond)
	case "block":
		text, err = aconet.Block(c, func() (string, error) { time.Sleep(time.Millisecond); return text, nil })
	}
	if err == nil {
		_, err = io.WriteString(c, text)
	}
	return err
}

var soakBytes = func() []byte {
	b := make([]byte, 1<<20)
	for i := range b {
		b[i] = byte(i % 251)
	}
	return b
}()

// soakLoad is the other process: args are an address, how many connections, and milliseconds.
func soakLoad(args []string) error {
	conns, _ := strconv.Atoi(args[1])
	ms, _ := strconv.Atoi(args[2])
	end := time.Now().Add(time.Duration(ms) * time.Millisecond)
	var opened, exchanged, resets, halves, gifts atomic.Int64
	errs := make(chan error, conns)
	var wg sync.WaitGroup
	for i := range conns {
		wg.Add(1)
		go func() {
			defer wg.Done()
			r := rand.New(rand.NewPCG(uint64(i), 1))
			time.Sleep(time.Duration(r.IntN(1000)) * time.Millisecond)
			for time.Now().Before(end) {
				c, err := net.Dial("tcp", args[0])
				if err != nil {
					errs <- err
					return
				}
				opened.Add(1)
				if err := soakConn(c.(*net.TCPConn), r, end, &exchanged, &resets, &halves, &gifts); err != nil {
					errs <- fmt.Errorf("connection %d: %w", i, err)
					return
				}
			}
		}()
	}
	wg.Wait()
	close(errs)
	fmt.Printf("%d opened, %d exchanges, %d reset, %d half closed, %d large\n", opened.Load(), exchanged.Load(), resets.Load(), halves.Load(), gifts.Load())
	var all []error
	for err := range errs {
		if all = append(all, err); len(all) == 10 {
			break
		}
	}
	return errors.Join(all...)
}

// soakConn is the life of a connection.
func soakConn(c *net.TCPConn, r *rand.Rand, end time.Time, exchanged, resets, halves, gifts *atomic.Int64) error {
	defer c.Close()
	in := bufio.NewReaderSize(c, 64)
	for n := 0; time.Now().Before(end); n++ {
		_ = c.SetDeadline(time.Now().Add(2 * time.Minute))
		text := fmt.Sprintf("%d %x\n", n, r.Uint64())
		switch k := r.IntN(100); {
		case k < 60, k < 64: // a question, in one piece or in two
			q := []string{"echo ", "sleep ", "block "}[max(0, k-61)%3] + text
			cut := len(q)
			if r.IntN(4) == 0 {
				cut = r.IntN(len(q))
			}
			if _, err := io.WriteString(c, q[:cut]); err != nil {
				return err
			}
			if cut < len(q) {
				time.Sleep(time.Duration(r.IntN(20)) * time.Millisecond)
				if _, err := io.WriteString(c, q[cut:]); err != nil {
					return err
				}
			}
			if got, err := in.ReadString('\n'); got != text {
				return fmt.Errorf("%q, %v; want %q", got, err, text)
			}
			exchanged.Add(1)
		case k < 70: // several at once
			if _, err := io.WriteString(c, strings.Repeat("echo "+text, 5)); err != nil {
				return err
			}
			for range 5 {
				if got, err := in.ReadString('\n'); got != text {
					return fmt.Errorf("%q, %v; want %q", got, err, text)
				}
				exchanged.Add(1)
			}
		case k == 70: // more than there is room for
			size := 100_000 + r.IntN(900_000)
			fmt.Fprintf(c, "give %d\n", size)
			time.Sleep(time.Duration(r.IntN(50)) * time.Millisecond)
			b := make([]byte, 4096)
			for i := 0; i < size; {
				m, err := in.Read(b[:min(len(b), size-i)])
				if err != nil {
					return fmt.Errorf("byte %d of %d: %v", i, size, err)
				}
				if string(b[:m]) != string(soakBytes[i:i+m]) {
					return fmt.Errorf("bytes %d to %d of %d are wrong", i, i+m, size)
				}
				i += m
			}
			gifts.Add(1)
		case k == 71: // dropped, perhaps in the middle of an answer or of a question
			_, _ = io.WriteString(c, []string{"", "ec", "echo x\n", "give 1000000\n", "block x\n", "sleep x\n"}[r.IntN(6)])
			return nil
		case k == 72: // reset
			_, _ = io.WriteString(c, []string{"", "ec", "echo x\n", "give 1000000\n", "block x\n", "sleep x\n"}[r.IntN(6)])
			resets.Add(1)
			return c.SetLinger(0)
		case k == 73: // half closed after a question: the answer comes, and then the end
			if _, err := io.WriteString(c, "echo "+text); err != nil {
				return err
			}
			if err := c.CloseWrite(); err != nil {
				return err
			}
			b, err := io.ReadAll(in)
			if string(b) != text || err != nil {
				return fmt.Errorf("after a half close: %q, %v; want %q", b, err, text)
			}
			halves.Add(1)
			return nil
		default: // idle
			time.Sleep(time.Duration(r.IntN(1500)) * time.Millisecond)
		}
	}
	return nil
}
