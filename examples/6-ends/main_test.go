package main

func Example() {
	main()
	// Output:
	// read "first line", error <nil>
	// read "", error disk on fire
	//   broken cleans up
	// recovered: a bug in the body
	// broken is done
	//   the file is closed
	// open is done
	// found
	// "" false
}
