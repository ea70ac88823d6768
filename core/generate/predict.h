// Predictions as JSON: a request in, an answer out. What the answer holds, the task says (generate/tasks/).
#pragma once

#include "unfold/data/task_head.h"

namespace unfold {

/// Answers {input: text, list of symbols or rows of numbers, context?, target?, beamWidth?, lengthPenalty?,
/// temperature?, seed?, steps?, future?: rows of the columns that are read and not predicted, at these steps,
/// unknown?: error, skip or symbol}:
///   generate, translate   {output, logProbability, alternatives: [{output, logProbability, score}], attention?}
///   classify              {output, probabilities}
///   tag                   {outputs, probabilities: a row per step}
///   regress, notes        {values: a row per step, forecast?: rows of `steps` further ones}; by the loss also
///                         {quantiles, forecastQuantiles?: [step][column][quantile]} or {deviations,
///                         forecastDeviations?: as values}
/// With a target, logProbability is that of the target; `unknown`: [{symbol, position}], where symbols were skipped or
/// replaced. Throws Error{invalid_argument}.
Json predict(const Predictor& p, const Json& request);

/// An example as JSON: {input, context?, target or targets, answer: what predict says of it}.
Json show_example(const Predictor& p, const Example& e);

// What the tasks read and write.

/// A value that has to be a text. Throws Error{invalid_argument}, as do the next two.
std::string text_of(const Json& value, const char* field);
/// A symbol that the model does not know, and its place among those of its input, from 0.
struct UnknownSymbol {
  std::string symbol;
  Index position = 0;
};
/// How symbols are read: one name behind the other, each the longest that fits, or words with spaces between them; and
/// what becomes of others, which `found` collects (`replacement` stands for them if that is Unknown::symbol).
struct SymbolReader {
  const std::vector<std::string>& names;
  const char* field;  // for errors
  bool words = false;
  Unknown unknown = Unknown::error;
  Token replacement = 0;
  std::vector<UnknownSymbol> found = {};

  /// Of a text, or of a list of texts, a symbol each.
  std::vector<Token> read(const Json& value);

 private:
  void add(std::string_view symbol, std::vector<Token>& tokens);
  void lost(std::string_view symbol, Index position, std::vector<Token>& tokens);
  void read_characters(const std::string& text, std::vector<Token>& tokens);
};
/// Numbers of one row, or of rows of D.
/// `gaps`: null is a number that is missing (NaN).
std::vector<Real> numbers_of(const Json& value, Index D, const char* field, bool gaps = false);
/// The names of tokens, one after the other; nothing for tokens without one.
std::string spelled(const std::vector<Token>& tokens, const std::vector<std::string>& names, bool words = false);
/// A list of lists of `rows` numbers each.
Json rows_json(const std::vector<Real>& values, Index rows);

}  // namespace unfold
