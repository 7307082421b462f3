package main

import (
	"errors"
	"fmt"
	"reflect"
	"testing"
)

func Example() {
	main()
	// Output:
	// move [3 -4]
	// turn [90]
	// line [10 20 100000]
}

// Wherever the text is cut, the messages are the same.
func TestPieces(t *testing.T) {
	const text = "move 3,-4; turn 90;\nline 10,20,100000;"
	want := []message{{"move", []int{3, -4}}, {"turn", []int{90}}, {"line", []int{10, 20, 100000}}}
	for size := 1; size <= len(text); size++ {
		var got []message
		f := newFeed(func(m message) { got = append(got, m) })
		for from := 0; from < len(text); from += size {
			if err := f.write([]byte(text[from:min(from+size, len(text))])); err != nil {
				t.Fatal(err)
			}
		}
		if err := f.end(); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("pieces of %d: %v, %v", size, got, err)
		}
	}
}

// A message is handed over as soon as it is complete, and an error is told where it is.
func TestAtOnce(t *testing.T) {
	n := 0
	f := newFeed(func(message) { n++ })
	for i, piece := range []string{"mo", "ve 1", ";t", "urn 2;"} {
		if err := f.write([]byte(piece)); err != nil || n != []int{0, 0, 1, 2}[i] {
			t.Errorf("after %q: %d messages, %v", piece, n, err)
		}
	}
	if err := f.write([]byte("go x;")); err == nil || err.Error() != `byte 17: found 'x', want a digit` {
		t.Error(err)
	}
	f = newFeed(func(message) {})
	if err := f.end(); err != nil {
		t.Errorf("of no text: %v", err)
	}
	f = newFeed(func(message) {})
	f.write([]byte("move 3"))
	if err := f.end(); !errors.Is(err, errCut) {
		t.Error(err)
	}
}

// One goroutine serves many connections.
func TestManyFeeds(t *testing.T) {
	feeds, sums := make([]*feed, 1000), make([]int, 1000)
	for i := range feeds {
		feeds[i] = newFeed(func(m message) { sums[i] += m.numbers[0] })
	}
	for i := range 20 {
		for k, f := range feeds {
			text := fmt.Sprintf("add %d;", k)
			at := (i*7 + k) % len(text)
			if f.write([]byte(text[:at])) != nil || f.write([]byte(text[at:])) != nil {
				t.Fatal("a feed failed")
			}
		}
	}
	for k, f := range feeds {
		if err := f.end(); err != nil || sums[k] != 20*k {
			t.Fatalf("feed %d: %d, %v", k, sums[k], err)
		}
	}
}
