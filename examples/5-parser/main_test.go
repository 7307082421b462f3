package main

func Example() {
	main()
	// Output:
	// 2+3*4 = 14
	// 2*(3+4)*10 = 140
	// ((1+1))*21 = 42
}
