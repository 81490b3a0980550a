package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf16"

	"golang.org/x/mod/semver"

	"github.com/teleinstr/teleinstr/scopes"
)

// The parts of a SARIF log (OASIS, version 2.1.0) that lint fills in.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool struct {
			Driver sarifDriver `json:"driver"`
		} `json:"tool"`
		// ColumnKind is what columns count.
		ColumnKind         string                  `json:"columnKind"`
		OriginalURIBaseIDs map[string]sarifBaseURI `json:"originalUriBaseIds"`
		Results            []sarifResult           `json:"results"`
	}
	sarifDriver struct {
		Name            string      `json:"name"`
		InformationURI  string      `json:"informationUri"`
		Version         string      `json:"version"`
		SemanticVersion string      `json:"semanticVersion,omitempty"`
		Rules           []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID                   string       `json:"id"`
		Name                 string       `json:"name"`
		ShortDescription     sarifMessage `json:"shortDescription"`
		FullDescription      sarifMessage `json:"fullDescription"`
		Help                 sarifMessage `json:"help"`
		HelpURI              string       `json:"helpUri"`
		DefaultConfiguration sarifLevel   `json:"defaultConfiguration"`
	}
	sarifLevel struct {
		Level string `json:"level"`
	}
	sarifMessage struct {
		Text string `json:"text"`
	}
	// A sarifBaseURI says what relative URIs are relative to. It has no URI, so that logs of one tree are the same on
	// every machine.
	sarifBaseURI struct {
		Description sarifMessage `json:"description"`
	}
	sarifResult struct {
		RuleID              string            `json:"ruleId"`
		RuleIndex           int               `json:"ruleIndex"`
		Level               string            `json:"level"`
		Message             sarifMessage      `json:"message"`
		Locations           []sarifLocation   `json:"locations"`
		PartialFingerprints map[string]string `json:"partialFingerprints"`
		Fixes               []sarifFix        `json:"fixes,omitempty"`
	}
	sarifLocation struct {
		PhysicalLocation sarifPhysicalLocation `json:"physicalLocation"`
	}
	sarifPhysicalLocation struct {
		ArtifactLocation sarifArtifact `json:"artifactLocation"`
		Region           sarifRegion   `json:"region"`
	}
	sarifArtifact struct {
		URI       string `json:"uri"`
		URIBaseID string `json:"uriBaseId,omitempty"`
	}
	// A sarifRegion ends in front of EndColumn.
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn"`
		EndLine     int `json:"endLine,omitempty"`
		EndColumn   int `json:"endColumn,omitempty"`
	}
	sarifFix struct {
		Description     sarifMessage  `json:"description"`
		ArtifactChanges []sarifChange `json:"artifactChanges"`
	}
	sarifChange struct {
		ArtifactLocation sarifArtifact      `json:"artifactLocation"`
		Replacements     []sarifReplacement `json:"replacements"`
	}
	sarifReplacement struct {
		DeletedRegion   sarifRegion  `json:"deletedRegion"`
		InsertedContent sarifMessage `json:"insertedContent"`
	}
)

const (
	repository = "https://github.com/teleinstr/teleinstr"
	sourceRoot = "%SRCROOT%"
)

// sarifLevels are the levels of findings in SARIF.
var sarifLevels = map[scopes.Level]string{scopes.Hint: "note", scopes.Error: "error"}

