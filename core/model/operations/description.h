// How operations describe themselves, and what else several of them need.
#pragma once

#include <span>

#include "unfold/base/eigen.h"
#include "unfold/model/operations/operations.h"
#include "unfold/model/plan.h"

namespace unfold {

/// Fields of one object of the plan's JSON, in the order in which they are added. Buffers and parameters stand there by
/// name. (The JSON library stays out of the operations: its templates would be compiled again in each.)
class Description {
 public:
  Description(const Plan& plan, Json& json) : plan_(plan), json_(json) {}

  void text(const char* field, const char* value);
  void number(const char* field, double value);
  void integer(const char* field, Index value);
  void flag(const char* field, bool value);
  void integers(const char* field, std::span<const int> values);
  void names(const char* field, std::span<const char* const> values);
  /// {buffer: a name, row} or {buffer: "tokens"}, then {rows, delay}.
  void signal(const char* field, const Signal& signal);
  void signals(const char* field, const std::vector<Signal>& signals);
  /// A name, null for none.
  void buffer(const char* field, int buffer);
  void buffers(const char* field, const StateBuffers& buffers);
  void parameter(const char* field, int parameter);
  /// `count` neighbours in the table of parameters.
  void parameters(const char* field, int first, int count = 1);
  /// A linear map or a lookup.
  void map(const LinearSpec& map);
  void equations(const char* field, const std::string& text);
  /// An object as a field, and one more object of a list.
  Description object(const char* field);
  Description item(const char* field);

 private:
  const Plan& plan_;
  Json& json_;
};

/// The values of the term that `parameter` adds, `rows` zeros at first.
Real* term_of(const Plan& plan, int parameter, Index rows, std::vector<Term>& terms);

}  // namespace unfold
