// What a cell tells of itself: its name, its gates, the options that a configuration may set. The files of model/cells/
// put it here, so that a configuration knows every cell and includes none.
#pragma once

#include <array>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace unfold {

class Cell;

/// A setting that a cell declares and the configuration validates; its texts are literals.
struct CellOption {
  std::string_view name, help;
  std::span<const char* const> choices;  // empty: a number in [minimum, maximum]
  std::string_view choice;               // default, if choices
  double number = 0, minimum = 0, maximum = 0;
};

/// The settings of one layer's cell, by name, complete and valid.
struct CellSettings {
  std::vector<CellOption> values;  // `choice` or `number` hold the chosen value
  std::string_view choice(std::string_view name) const;
  double number(std::string_view name) const;
};

/// What the registry knows of a cell: constants (literals, whose views end with a NUL).
struct CellInfo {
  std::string_view name, label, summary, equations, source;
  std::span<const char* const> gate_names;
  std::span<const CellOption> options;
  std::unique_ptr<Cell> (*make)(const CellSettings&);
};

/// Registers a cell; use as a namespace-scope constant in the cell's file.
struct RegisterCell {
  explicit RegisterCell(const CellInfo& info);
};

/// All cells, by name.
const std::vector<CellInfo>& cells();
/// The cell of that name, null if there is none.
const CellInfo* find_cell(std::string_view name);

/// Activation functions for blocks and the vanilla cell.
enum class Activation { tanh, relu, sigmoid, identity };
inline constexpr std::array<const char*, 4> activation_names{"tanh", "relu", "sigmoid", "identity"};
Activation parse_activation(std::string_view name);

}  // namespace unfold
