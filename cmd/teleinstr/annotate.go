package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/teleinstr/teleinstr/rewrite"
)

func newAnnotate() *cobra.Command {
	var out output
	var options rewrite.AnnotateOptions
	remove := false
	cmd := &cobra.Command{
		Use:   "annotate [packages]",
		Short: "Put directives above functions in bulk, or take them out again",
		Long: `annotate puts a //tele:scope directive above each function that the flags choose:

	//tele:scope orders.http_server.serve_http // by annotate
	func (s *HTTPServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {

The name is made of the package, the type and the function; package main is called like its command. The rest of the
file stays as it is, to the byte. Running annotate again changes nothing. Then run generate, or teleinstr go.

Never annotated are functions with a scope or //tele:ignore, without a body, under //go:nosplit and its kin, those named _,
and generated and vendored files. Where a function is chosen and cannot be annotated, standard error says so and why, and
how many functions were passed over for what.

--match and --skip take F for a function and T.F for a method of T or *T, with * for any characters, dots included, and ?
for one. Both may be repeated. All rules must hold.

--has-context takes the functions for which list does not say "none" under CONTEXT. Only that needs packages that compile; one
that does not is left alone, and the exit status is 1.

--remove takes out what annotate has put in, and gives back every file as it was, byte for byte, with or without code that
was generated meanwhile. A directive that was edited since stays and is reported; the exit status is then 1.`,
		Example: `  teleinstr annotate --exported ./...
  teleinstr annotate --has-context --min-statements 5 -l ./...   # which files would change?
  teleinstr annotate --match 'Load*' --match 'Store.*' --skip '*.String' -d .
  teleinstr annotate --remove ./...`,
		RunE: func(cmd *cobra.Command, args []string) error {
			dir, err := workingDirectory()
			if err != nil {
				return err
			}
			if flag := changedFlag(cmd, "exported", "has-context", "match", "skip", "min-statements", "tests"); remove && flag != "" {
				return fmt.Errorf("--%s does not go with --remove, which takes out all that annotate has put in; name packages or files instead", flag)
			}
			var annotation *rewrite.Annotation
			if remove {
				annotation, err = rewrite.RemoveAnnotations(dir, args)
			} else {
				annotation, err = rewrite.Annotate(dir, args, options)
			}
			if err != nil {
				return relativeError(dir, err)
			}
			_ = report(cmd.ErrOrStderr(), dir, annotation.Unfit) // for information: the exit status does not show it
			err = out.apply(cmd, dir, &annotation.Result)
			if err == nil || errors.Is(err, errFindings) {
				verb := verbs{remove, out.list || out.diff}
				fmt.Fprintf(cmd.ErrOrStderr(), "teleinstr: %s %s\n", verb, annotated(annotation))
			}
			return err
		},
	}
	out.flags(cmd)
	flags := cmd.Flags()
	flags.BoolVar(&options.Exported, "exported", false, "only exported functions, and exported methods of exported types")
	flags.BoolVar(&options.HasContext, "has-context", false, "only functions whose scope nests under a context")
	flags.StringArrayVar(&options.Match, "match", nil, "only functions with a name `GLOB`, such as Load* or Store.*")
	flags.StringArrayVar(&options.Skip, "skip", nil, "no functions with a name `GLOB`")
	flags.IntVar(&options.MinStatements, "min-statements", 1, "only functions of at least `N` statements, nested ones counted")
	flags.BoolVar(&options.Tests, "tests", false, "functions in _test.go files as well")
	flags.BoolVar(&remove, "remove", false, "take out the directives that annotate has put in")
	return cmd
}

// changedFlag returns the first of the flags that is given; empty if none is.
func changedFlag(cmd *cobra.Command, names ...string) string {
	for _, name := range names {
		if cmd.Flags().Changed(name) {
			return name
		}
	}
	return ""
}

// verbs say what has been done.
type verbs struct{ removed, onlyTold bool }

func (v verbs) String() string {
	switch v {
	case verbs{removed: true}:
		return "took the directives off"
	case verbs{removed: true, onlyTold: true}:
		return "would take the directives off"
	case verbs{onlyTold: true}:
		return "would annotate"
	default:
		return "annotated"
	}
}

// annotated says how many functions were annotated, and passed over, on one line.
func annotated(a *rewrite.Annotation) string {
	line := count(a.Functions, "function", "functions") + " in " + count(len(a.Changes), "file", "files")
	if a.Shared > 0 {
		line += fmt.Sprintf(", %d with the same scope name as another", a.Shared)
	}
	total := 0
	var reasons []string
	for _, p := range a.PassedOver {
		total += p.Count
		reasons = append(reasons, fmt.Sprintf("%d %s", p.Count, p.Reason))
	}
	if total > 0 {
		line += fmt.Sprintf("; passed over %d: %s", total, strings.Join(reasons, ", "))
	}
	return line
}
