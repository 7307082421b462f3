package main

func Example() {
	main()
	// Output:
	// nothing has run yet: created
	//   the body begins
	// got one
	//   the body goes on
	// got two
	//   the body ends
	// now it is done
}
