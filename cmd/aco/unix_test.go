//go:build unix

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/goaco/aco/cmd/aco/internal/doctor"
	"github.com/goaco/aco/cmd/aco/internal/memory"
	"github.com/goaco/aco/cmd/aco/internal/million"
	"github.com/shirou/gopsutil/v4/process"
)

// started starts the command in another process, and returns it when it has said so much.
func started(t *testing.T, until string, args ...string) (cmd *exec.Cmd, out *bytes.Buffer) {
	cmd, out = acoCommand(t, nil, args...), new(bytes.Buffer)
	cmd.Stdout = out
	said, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill() })
	for lines := bufio.NewScanner(said); until != "" && !strings.Contains(lines.Text(), until); {
		if !lines.Scan() {
			t.Fatalf("it never said %q", until)
		}
	}
	go io.Copy(io.Discard, said)
	return cmd, out
}

// enough skips a test where there is not enough memory for a row of 100,000 goroutines.
func enough(t *testing.T) {
	if free := memory.Free(); free < 600<<20 || doctor.Diagnose().Race {
		t.Skipf("%d MB are free", free>>20)
	}
}

// An interrupt ends a run at once, with the rows that are complete, and so does what else asks the command to end.
func TestInterrupt(t *testing.T) {
	enough(t)
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		cmd, out := started(t, "measuring 100000", "bench", "one-slice", "one", "100000", "consumers")
		time.Sleep(300 * time.Millisecond)
		start := time.Now()
		cmd.Process.Signal(signal)
		cmd.Wait()
		if d := time.Since(start); d > 2*time.Second || cmd.ProcessState.ExitCode() != 130 {
			t.Errorf("%v: status %d after %v", signal, cmd.ProcessState.ExitCode(), d)
		}
		if s := out.String(); !strings.Contains(s, "\none ") || !strings.Contains(s, "\none-slice ") || strings.Contains(s, "\n100000") || !strings.Contains(s, "interrupted:") {
			t.Errorf("%v: printed %s", signal, s)
		}
	}
}

// After an interrupt of million nothing is left of the program that measures C libaco.
func TestMillionInterrupt(t *testing.T) {
	dir := t.TempDir()
	program, pid := filepath.Join(dir, "libaco"), filepath.Join(dir, "pid")
	if err := os.WriteFile(program, []byte("#!/bin/sh\necho $$ >"+pid+"\necho begun >&2\nexec sleep 100\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := acoCommand(t, nil, "million", "-n", "1000", "-libaco", program)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var id int
	for range 500 {
		if text, err := os.ReadFile(pid); err == nil {
			if _, err := fmt.Sscan(string(text), &id); err == nil {
				break
			}
		}
		time.Sleep(10 * time.Millisecond)
	}
	cmd.Process.Signal(syscall.SIGTERM)
	cmd.Wait()
	if status := cmd.ProcessState.ExitCode(); status != 130 || id == 0 {
		t.Fatalf("status %d, process %d", status, id)
	}
	if gone(id) {
		return
	}
	syscall.Kill(id, syscall.SIGKILL)
	t.Error("the program goes on")
}

// An interrupt of million leaves what has been measured so far, and says so; JSON is whole.
func TestMillionInterruptLeavesFigures(t *testing.T) {
	for _, format := range []string{"-json=false", "-json"} {
		cmd := acoCommand(t, nil, "million", "-n", "100000", "-rounds", "1000", format)
		var out, errs bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &errs
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(1500 * time.Millisecond)
		start := time.Now()
		cmd.Process.Signal(os.Interrupt)
		cmd.Wait()
		if d := time.Since(start); cmd.ProcessState.ExitCode() != 130 || d > 2*time.Second {
			t.Errorf("status %d after %v", cmd.ProcessState.ExitCode(), d)
		}
		if format == "-json" {
			var p million.Population
			if err := json.Unmarshal(out.Bytes(), &p); err != nil || p.Create <= 0 || p.Kept {
				t.Errorf("%v, %+v", err, p)
			}
		} else if s := out.String(); !strings.Contains(s, "create, first Resume") || strings.Contains(s, "state ") || errs.String() != "aco: interrupted: the figures above are complete, the rest is missing\n" {
			t.Errorf("printed %s and %s", s, errs.String())
		}
	}
}

// gone waits until there is no such process, or one that has ended and that nobody asks for.
func gone(id int) bool {
	for range 500 {
		p, err := process.NewProcess(int32(id))
		if err != nil {
			return true
		}
		if status, _ := p.Status(); len(status) > 0 && status[0] == process.Zombie {
			return true
		}
		time.Sleep(10 * time.Millisecond)
	}
	return false
}

// The process of a torture ends when the one that began it has gone, however that went.
func TestTortureIsNotLeft(t *testing.T) {
	cmd, _ := started(t, "", "doctor", "-torture", "10m")
	parent, err := process.NewProcess(int32(cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	var children []*process.Process
	for range 500 {
		if children, _ = parent.Children(); len(children) > 0 {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if len(children) != 1 {
		t.Fatalf("%d processes of torture", len(children))
	}
	cmd.Process.Kill()
	cmd.Wait()
	if gone(int(children[0].Pid)) {
		return
	}
	children[0].Kill()
	t.Error("the torture goes on")
}

// Peers that make very many coroutines are measured one after the other, and what one had is given back before
// the next begins.
func TestOnePeersMemory(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("there is no /proc that tells the most memory that a process had")
	}
	enough(t)
	cmd, out := started(t, "measuring", "bench", "-quick", "-peers", "aco.Standalone,channels", "consumers")
	ended := make(chan error)
	go func() { ended <- cmd.Wait() }()
	status, most := fmt.Sprintf("/proc/%d/status", cmd.Process.Pid), uint64(0)
	for {
		if text, err := os.ReadFile(status); err == nil {
			_, peak, _ := strings.Cut(string(text), "VmHWM:")
			var kB uint64
			fmt.Sscan(peak, &kB)
			most = max(most, kB>>10)
		}
		select {
		case err := <-ended:
			if most < 100 || most > 450 || err != nil || !strings.Contains(out.String(), " channels ") {
				t.Errorf("%d MB, %v, printed %s", most, err, out)
			}
			return
		case <-time.After(10 * time.Millisecond):
		}
	}
}
