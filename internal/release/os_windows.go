package release

// What the expressions in the tables stand on.
const isWindows, isOpenBSD, isBSD = 1, 0, 0
