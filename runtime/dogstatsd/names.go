package telestatsd

import (
	"strings"
	"unicode"
)

const (
	maxName  = 200 // length of a name, the namespace included
	maxValue = 100 // length of the value of a tag
	maxTags  = 800 // length of all tags of an event
)

// cleanName returns a name as statsd has them, with the namespace, which is one already.
func cleanName(namespace, name string) string {
	name = replace(name, isNameRune)
	if namespace != "" {
		name = namespace + "." + name
	}
	if name == "" || !isLetter(rune(name[0])) {
		name = "x" + name
	}
	return name[:min(len(name), maxName)]
}

func isLetter(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }

func isNameRune(r rune) bool {
	return isLetter(r) || r >= '0' && r <= '9' || r == '_' || r == '.'
}

func isTagRune(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("_-./:", r)
}

func isKeyRune(r rune) bool { return isTagRune(r) && r != ':' }

// replace returns text with underscores for what is not allowed. It returns text itself if there is nothing to replace.
func replace(text string, allowed func(rune) bool) string {
	return strings.Map(func(r rune) rune {
		if allowed(r) {
			return r
		}
		return '_'
	}, text)
}

// cleanValue returns the value of a tag.
func cleanValue(value string) string {
	if len(value) > maxValue {
		value = strings.ToValidUTF8(value[:maxValue], "")
	}
	return replace(value, isTagRune)
}
