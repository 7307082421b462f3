// Lesson 5: a lexer and a parser, each written as if it were the main program.
package main

import (
	"fmt"
	"unicode"

	"github.com/goaco/aco"
)

// lex goes through the text and yields what it finds: numbers, operators, brackets.
func lex(text string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for i := 0; i < len(text); {
			begin := i
			for i < len(text) && unicode.IsDigit(rune(text[i])) {
				i++
			}
			switch {
			case i > begin:
			case text[i] == ' ':
				i++
				continue
			default:
				i++
			}
			if !yield(text[begin:i]) {
				return
			}
		}
	}
}

// A parser computes while it reads. When it needs a token it resumes the lexer.
type parser struct {
	next  func() (string, bool)
	token string
}

func (p *parser) advance() { p.token, _ = p.next() }

func (p *parser) sum() int {
	v := p.product()
	for p.token == "+" {
		p.advance()
		v += p.product()
	}
	return v
}

func (p *parser) product() int {
	v := p.atom()
	for p.token == "*" {
		p.advance()
		v *= p.atom()
	}
	return v
}

func (p *parser) atom() (v int) {
	if p.token == "(" {
		p.advance()
		v = p.sum()
	} else {
		fmt.Sscan(p.token, &v)
	}
	p.advance()
	return v
}

func compute(text string) int {
	next, stop := aco.Pull(lex(text))
	defer stop()
	p := &parser{next: next}
	p.advance()
	return p.sum()
}

func main() {
	for _, text := range []string{"2+3*4", "2*(3+4)*10", "((1+1))*21"} {
		fmt.Println(text, "=", compute(text))
	}
}
