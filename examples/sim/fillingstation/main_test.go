package main

func Example() {
	main()
	// Output:
	//   55.40 car 1 arrives
	//   74.20 car 1 leaves after 18.80 s
	//  133.37 car 2 arrives
	//  154.45 car 2 leaves after 21.08 s
	//  172.46 car 3 arrives
	//  187.65 car 3 leaves after 15.19 s
	//  245.98 car 4 arrives
	//  250.00 the truck is called
	//  263.53 car 4 leaves after 17.55 s
	//  314.98 car 5 arrives
	//  328.99 car 5 leaves after 14.01 s
	//  347.66 car 6 arrives
	//  350.00 the truck brings 173.26 l
	//  368.98 car 6 leaves after 21.33 s
	//  425.77 car 7 arrives
	//  447.05 car 7 leaves after 21.28 s
	//  504.52 car 8 arrives
	//  521.26 car 8 leaves after 16.74 s
	//  531.76 car 9 arrives
	//  540.00 the truck is called
	//  549.89 car 9 leaves after 18.12 s
	//  589.06 car 10 arrives
}
