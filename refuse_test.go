package aco_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/goaco/aco"
)

// Where a frame that can't be moved lies between Resume and Yield, suspension is refused
// and nothing has changed; on a standalone coroutine it works.

type yielder struct{ co *intCo }

func (y yielder) Yield(n int) int { return y.co.Yield(n) }

var immovable = map[string]func(co *intCo, n int) int{
	"reflect.makeFuncStub": func(co *intCo, n int) int {
		f := reflect.MakeFunc(reflect.TypeFor[func(int) int](), func(args []reflect.Value) []reflect.Value {
			return []reflect.Value{reflect.ValueOf(co.Yield(int(args[0].Int())))}
		})
		return f.Interface().(func(int) int)(n)
	},
	"reflect.methodValueCall": func(co *intCo, n int) int {
		return reflect.ValueOf(yielder{co}).Method(0).Interface().(func(int) int)(n)
	},
}

func TestRefusal(t *testing.T) {
	for frame, through := range immovable {
		eachKind(t, func(t *testing.T, k kind) {
			co := aco.New(func(co *intCo, _ int) {
				for range 3 {
					var got int
					r := panicOf(func() { got = through(co, 5) })
					if k.native {
						msg, _ := r.(string)
						if !strings.HasPrefix(msg, "aco: can't suspend across "+frame+": ") ||
							!strings.HasSuffix(msg, "; use aco.Standalone()") {
							t.Errorf("%s: panic %v", frame, r)
						}
						got = co.Yield(5)
					}
					if got != 6 {
						t.Errorf("%s: Yield returned %d", frame, got)
					}
				}
			}, k.opt)
			for range 3 {
				wantResume(t, co, 6, 5, true)
			}
			wantResume(t, co, 6, 0, false)
		})
	}
}

// reflect.Value.Call is an ordinary frame.
func TestReflectCall(t *testing.T) {
	eachKind(t, func(t *testing.T, k kind) {
		co := aco.New(func(co *intCo, _ int) {
			out := reflect.ValueOf(co.Yield).Call([]reflect.Value{reflect.ValueOf(1)})
			if out[0].Int() != 7 {
				t.Errorf("Yield returned %d", out[0].Int())
			}
		}, k.opt)
		wantResume(t, co, 0, 1, true)
		wantResume(t, co, 7, 0, false)
	})
}
