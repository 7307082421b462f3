package workload

import (
	"testing"

	"github.com/goaco/aco"
)

// Every body does what its model does, whatever its number is; and the models of two numbers give
// those of all others.
func TestKeepers(t *testing.T) {
	for _, k := range Keepers {
		model := make([]Kept, 3)
		cos := make([]*Co, 3)
		ids := []int{0, 1, 12345678}
		for i, id := range ids {
			model[i].A = make([]int, k.Words)
			model[i].Begin(id)
			cos[i] = aco.New(k.Body)
		}
		for round := range 2*k.Words + 1 {
			var out [3]int
			for i, id := range ids {
				v, ok := cos[i].Resume(id + round)
				if out[i] = model[i].Next(id + round); !ok || v != out[i] {
					t.Fatalf("%d words: round %d of %d yields %d, want %d", k.Words, round, id, v, out[i])
				}
			}
			if out[2] != out[0]+ids[2]*(out[1]-out[0]) {
				t.Errorf("%d words: round %d yields %v", k.Words, round, out)
			}
		}
		h := [3]int{model[0].Hash(), model[1].Hash(), model[2].Hash()}
		if v, ok := cos[2].Resume(-1); !ok || v != h[2] || v != h[0]+ids[2]*(h[1]-h[0]) {
			t.Errorf("%d words: the hash is %d, want %v", k.Words, v, h)
		}
		if _, ok := cos[2].Resume(0); ok {
			t.Errorf("%d words: goes on after the hash", k.Words)
		}
	}
}
