// Predictions as JSON: a request in, an answer out. What the answer holds, the task says (generate/tasks/).
#pragma once

#include "unfold/data/task_head.h"

namespace unfold {

/// Metrics {input: text or rows of numbers, context?, target?, beamWidth?, lengthPenalty?, temperature?, seed?,
/// steps?}:
///   generate, translate   {output, logProbability, alternatives: [{output, logProbability, score}], attention?}
///   classify              {output, probabilities}
///   tag                   {outputs, probabilities: a row per step}
///   regress, notes        {values: a row per step, forecast?: rows of `steps` further ones}
/// With a target, logProbability is that of the target. Throws Error{invalid_argument}.
Json predict(const Predictor& p, const Json& request);

/// An example as JSON: {input, context?, target or targets, answer: what predict says of it}.
Json show_example(const Predictor& p, const Example& e);

// What the tasks read and write.

/// A value that has to be a text. Throws Error{invalid_argument}, as do the next two.
std::string text_of(const Json& value, const char* field);
/// The tokens of a text, each the longest name that fits.
std::vector<Token> tokens_of(const std::string& text, const std::vector<std::string>& names, const char* field);
/// Numbers of one row, or of rows of D.
/// `gaps`: null is a number that is missing (NaN).
std::vector<Real> numbers_of(const Json& value, Index D, const char* field, bool gaps = false);
/// The names of tokens, one after the other; nothing for tokens without one.
std::string spelled(const std::vector<Token>& tokens, const std::vector<std::string>& names);
/// A list of lists of `rows` numbers each.
Json rows_json(const std::vector<Real>& values, Index rows);

}  // namespace unfold
