package overlay

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/teleinstr/teleinstr/rewrite"
)

// coverFormat stands for what Toolexec makes of a file. It is part of the version that it gives to the tool, so that the
// go command does not take what the plain tool has made for the same.
const coverFormat = "teleinstr-1"

// toolexecFlag returns the value of -toolexec that runs Toolexec on top of the caller's own.
func toolexecFlag(command []string, overlay, user string) string {
	own, err := splitFlags(user)
	if err != nil {
		return user // for the go command to complain of
	}
	return joinFlags(slices.Concat(command, []string{overlay, strconv.Itoa(len(own))}, own))
}

// joinFlags quotes words for splitFlags.
func joinFlags(words []string) string {
	var out []string
	for _, w := range words {
		switch {
		case w != "" && !strings.ContainsAny(w, " \t\r\n'\""):
			out = append(out, w)
		case !strings.Contains(w, "'"):
			out = append(out, "'"+w+"'")
		default:
			out = append(out, `"`+w+`"`)
		}
	}
	return strings.Join(out, " ")
}

// Toolexec runs a tool for the go command: it is what -toolexec names. Its arguments are an overlay file, the number
// of words of a further -toolexec command line and these words, and then the tool with its arguments. It returns the
// tool's error, an [exec.ExitError] if the tool has run.
//
// The tool that counts coverage gets the files of the overlay without the code of directives, and that is put into what
// it makes of them: so the counts are those of the original. All other tools are run as they are.
func Toolexec(args []string, stdout, stderr io.Writer) error {
	if len(args) < 3 {
		return fmt.Errorf("toolexec: is for the go command to call")
	}
	own, err := strconv.Atoi(args[1])
	if err != nil || own < 0 || len(args) < 3+own {
		return fmt.Errorf("toolexec: is for the go command to call")
	}
	command := args[2:]
	tool := strings.TrimSuffix(filepath.Base(command[own]), ".exe")
	isVersion := slices.ContainsFunc(command[own+1:], func(a string) bool { return strings.HasPrefix(a, "-V") })
	switch {
	case tool != "cover":
		return run(command, stdout, stderr)
	case isVersion:
		var version bytes.Buffer
		err := run(command, &version, stderr)
		fmt.Fprintf(stdout, "%s %s\n", strings.TrimSpace(version.String()), coverFormat)
		return err
	default:
		return runCover(command, own+1, args[0], stdout, stderr)
	}
}

func run(command []string, stdout, stderr io.Writer) error {
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, stdout, stderr
	return cmd.Run()
}

// runCover runs cmd/cover, whose flags start at command[flags], as the go command does:
//
//	cover -pkgcfg FILE -mode MODE -var NAME -outfilelist FILE INPUT…
//
// The list names the files to write: one for the package, and then one for each input.
func runCover(command []string, flags int, overlay string, stdout, stderr io.Writer) error {
	inputs, list := flags, ""
	for inputs < len(command) && strings.HasPrefix(command[inputs], "-") {
		name, value, hasValue := strings.Cut(strings.TrimLeft(command[inputs], "-"), "=")
		if inputs++; !hasValue && inputs < len(command) {
			value = command[inputs]
			inputs++
		}
		if name == "outfilelist" {
			list = value
		}
	}
	names, err := os.ReadFile(list)
	if err != nil {
		return fmt.Errorf("toolexec: cover: %w", err)
	}
	outputs := strings.FieldsFunc(string(names), func(r rune) bool { return r == '\n' || r == '\r' })
	if len(outputs) != len(command)-inputs+1 {
		return fmt.Errorf("toolexec: cover: %d files to write for %d to read", len(outputs), len(command)-inputs)
	}
	files, err := readOverlay(overlay)
	if err != nil {
		return err
	}
	scratch, err := os.MkdirTemp("", "teleinstr-cover-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch)
	command = slices.Clone(command)
	taken := map[string][]rewrite.Extract{}
	for i, input := range command[inputs:] {
		src, err := files.read(input)
		if err != nil {
			return err
		}
		original, extracts, err := rewrite.CutCode(src)
		if err != nil {
			return fmt.Errorf("toolexec: %s: %w", input, err)
		}
		if len(extracts) == 0 {
			if to := files.Replace[input]; to != "" {
				command[inputs+i] = to
			}
			continue
		}
		name := filepath.Join(scratch, strconv.Itoa(i)+"-"+filepath.Base(input))
		if err := os.WriteFile(name, original, 0o666); err != nil {
			return err
		}
		command[inputs+i] = name
		taken[outputs[i+1]] = extracts
	}
	if err := run(command, stdout, stderr); err != nil {
		return err
	}
	for output, extracts := range taken {
		covered, err := os.ReadFile(output)
		if err != nil {
			return err
		}
		if covered, err = rewrite.PasteCode(covered, extracts); err != nil {
			return fmt.Errorf("toolexec: %s: %w", output, err)
		}
		if err := os.WriteFile(output, covered, 0o666); err != nil {
			return err
		}
	}
	return nil
}

// readOverlay reads an overlay that Prepare has written.
func readOverlay(name string) (fileMap, error) {
	var m fileMap
	src, err := os.ReadFile(name)
	if err == nil {
		err = json.Unmarshal(src, &m)
	}
	return m, err
}
