// Package chromium gives tests a tab of a headless Chromium of their own, with a profile that ends with the test, and what its console
// has complained about.
package chromium

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// patience is how long anything may take.
const patience = 60 * time.Second

// A Tab is a page in a browser that has nothing open but that. Its methods end the test if they cannot do what they are for.
type Tab struct {
	t       testing.TB
	ctx     context.Context
	console *console
	asked   *requests
}

// A console holds what has been shown as a warning or worse, which includes what a policy has forbidden.
type console struct {
	mu         sync.Mutex
	complaints []string
}

// New starts a browser, which stops when the test ends. Where there is none, the test is skipped, or fails if CI=true.
func New(t testing.TB) *Tab {
	t.Helper()
	path, err := find()
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	options := slices.Concat(chromedp.DefaultExecAllocatorOptions[:], []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(path),
		chromedp.NoSandbox,
		chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-gpu", true),
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
	})
	allocated, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	ctx, closeTab := chromedp.NewContext(allocated)
	t.Cleanup(closeTab)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("starting %s: %v", path, err)
	}
	tab := &Tab{t: t, ctx: ctx, console: new(console), asked: new(requests)}
	if err := chromedp.Listen(ctx, tab.asked.listen); err != nil {
		t.Fatal(err)
	}
	send(tab, "focusing", emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
	messages := chromedp.Console(ctx)
	go func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			tab.console.add(m)
		}
	}()
	return tab
}

// In returns the tab for a test that is part of the one it was made for.
func (tab *Tab) In(t testing.TB) *Tab {
	return &Tab{t: t, ctx: tab.ctx, console: tab.console, asked: tab.asked}
}

func find() (path string, err error) {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err = exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("no browser: install chromium")
}

func (c *console) add(m chromedp.ConsoleMessage) {
	switch m.Type {
	case chromedp.ConsoleWarning, chromedp.ConsoleError, chromedp.ConsoleException:
		c.mu.Lock()
		defer c.mu.Unlock()
		c.complaints = append(c.complaints, m.String()+" ("+m.URL+")")
	}
}

// Complaints returns what the console has shown as a warning or worse, and forgets it.
func (tab *Tab) Complaints() string {
	c := tab.console
	c.mu.Lock()
	defer c.mu.Unlock()
	all := strings.Join(c.complaints, "\n")
	c.complaints = nil
	return all
}

func (tab *Tab) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	tab.t.Helper()
	ctx, cancel := context.WithTimeout(tab.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		tab.t.Fatalf("%s: %v", what, err)
	}
}

// Open loads a page.
func (tab *Tab) Open(url string) {
	tab.t.Helper()
	tab.do("opening "+url, chromedp.Navigate(url))
}

// Click clicks on what a CSS selector finds, once the page has been loaded, as things move until then.
func (tab *Tab) Click(selector string) {
	tab.t.Helper()
	tab.Wait("document.readyState === 'complete'")
	tab.do("clicking on "+selector, chromedp.Click(chromedp.CSS(selector)))
}

// Type sends keys to what a CSS selector finds.
func (tab *Tab) Type(selector, keys string) {
	tab.t.Helper()
	tab.do("typing into "+selector, chromedp.SendKeys(chromedp.CSS(selector), keys))
}

// Press sends keys to what has the focus.
func (tab *Tab) Press(keys string) {
	tab.t.Helper()
	tab.do("pressing keys", chromedp.KeyEvent(keys))
}

// Dark has pages find that their user likes them dark, or light.
func (tab *Tab) Dark(dark bool) {
	tab.t.Helper()
	value := "light"
	if dark {
		value = "dark"
	}
	send(tab, "choosing "+value, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: value}},
	})
}

// Scripts has pages loaded from now on run their scripts, or not.
func (tab *Tab) Scripts(on bool) {
	tab.t.Helper()
	send(tab, "choosing whether to run scripts", emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !on})
}

func send[P, R any](tab *Tab, what string, command cdp.Command[P, R], parameters P) {
	tab.t.Helper()
	tab.do(what, chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, command, parameters)
		return err
	}))
}

// Resize gives pages so many pixels.
func (tab *Tab) Resize(width, height int64) {
	tab.t.Helper()
	tab.do("resizing", chromedp.EmulateViewport(width, height))
}

// Screenshot writes a picture of what is to be seen, as PNG, into the directory that the environment variable SCREENSHOTS names, if it does.
func (tab *Tab) Screenshot(name string) {
	tab.t.Helper()
	dir := os.Getenv("SCREENSHOTS")
	if dir == "" {
		return
	}
	picture, err := chromedp.Run(tab.ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.WriteFile(dir+"/"+name+".png", picture, 0o666)
	}
	if err != nil {
		tab.t.Fatalf("screenshot: %v", err)
	}
}

// Print returns the page as it is printed, as PDF, on paper of the size that it wants.
func (tab *Tab) Print() []byte {
	tab.t.Helper()
	ctx, cancel := context.WithTimeout(tab.ctx, patience)
	defer cancel()
	printed, err := chromedp.Run(ctx, chromedp.PrintToPDF(chromedp.PDFPreferCSSPageSize(), chromedp.PDFPrintBackground()))
	if err != nil {
		tab.t.Fatalf("printing: %v", err)
	}
	return printed
}

// Eval returns the value of a JavaScript expression.
func Eval[T any](tab *Tab, expression string) T {
	tab.t.Helper()
	value, err := chromedp.Run(tab.ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		tab.t.Fatalf("%s: %v", expression, err)
	}
	return value
}

// Wait waits until a JavaScript expression is true. While a page is being loaded, it is not.
func (tab *Tab) Wait(expression string) {
	tab.t.Helper()
	for start := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		holds, err := chromedp.Run(tab.ctx, chromedp.Evaluate[bool]("!!("+expression+")"))
		if err == nil && holds {
			return
		}
		if time.Since(start) > patience {
			text, _ := chromedp.Run(tab.ctx, chromedp.Evaluate[string]("document.body.innerText"))
			tab.t.Fatalf("%s: %v, %v after %v; the page reads\n%s", expression, holds, err, patience, text)
		}
	}
}
