// Package browser has a real browser look at the pages that we make. What is in its folders are tests; they are skipped where there is no
// Chromium, and fail there if CI=true.
package browser
