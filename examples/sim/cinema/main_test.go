package main

func Example() {
	main()
	// Output:
	//   0.45 visitor 1 buys 3 tickets for The Mirror
	//   1.45 visitor 2 buys 6 tickets for Solaris
	//   2.45 visitor 3 buys 3 tickets for The Mirror
	//   3.45 visitor 4 buys 6 tickets for The Mirror
	//   4.45 visitor 5 buys 1 tickets for The Mirror
	//   5.45 visitor 6 buys 4 tickets for Stalker
	//   6.45 visitor 7 buys 3 tickets for Solaris
	//   7.45 visitor 8 buys 1 tickets for The Mirror
	//   8.45 visitor 9 buys 4 tickets for The Mirror
	//   9.45 visitor 10 buys 4 tickets for Stalker
	//  10.45 visitor 11 buys 3 tickets for Stalker
	//  11.45 visitor 12 does not get 5 tickets for The Mirror
	//  11.95 visitor 13 buys 2 tickets for The Mirror
	//  11.95 visitor 13 The Mirror is sold out
	//  12.95 visitor 14 buys 5 tickets for Stalker
	//  13.95 visitor 17 buys 4 tickets for Solaris
	//  14.95 visitor 19 buys 3 tickets for Stalker
	//  14.95 visitor 19 Stalker is sold out
	//  15.95 visitor 25 buys 5 tickets for Solaris
	//  16.95 visitor 27 does not get 5 tickets for Solaris
	//  17.45 visitor 30 does not get 5 tickets for Solaris
	//  18.43 visitor 36 buys 1 tickets for Solaris
	//  18.43 visitor 36 Solaris is sold out
	// Solaris: sold out at 18.43, 0 gave up waiting
	// Stalker: sold out at 14.95, 2 gave up waiting
	// The Mirror: sold out at 11.95, 9 gave up waiting
}
