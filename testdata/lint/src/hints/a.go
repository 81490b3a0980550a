package hints

import "context"

/* want `"root" finds no context, and is a root; give Root one, or write root if that is meant` */ //tele:scope root
func Root()                                                                                        {}

//tele:scope meant root
func Meant() {}

/* want `parameter ctx is not handed on: it is compared; what Kept calls does not nest in "kept"` */ //tele:scope kept
func Kept(ctx context.Context) bool {
	return ctx == nil || use(ctx)
}

/* want `cause=err: the text of an error is likely to differ` */ //tele:count failed cause=err
func Failed(ctx context.Context, err error)                      {}

/* want `order_id=id: an id is likely to differ` */ //tele:count ordered order_id=id kind="id"
func Ordered(ctx context.Context, id string)        {}

//tele:scope fresh error=err
func Fresh(ctx context.Context, err error) {
	use(context.Background()) // want `tele:scope: context.Background\(\) starts anew, so that what is called with it does not nest`
	go func() {
		use(context.TODO()) // want `context.TODO\(\) starts anew`
	}()
	use(context.WithoutCancel(ctx))
}

func NotCovered(ctx context.Context) {
	use(context.Background())
	{
		//tele:scope block
		use(context.Background()) // want `starts anew`
	}
}

func use(ctx context.Context) bool { return true }
