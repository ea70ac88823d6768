#include "unfold/data/dataset.h"

#include <algorithm>

#include "unfold/base/numeric.h"
#include "unfold/data/dataset_part.h"
#include "unfold/model/loss.h"

namespace unfold {

Index Dataset::steps(const Example& e) const {
  if (numbers > 0) return Index(e.numbers.size()) / numbers;
  return Index(e.input.empty() ? e.target.size() : e.input.size());
}

void refuse_text(std::string field, std::string expected, std::string actual) {
  throw Error(ErrorCode::invalid_text, std::move(field), std::move(expected), std::move(actual));
}

std::string excerpt(std::string_view text) {
  constexpr std::size_t most = 24;
  std::string out = "\"";
  for (const char c : text.substr(0, most)) out.push_back(c >= ' ' && c < 127 ? c : '?');
  return out + (text.size() > most ? "…\"" : "\"");
}

void hold_back(std::vector<Example> examples, const Config& config, Dataset& data) {
  const Index n = Index(examples.size());
  Index held = 0;
  if (n >= 3 && config.validation > 0)
    held = std::clamp(Index(config.validation * double(n)), Index(1), (n - 1) / 2);  // something is left to learn from
  Rng rng(config.seed, Stream::corpus);
  shuffle(examples, [&](std::size_t count) { return std::size_t(below(rng, Index(count))); });
  for (Index i = 0; i < n; ++i)
    (i < held ? data.validation : i < 2 * held ? data.test : data.train).push_back(std::move(examples[std::size_t(i)]));
}

Example foretell(const std::vector<Real>& rows, Index columns) {
  Example e;
  e.numbers.assign(rows.begin(), rows.end() - columns);
  e.values.assign(rows.begin() + columns, rows.end());
  return e;
}

namespace {

/// Mean of −ln p over the counted targets; p = (count + 1/K)/(total + 1), so that what was never seen is no infinity.
double unigram_loss(const std::vector<Example>& train, const std::vector<Example>& measured, std::size_t V, bool ends) {
  const std::size_t K = V + (ends ? 1 : 0);
  std::vector<double> counts(K);
  double total = 0, sum = 0, n = 0;
  const auto each = [&](const std::vector<Example>& examples, const auto& f) {
    for (const Example& e : examples) {
      for (const Token t : e.target)
        if (t < V) f(counts[t]);
      if (ends) f(counts[V]);
    }
  };
  each(train, [&](double& count) { ++count, ++total; });
  each(measured, [&](double& count) { sum -= numeric::log((count + 1 / double(K)) / (total + 1)), ++n; });
  return n > 0 ? sum / n : 0;
}

/// Means of the training values, column by column: as a forecast (mean squared error), or as probabilities of notes
/// (binary cross-entropy, summed over a step).
double mean_loss(const std::vector<Example>& train, const std::vector<Example>& measured, std::size_t O, bool notes) {
  std::vector<double> means(O);
  double rows = 0, n = 0, sum = 0;
  for (const Example& e : train) {
    for (std::size_t i = 0; i < e.values.size(); ++i) means[i % O] += double(e.values[i]);
    rows += double(e.values.size()) / double(O);
  }
  for (double& m : means) m = notes ? (m + 0.5) / (rows + 1) : m / std::max(rows, 1.0);
  for (const Example& e : measured) {
    for (std::size_t i = 0; i < e.values.size(); ++i) {
      const double m = means[i % O], x = double(e.values[i]);
      sum += notes ? -numeric::log(x > 0.5 ? m : 1 - m) : (x - m) * (x - m);
    }
    n += double(e.values.size()) / (notes ? double(O) : 1);
  }
  return n > 0 ? sum / n : 0;
}

}  // namespace

double trivial_loss(const Dataset& data, const TaskConfig& task) {
  const std::vector<Example>& measured = data.validation.empty() ? data.train : data.validation;
  if (data.outputs > 0) return mean_loss(data.train, measured, std::size_t(data.outputs), task.name == "notes");
  const bool ends = task.name == "generate" || task.name == "translate";
  return unigram_loss(data.train, measured, data.targets.size(), ends);
}

}  // namespace unfold
