// The equations of a cell as a small language, so that exporters, diagrams and documents can print and translate them:
//
//   i = sigmoid(z_i); f = sigmoid(z_f); g = tanh(z_g); o = sigmoid(z_o); c = f * c_prev + i * g; h = o * tanh(c)
//
// Assignments, separated by semicolons, each over vectors of H units. Names: the preactivation z_<gate> of each gate
// (of a cell that reads its recurrent part separately: zx_<gate> and zh_<gate>), the previous state <state>_prev, the
// cell's own vectors by name, and everything assigned before: gates and states. Operators + − * / and unary −, by
// element, with the usual precedence; functions sigmoid, tanh, relu, exp, log, sin, cos, and max of two arguments;
// decimal numbers.
#pragma once

#include <string>
#include <vector>

#include "unfold/base/json_writer.h"

namespace unfold {

/// A node of an expression: a number, a name, or an operator or function of the nodes before it.
struct Node {
  enum class Kind {
    number,
    name,
    add,
    subtract,
    multiply,
    divide,
    negate,
    sigmoid,
    tanh,
    relu,
    exp,
    log,
    sin,
    cos,
    max
  } kind;
  double number = 0;
  std::string name;
  int left = -1, right = -1;  // nodes of the same list
};

struct Equation {
  std::string name;         // what is assigned
  std::vector<Node> nodes;  // the last one is the whole
};

/// Parses equations. Throws Error{internal} where they are malformed: they come from cells, not from users.
std::vector<Equation> parse_equations(const std::string& text);

/// Writes [[name, expression], …], where an expression is a number, a name, or [operator, expression, expression?] with
/// the operators "+", "-", "*", "/", "neg" and the functions' names.
void write_equations(const std::string& text, JsonWriter& to);

}  // namespace unfold
