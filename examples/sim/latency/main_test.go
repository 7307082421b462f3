package main

func Example() {
	main()
	// Output:
	// received at 15: sent at 5
	// received at 20: sent at 10
	// received at 25: sent at 15
	// received at 30: sent at 20
	// received at 35: sent at 25
	// received at 40: sent at 30
	// received at 45: sent at 35
	// received at 50: sent at 40
	// received at 55: sent at 45
	// received at 60: sent at 50
	// received at 65: sent at 55
	// received at 70: sent at 60
	// received at 75: sent at 65
	// received at 80: sent at 70
	// received at 85: sent at 75
	// received at 90: sent at 80
	// received at 95: sent at 85
}
