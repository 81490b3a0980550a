package scopes

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
	// RuleFunction: a function cannot be instrumented.
	RuleFunction Rule = "function"
	// RuleGeneratedFile: a directive stands in a file that another tool generates.
	RuleGeneratedFile Rule = "generated-file"
	// RuleUnbuilt: no build configuration takes in the file of a directive.
	RuleUnbuilt Rule = "unbuilt"
	// RuleMetricKind: the same metric name is used with different kinds.
	RuleMetricKind Rule = "metric-kind"
)

// The rules that need types, at least in part.
const (
	// RuleExpression: an expression is not valid where it stands.
	RuleExpression Rule = "expression"
	// RuleGeneratedCode: generated code was edited, or is out of date.
	RuleGeneratedCode Rule = "generated-code"
	// RuleUnended: a scope that was started by hand is never ended, and so never reported.
	RuleUnended Rule = "unended"
	// RuleContextDropped: the context of a scope that was started by hand is not passed on.
	RuleContextDropped Rule = "context-dropped"
)

// The rules that tell what may well be meant, and fail only if they are asked to.
const (
	// RuleNoContext: a scope finds no context to nest under.
	RuleNoContext Rule = "no-context"
	// RuleContextKept: a function goes on with its own context, so that what it calls does not nest.
	RuleContextKept Rule = "context-kept"
	// RuleContextFresh: a context that starts anew is passed on in a scope.
	RuleContextFresh Rule = "context-fresh"
	// RuleCardinality: a metadata value is likely to be another for each event.
	RuleCardinality Rule = "cardinality"
)

// A RuleInfo describes a rule.
type RuleInfo struct {
	Rule Rule
	// Summary says what the rule finds, in a sentence without a full stop.
	Summary string
	// Hint says that findings do not fail a build unless the rule is enabled by name.
	Hint bool
}

// Rules are all rules, in the order of docs/lint.md.
var Rules = []RuleInfo{
	{RuleSyntax, "a file that may hold directives does not parse", false},
	{RuleNearMiss, "a comment looks like a directive and is none", false},
	{RuleVerb, "a directive has a verb that there is not", false},
	{RulePlacement, "a directive stands where it covers nothing", false},
	{RuleArguments, "what follows the verb of a directive is not of its form", false},
	{RuleName, "the name of a scope or metric breaks the strict form", false},
	{RuleKey, "a metadata key is malformed, reserved or repeated", false},
	{RuleExpression, "an expression of a directive is not valid where it stands", false},
	{RuleFunction, "a function with a directive cannot be instrumented", false},
	{RuleGeneratedFile, "a directive stands in a file that another tool generates", false},
	{RuleGeneratedCode, "generated code was edited, or is out of date", false},
	{RuleUnbuilt, "no build configuration takes in a file with directives", false},
	{RuleMetricKind, "the same metric name is used with different kinds", false},
	{RuleUnended, "a scope that was started by hand is never ended", false},
	{RuleContextDropped, "the context of a scope that was started by hand is not passed on", false},
	{RuleNoContext, "a scope finds no context to nest under, and is a root", true},
	{RuleContextKept, "a function keeps its own context, so that what it calls does not nest", true},
	{RuleContextFresh, "a context that starts anew is passed on in a scope", true},
	{RuleCardinality, "a metadata value is likely to be another one for each event", true},
}

// A Fix is a change of the source that mends what a diagnostic says.
type Fix struct {
	// Message says what the change does.
	Message string
	// Start and End bound what Text is to replace, as offsets in the file.
	Start, End int
	Text       string
}
