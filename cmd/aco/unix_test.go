//go:build unix

package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/shirou/gopsutil/v4/process"
)

// started starts the command in another process, and returns it when it has said so much.
func started(t *testing.T, until string, args ...string) (cmd *exec.Cmd, out *bytes.Buffer) {
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd, out = exec.Command(program, args...), new(bytes.Buffer)
	cmd.Env = append(os.Environ(), asCommand+"=1")
	cmd.Stdout = out
	said, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill() })
	text := make([]byte, 0, 1000)
	for !bytes.Contains(text, []byte(until)) {
		n, err := said.Read(text[len(text):cap(text)])
		if err != nil {
			t.Fatalf("%v after %q", err, text)
		}
		text = text[:len(text)+n]
	}
	go io.Copy(io.Discard, said)
	return cmd, out
}

// What asks the command to end is answered as an interrupt is, with the rows so far.
func TestTerminated(t *testing.T) {
	cmd, out := started(t, "measuring 100000", "bench", "one", "100000")
	cmd.Process.Signal(syscall.SIGTERM)
	cmd.Wait()
	if s := out.String(); cmd.ProcessState.ExitCode() != 130 || !strings.Contains(s, "│ one ") || !strings.Contains(s, "interrupted:") {
		t.Errorf("status %d, printed %s", cmd.ProcessState.ExitCode(), s)
	}
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
	for range 500 {
		if alive, err := children[0].IsRunning(); err == nil && !alive {
			return
		}
		if status, _ := children[0].Status(); len(status) > 0 && status[0] == process.Zombie { // nobody asks for it here
			return
		}
		time.Sleep(10 * time.Millisecond)
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
			if most < 100 || most > 450 || err != nil || !strings.Contains(out.String(), "│ channels ") {
				t.Errorf("%d MB, %v, printed %s", most, err, out)
			}
			return
		case <-time.After(10 * time.Millisecond):
		}
	}
}
