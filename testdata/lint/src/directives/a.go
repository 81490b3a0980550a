package directives

// Fine has nothing wrong.
//
//tele:scope fine n=n
func Fine(n int) {}

/* want "upper-case" */ //tele:scope Bad.Name
func Bad() {}

/* want "did you mean //tele:scope" */ //tele:scop misspelt
func Misspelt() {}

/* want "no spaces before its verb" */ // tele:scope spaced
func Spaced() {}

/* want "key \"n\" repeats" */ //tele:scope repeated n=1 m=2 n=3
func Repeated() {}

/* want "stands above no function" */ //tele:count nowhere

var _ = 1

func InBlock() {
	for range 3 { /* want "shares its line" */ //tele:scope block
	}
}
