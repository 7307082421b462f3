package instr

import (
	"fmt"
	"testing"
)

func TestSource(t *testing.T) {
	const src = `package p

import "fmt"

var f = func() { fmt.Println() }

//go:nosplit
func quiet() { fmt.Println() }

func main() {
	for i := range 3 {
		switch i {
		case 1:
			f()
		}
	}
}
`
	for _, c := range []struct {
		o     Options
		sites int
		want  string
	}{
		{Options{}, 3, `package p; import corpus__ "x"

import "fmt"

var f = func() { y(7);  fmt.Println() }

//go:nosplit
func quiet() { fmt.Println() }

func main() { y(8); 
	for i := range 3 { y(9); 
		switch i {
		case 1:
			f()
		}
	}
}
`},
		{Options{Statements: true, Main: "begin()"}, 4, `package p; import corpus__ "x"

import "fmt"

var f = func() {  y(7); fmt.Println() }

//go:nosplit
func quiet() { fmt.Println() }

func main() { begin(); 
	 y(8); for i := range 3 {
		 y(9); switch i {
		case 1:
			 y(10); f()
		}
	}
}
`},
	} {
		c.o.Import, c.o.First, c.o.Call = "x", 7, func(n int) string { return fmt.Sprintf("y(%d)", n) }
		out, sites, err := Source("p.go", []byte(src), c.o)
		if string(out) != c.want || sites != c.sites || err != nil {
			t.Errorf("%d sites, %v:\n%s", sites, err, out)
		}
	}
}
