package main

func Example() {
	main()
	// Output:
	//  8.360 receiver A was waiting: sender A says hello at 8.360
	//  9.865 receiver B was waiting: sender B says hello at 9.865
	//  9.865 receiver C was waiting: sender B says hello at 9.865
	// 15.840 receiver A was waiting: sender A says hello at 15.840
	// 16.788 receiver C was late: sender B says hello at 16.431
	// 17.432 receiver B was late: sender B says hello at 16.431
	// 24.184 receiver C was late: sender B says hello at 23.276
	// 25.107 receiver A was waiting: sender A says hello at 25.107
	// 25.306 receiver B was late: sender B says hello at 23.276
	// 31.596 receiver A was waiting: sender A says hello at 31.596
	// 31.611 receiver B was late: sender B says hello at 30.682
	// 32.101 receiver C was late: sender B says hello at 30.682
	// 39.169 receiver B was waiting: sender B says hello at 39.169
	// 39.169 receiver C was waiting: sender B says hello at 39.169
	// 39.347 receiver A was waiting: sender A says hello at 39.347
}
