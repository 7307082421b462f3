package release

// What the expressions in the tables stand on.
const isWindows, isOpenBSD, isBSD = 0, 1, 0
