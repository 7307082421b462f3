package main

func init() { tasks = 1000 }

func Example() {
	main()
	// Output:
	// turns for each task: 4
	// sum is right: true
}
