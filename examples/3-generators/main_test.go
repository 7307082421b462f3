package main

func Example() {
	main()
	// Output:
	// 1 4 9 16 25 done
	// 0 1 1 2 3 5 8 13 21 34
}
