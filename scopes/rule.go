package scopes

import "go/token"

// A Rule is what a diagnostic is about. Its identifier is stable: people select rules by it.
type Rule string

// The rules that hold without types.
const (
	// RuleSyntax: the file does not parse.
	RuleSyntax Rule = "syntax"
	// RuleNearMiss: a comment looks like a directive and is none.
	RuleNearMiss Rule = "near-miss"
	// RuleVerb: a directive has a verb that there is not.
	RuleVerb Rule = "verb"
	// RulePlacement: a directive stands where it covers nothing.
	RulePlacement Rule = "placement"
	// RuleArguments: what follows the verb is not of its form.
	RuleArguments Rule = "arguments"
	// RuleName: a name breaks the strict form.
	RuleName Rule = "name"
	// RuleKey: a metadata key is malformed, reserved or repeated.
	RuleKey Rule = "key"
	// RuleExpression: an expression is not valid where it stands.
	RuleExpression Rule = "expression"
	// RuleFunction: a function cannot be instrumented.
	RuleFunction Rule = "function"
	// RuleGeneratedFile: a directive stands in a file that another tool generates.
	RuleGeneratedFile Rule = "generated-file"
	// RuleGeneratedCode: generated code was edited, or is out of date.
	RuleGeneratedCode Rule = "generated-code"
)

// A Fix is a change of the source that mends what a diagnostic says.
type Fix struct {
	// Message says what the change does.
	Message string
	// Start and End bound what Text is to replace, as offsets in the file.
	Start, End int
	Text       string
	// Pos and EndPos are the same in the file set that Find was given.
	Pos, EndPos token.Pos
}
