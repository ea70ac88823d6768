// What a cell says of itself: its name, its gates and states, the options that a configuration may set. The table of
// cells is in model/cells/table.cpp; a configuration reads it through cells() and includes no cell.
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

inline constexpr const char* one_state[] = {"h"};

/// A cell of the table: constants (literals, whose views end with a NUL).
struct CellInfo {
  std::string_view name, label, summary, equations, source;
  std::span<const char* const> gate_names;
  std::span<const char* const> state_names = one_state;  // the first is what others see
  std::span<const char* const> vector_names{};           // parameters of H numbers that the cell owns
  bool recurrent = true;                                 // by default a layer reads its own previous state
  /// For each gate +1 where it keeps the state (σ of a large sum forgets nothing), −1 where it lets the new in: what
  /// chrono initialisation starts. Empty: no gate decides how long a state lasts.
  std::span<const signed char> time_gates{};
  int states_from_context = 2;  // how many; the others begin with 0
  std::span<const CellOption> options{};
  std::unique_ptr<Cell> (*make)(const CellSettings&);
};

/// All cells, by name.
std::span<const CellInfo* const> cells();
/// Adds a cell of the caller's to the table, before any configuration names it: for programs that bring a cell of their
/// own. `info` must live on. Throws Error{invalid_argument} where the name is taken.
void add_cell(const CellInfo& info);
/// The cell of that name, null if there is none.
const CellInfo* find_cell(std::string_view name);

/// Activation functions for blocks and the vanilla cell.
enum class Activation { tanh, relu, sigmoid, identity };
inline constexpr std::array<const char*, 4> activation_names{"tanh", "relu", "sigmoid", "identity"};
Activation parse_activation(std::string_view name);

}  // namespace unfold
