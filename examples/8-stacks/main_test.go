package main

func Example() {
	main()
	// Output:
	// 0 10 10 10
	// 10 110 110 110
	// 1000 10010 10010 10010
	// from within a function made by reflection
	// from within a function made by reflection
}
