#include "unfold/model/expression.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "unfold/base/error.h"
#include "unfold/base/phrase.h"

namespace unfold {
namespace {

using Kind = Node::Kind;

constexpr std::array<const char*, 15> kind_names{"number", "name", "+",   "-",   "*",   "/",   "neg", "sigmoid",
                                                 "tanh",   "relu", "exp", "log", "sin", "cos", "max"};

/// Recursive descent over one text.
class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  std::vector<Equation> run() {
    std::vector<Equation> list;
    do {
      Equation equation{.name = name()};
      expect('=');
      nodes_ = &equation.nodes;
      sum();
      list.push_back(std::move(equation));
    } while (take(';'));
    if (at_ < text_.size()) fail();
    return list;
  }

 private:
  [[noreturn]] void fail() const {
    throw Error(ErrorCode::internal, "equations", phrase("an expression at character {}", {at_}), std::string(text_));
  }
  void skip() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }
  bool take(char c) {
    skip();
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (!take(c)) fail();
  }
  static bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
  static bool digit(char c) { return (c >= '0' && c <= '9') || c == '.'; }
  std::string name() {
    skip();
    const std::size_t begin = at_;
    while (at_ < text_.size() && (letter(text_[at_]) || digit(text_[at_]))) ++at_;
    if (at_ == begin || !letter(text_[begin])) fail();
    return std::string(text_.substr(begin, at_ - begin));
  }
  int add(Node node) {
    nodes_->push_back(std::move(node));
    return int(nodes_->size()) - 1;
  }

  int sum() {
    int left = product();
    for (;;) {
      if (take('+'))
        left = add({.kind = Kind::add, .left = left, .right = product()});
      else if (take('-'))
        left = add({.kind = Kind::subtract, .left = left, .right = product()});
      else
        return left;
    }
  }
  int product() {
    int left = factor();
    for (;;) {
      if (take('*'))
        left = add({.kind = Kind::multiply, .left = left, .right = factor()});
      else if (take('/'))
        left = add({.kind = Kind::divide, .left = left, .right = factor()});
      else
        return left;
    }
  }
  int factor() {
    if (take('-')) return add({.kind = Kind::negate, .left = factor()});
    if (take('(')) {
      const int inner = sum();
      expect(')');
      return inner;
    }
    skip();
    if (at_ < text_.size() && digit(text_[at_])) return number();
    const std::string called = name();
    if (!take('(')) return add({.kind = Kind::name, .name = called});
    const auto* const kind = std::find(kind_names.begin() + int(Kind::sigmoid), kind_names.end(), called);
    if (kind == kind_names.end()) fail();
    Node node{.kind = Kind(kind - kind_names.begin())};
    node.left = sum();
    if (node.kind == Kind::max) {
      expect(',');
      node.right = sum();
    }
    expect(')');
    return add(node);
  }
  int number() {
    double value = 0, unit = 1;
    bool fraction = false;
    for (; at_ < text_.size() && digit(text_[at_]); ++at_) {
      if (text_[at_] == '.') {
        fraction = true;
        continue;
      }
      value = value * 10 + (text_[at_] - '0');
      if (fraction) unit *= 10;
    }
    return add({.kind = Kind::number, .number = value / unit});
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<Node>* nodes_ = nullptr;
};

void write_node(const std::vector<Node>& nodes, int i, JsonWriter& to) {
  const Node& node = nodes[std::size_t(i)];
  if (node.kind == Kind::number) return to.value(node.number);
  if (node.kind == Kind::name) return to.value(node.name);
  to.begin('[');
  to.value(std::string(kind_names[std::size_t(node.kind)]));
  write_node(nodes, node.left, to);
  if (node.right >= 0) write_node(nodes, node.right, to);
  to.end(']');
}

}  // namespace

std::vector<Equation> parse_equations(const std::string& text) { return Parser(text).run(); }

void write_equations(const std::string& text, JsonWriter& to) {
  to.begin('[');
  for (const Equation& equation : parse_equations(text)) {
    to.begin('[');
    to.value(equation.name);
    write_node(equation.nodes, int(equation.nodes.size()) - 1, to);
    to.end(']');
  }
  to.end(']');
}

}  // namespace unfold
