package main

func Example() {
	main()
	// Output:
	//   0.00 car 1 arrives
	//   0.00 car 1 drives in
	//   0.59 car 2 arrives
	//   0.59 car 2 drives in
	//   1.56 car 3 arrives
	//   1.93 car 4 arrives
	//   4.20 car 5 arrives
	//   5.00 car 1 has lost 94% of its dirt
	//   5.00 car 1 drives out
	//   5.00 car 3 drives in
	//   5.59 car 2 has lost 86% of its dirt
	//   5.59 car 2 drives out
	//   5.59 car 4 drives in
	//   5.77 car 6 arrives
	//  10.00 car 3 has lost 74% of its dirt
	//  10.00 car 3 drives out
	//  10.00 car 5 drives in
	//  10.03 car 7 arrives
	//  10.59 car 4 has lost 92% of its dirt
	//  10.59 car 4 drives out
	//  10.59 car 6 drives in
	//  11.88 car 8 arrives
	//  15.00 car 5 has lost 67% of its dirt
	//  15.00 car 5 drives out
	//  15.00 car 7 drives in
	//  15.59 car 6 has lost 98% of its dirt
	//  15.59 car 6 drives out
	//  15.59 car 8 drives in
	//  16.75 car 9 arrives
	//  18.24 car 10 arrives
	//  19.72 car 11 arrives
}
