package golangci

import (
	"fmt"

	"github.com/golangci/plugin-module-register/register"
	"golang.org/x/tools/go/analysis"

	"github.com/teleinstr/teleinstr/scopes/scopelint"
)

// name is what golangci-lint calls the linter, in .golangci.yml and after //nolint:.
const name = "teleinstr"

func init() { register.Plugin(name, New) }

// settings are what stands below linters.settings.custom.teleinstr.settings in .golangci.yml.
type settings struct {
	Enable  []string `json:"enable"`
	Disable []string `json:"disable"`
}

// New returns the plugin with settings as golangci-lint has them from its configuration file, or nil.
func New(conf any) (register.LinterPlugin, error) {
	s, err := register.DecodeSettings[settings](conf)
	if err != nil {
		return nil, fmt.Errorf("%s: %w; its settings are enable and disable, lists of rules", name, err)
	}
	analyzer, err := scopelint.New(scopelint.Rules(s.Enable, s.Disable), scopelint.KeepSuppressed())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return plugin{analyzer}, nil
}

type plugin struct{ analyzer *analysis.Analyzer }

// GetLoadMode says that the analyzer needs types.
func (plugin) GetLoadMode() string { return register.LoadModeTypesInfo }

// BuildAnalyzers returns the analyzer of scopelint.
func (p plugin) BuildAnalyzers() ([]*analysis.Analyzer, error) {
	return []*analysis.Analyzer{p.analyzer}, nil
}
