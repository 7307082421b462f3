package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"github.com/jedib0t/go-pretty/v6/text"
)

// onScreen runs the command on a terminal of so many columns and returns all that it printed.
func onScreen(t *testing.T, width int, kind string, args ...string) string {
	t.Helper()
	control := func(f *os.File, request uintptr, value unsafe.Pointer) {
		if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, f.Fd(), request, uintptr(value)); errno != 0 {
			t.Fatal(errno)
		}
	}
	screen, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skip(err)
	}
	defer screen.Close()
	var locked, number int32
	control(screen, syscall.TIOCSPTLCK, unsafe.Pointer(&locked))
	control(screen, syscall.TIOCGPTN, unsafe.Pointer(&number))
	control(screen, syscall.TIOCSWINSZ, unsafe.Pointer(&[4]uint16{25, uint16(width)}))
	terminal, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skip(err)
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, args...)
	cmd.Env = append(os.Environ(), asCommand+"=1", "TERM="+kind, "NO_COLOR=")
	cmd.Stdout, cmd.Stderr = terminal, terminal
	err = cmd.Start()
	terminal.Close()
	if err != nil {
		t.Fatal(err)
	}
	out, _ := io.ReadAll(screen) // it ends in an error
	if err := cmd.Wait(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
	return strings.ReplaceAll(string(out), "\r\n", "\n")
}

// On a terminal the table and the progress bar fit into its width, and nothing is left of the bar.
func TestTerminal(t *testing.T) {
	bar := regexp.MustCompile(`(?m)^(\x1b\[A\x1b\[K)* *\d+\.\d\d% .*\n`)
	escape := regexp.MustCompile(`\x1b\[[\d;]*[A-Za-z]`)
	for width, columns := range map[int]string{200: "│ row │ peer │ n │", 80: "row peer n min", 40: "peer min × iter.Pull"} {
		s := onScreen(t, width, "xterm", "bench", "-quick", "one", "pull")
		bars := bar.FindAllString(s, -1)
		if n := strings.Count(s, "\x1b[A\x1b[K"); len(bars) == 0 || n != len(bars) {
			t.Errorf("%d columns: %d of %d bars are taken away: %q", width, n, len(bars), s)
		}
		s = escape.ReplaceAllString(s, "")
		if n := text.LongestLineLen(s); n > width {
			t.Errorf("%d columns in %d: %s", n, width, s)
		}
		if s := strings.Join(strings.Fields(s), " "); !strings.Contains(s, columns) {
			t.Errorf("%d columns: want %q in %s", width, columns, s)
		}
	}
	if s := onScreen(t, 80, "dumb", "bench", "-quick", "one"); strings.Contains(s, "\x1b") || !strings.Contains(s, "measuring one (1 of 1)\n") {
		t.Errorf("a terminal that knows no escapes gets %q", s)
	}
}
