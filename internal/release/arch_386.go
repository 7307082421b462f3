package release

// What the expressions in the tables stand on.
const is32, is64, isARM64 = 1, 0, 0
