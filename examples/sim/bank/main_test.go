package main

func Example() {
	main()
	// Output:
	//   0.000 customer 1 arrives
	//   0.000 customer 1 waited 0.000
	//   5.547 customer 1 has finished
	//   8.915 customer 2 arrives
	//   8.915 customer 2 waited 0.000
	//  12.746 customer 3 arrives
	//  25.874 customer 4 arrives
	//  25.912 customer 3 leaves after 13.166
	//  32.710 customer 5 arrives
	//  32.988 customer 4 leaves after 7.114
	//  35.618 customer 2 has finished
	//  35.618 customer 5 waited 2.909
	//  40.816 customer 5 has finished
	//  51.616 customer 6 arrives
	//  51.616 customer 6 waited 0.000
	//  53.160 customer 6 has finished
	//  90.371 customer 7 arrives
	//  90.371 customer 7 waited 0.000
	//  97.283 customer 7 has finished
	//  98.954 customer 8 arrives
	//  98.954 customer 8 waited 0.000
	// 101.165 customer 9 arrives
	// 106.664 customer 9 leaves after 5.499
	// 108.716 customer 8 has finished
	// 118.482 customer 10 arrives
	// 118.482 customer 10 waited 0.000
	// 121.114 customer 11 arrives
	// 125.067 customer 12 arrives
	// 127.373 customer 10 has finished
	// 127.373 customer 11 waited 6.259
	// 134.210 customer 11 has finished
	// 134.210 customer 12 waited 9.144
	// 141.029 customer 12 has finished
}
