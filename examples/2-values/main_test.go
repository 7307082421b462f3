package main

func Example() {
	main()
	// Output:
	// after 10 the average is 10
	// after 20 the average is 15
	// after 60 the average is 30
}
