package main

import (
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"github.com/goaco/aco"
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
	cmd := acoCommand(t, []string{"TERM=" + kind, "NO_COLOR="}, args...)
	cmd.Stdout, cmd.Stderr = terminal, terminal
	err = cmd.Start()
	terminal.Close()
	if err != nil {
		t.Fatal(err)
	}
	out, _ := io.ReadAll(screen) // it ends in an error
	cmd.Wait()
	if status := cmd.ProcessState.ExitCode(); status != 0 && (status != 3 || args[0] != "doctor") {
		t.Errorf("status %d: %s", status, out)
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

// What doctor prints is as wide as the terminal.
func TestDoctorOnTerminal(t *testing.T) {
	for _, width := range []int{33, 70} {
		s := onScreen(t, width, "dumb", "doctor")
		if n := text.LongestLineLen(s); n > width || n < width-10 || !strings.Contains(s, "engine      "+aco.Engine().Name) {
			t.Errorf("%d columns in %d: %s", n, width, s)
		}
	}
}
