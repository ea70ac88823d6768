// How operations describe themselves, and what else several of them need.
#pragma once

#include <span>

#include "unfold/base/eigen.h"
#include "unfold/base/json_writer.h"
#include "unfold/model/operations/operations.h"
#include "unfold/model/plan.h"

namespace unfold {

/// Writes fields of one object of the plan's JSON. Buffers and parameters stand there by name.
class Description {
 public:
  Description(const Plan& plan, JsonWriter& to) : plan_(plan), to_(to) {}

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
  /// What is written until the end stands in a list, or in an object: a field, or without a name one more of a list.
  void begin_list(const char* field);
  void end_list();
  void begin_object(const char* field = nullptr);
  void end_object();

 private:
  void write(const Signal& signal);

  const Plan& plan_;
  JsonWriter& to_;
};

/// The values of the term that `parameter` adds, `rows` zeros at first.
Real* term_of(const Plan& plan, int parameter, Index rows, std::vector<Term>& terms);

}  // namespace unfold