// sarifName returns a rule's identifier as a name, NearMiss for near-miss.
func sarifName(rule scopes.Rule) string {
	var name strings.Builder
	for word := range strings.SplitSeq(string(rule), "-") {
		name.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return name.String()
}

// writeSARIF writes a SARIF log of one run. It reads the files that findings are in, whose names are relative to the
// working directory.
func writeSARIF(w io.Writer, found findings) error {
	run := sarifRun{
		ColumnKind:         "utf16CodeUnits",
		OriginalURIBaseIDs: map[string]sarifBaseURI{sourceRoot: {sarifMessage{"the directory that teleinstr lint ran in"}}},
		Results:            []sarifResult{},
	}
	run.Tool.Driver = newSARIFDriver(thisBuild())
	files := map[string]*sarifFile{}
	for _, d := range found.diagnostics {
		file := files[d.Position.Filename]
		if file == nil {
			var err error
			if file, err = readSARIFFile(d.Position.Filename); err != nil {
				return err
			}
			files[d.Position.Filename] = file
		}
		result, err := file.result(d, found.rules.Level(d.Rule))
		if err != nil {
			return err
		}
		run.Results = append(run.Results, result)
	}
	const schema = "https://json.schemastore.org/sarif-2.1.0.json"
	return writeJSON(w, sarifLog{schema, "2.1.0", []sarifRun{run}})
}

func newSARIFDriver(version string) sarifDriver {
	driver := sarifDriver{Name: "teleinstr", InformationURI: repository, Version: version, SemanticVersion: semanticVersion(version)}
	for _, r := range scopes.Rules {
		help := repository + "/blob/main/docs/lint.md#" + string(r.Rule)
		description := sarifMessage{strings.ToUpper(r.Summary[:1]) + r.Summary[1:] + "."}
		driver.Rules = append(driver.Rules, sarifRule{
			ID: string(r.Rule), Name: sarifName(r.Rule), ShortDescription: description, FullDescription: description,
			Help: sarifMessage{"See " + help}, HelpURI: help, DefaultConfiguration: sarifLevel{sarifLevels[scopes.Selection{}.Level(r.Rule)]},
		})
	}
	return driver
}

// semanticVersion returns a version of the go command by the rules of semver.org; empty if it is of another form.
func semanticVersion(version string) string {
	if semver.Canonical(version)+semver.Build(version) != version {
		return ""
	}
	return strings.TrimPrefix(version, "v")
}

// A sarifFile is a file with findings.
type sarifFile struct {
	name     string
	artifact sarifArtifact
	src      []byte
	seen     map[string]int // findings by fingerprint
}

func readSARIFFile(name string) (*sarifFile, error) {
	src, err := os.ReadFile(name)
	return &sarifFile{name, newSARIFArtifact(name), src, map[string]int{}}, err
}

// newSARIFArtifact returns the URI of a file: relative if its name is.
func newSARIFArtifact(name string) sarifArtifact {
	slash := filepath.ToSlash(name)
	if !filepath.IsAbs(name) {
		return sarifArtifact{(&url.URL{Path: slash}).String(), sourceRoot}
	}
	return sarifArtifact{URI: (&url.URL{Scheme: "file", Path: "/" + strings.TrimPrefix(slash, "/")}).String()}
}

func (f *sarifFile) result(d scopes.Diagnostic, level scopes.Level) (sarifResult, error) {
	if d.Position.Offset > len(f.src) || d.Fix != nil && d.Fix.End > len(f.src) {
		return sarifResult{}, fmt.Errorf("%s: the file has changed meanwhile; run lint again", d.Position)
	}
	line, column := f.position(d.Position.Offset)
	index := slices.IndexFunc(scopes.Rules, func(r scopes.RuleInfo) bool { return r.Rule == d.Rule })
	result := sarifResult{
		RuleID:              string(d.Rule),
		RuleIndex:           index,
		Level:               sarifLevels[level],
		Message:             sarifMessage{strings.TrimPrefix(d.Subject+": "+d.Message, ": ")},
		Locations:           []sarifLocation{{sarifPhysicalLocation{f.artifact, sarifRegion{StartLine: line, StartColumn: column}}}},
		PartialFingerprints: map[string]string{"lineHash/v1": f.fingerprint(d)},
	}
	if d.Fix != nil {
		result.Fixes = []sarifFix{f.fix(d.Fix)}
	}
	return result, nil
}

func (f *sarifFile) fix(fix *scopes.Fix) sarifFix {
	var region sarifRegion
	region.StartLine, region.StartColumn = f.position(fix.Start)
	region.EndLine, region.EndColumn = f.position(fix.End)
	return sarifFix{
		Description:     sarifMessage{fix.Message},
		ArtifactChanges: []sarifChange{{f.artifact, []sarifReplacement{{region, sarifMessage{fix.Text}}}}},
	}
}

// position returns line and column of an offset. A column counts UTF-16 code units, and a byte order mark is no part of
// the text.
func (f *sarifFile) position(offset int) (line, column int) {
	before := strings.TrimPrefix(string(f.src[:offset]), "\ufeff")
	column = 1
	for _, r := range before[strings.LastIndexByte(before, '\n')+1:] {
		column += utf16.RuneLen(r)
	}
	return strings.Count(before, "\n") + 1, column
}

// fingerprint identifies a finding of a rule in a file by the text of its line, so that it stays the same when the line
// moves; and by its number among those that share it.
func (f *sarifFile) fingerprint(d scopes.Diagnostic) string {
	start := bytes.LastIndexByte(f.src[:d.Position.Offset], '\n') + 1
	line, _, _ := bytes.Cut(f.src[start:], []byte("\n"))
	hash := fmt.Sprintf("%x", sha256.Sum256(bytes.TrimSpace(line)))[:16]
	f.seen[string(d.Rule)+hash]++
	return fmt.Sprintf("%s:%d", hash, f.seen[string(d.Rule)+hash])
}
