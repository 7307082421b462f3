package main

func Example() {
	main()
	// Output:
	//   38.32 machine 1 breaks
	//   38.32 other work is interrupted, 1.68 are left
	//   68.32 machine 1 works again
	//   70.00 other work is done
	//  110.00 other work is done
	//  119.66 machine 1 breaks
	//  119.66 other work is interrupted, 30.34 are left
	//  149.66 machine 1 works again
	//  169.61 machine 3 breaks
	//  169.61 other work is interrupted, 10.39 are left
	//  199.61 machine 3 works again
	//  210.00 other work is done
	//  222.53 machine 2 breaks
	//  222.53 other work is interrupted, 27.47 are left
	//  241.58 machine 1 breaks
	//  252.53 machine 2 works again
	//  282.53 machine 1 works again
	//  298.09 machine 3 breaks
	//  298.09 other work is interrupted, 11.91 are left
	//  328.09 machine 3 works again
	//  338.57 machine 0 breaks
	//  338.57 other work is interrupted, 1.43 are left
	//  368.57 machine 0 works again
	//  370.00 other work is done
	//  370.93 machine 3 breaks
	//  370.93 other work is interrupted, 39.07 are left
	//  381.24 machine 1 breaks
	//  400.93 machine 3 works again
	//  430.93 machine 1 works again
	//  468.99 machine 3 breaks
	//  468.99 other work is interrupted, 1.01 are left
	//  480.00 machine 0 has made 44 parts
	//  480.00 machine 1 has made 32 parts
	//  480.00 machine 2 has made 45 parts
	//  480.00 machine 3 has made 37 parts
}
