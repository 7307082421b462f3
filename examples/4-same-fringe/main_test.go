package main

func Example() {
	main()
	// Output:
	// a and b: true
	// a and c: false
}
