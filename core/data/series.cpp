#include "unfold/data/series.h"

#include <algorithm>

#include "unfold/data/examples.h"

namespace unfold {
namespace {

/// Reads rows `from` to `to` − 1, and answers each with the next.
Example example_of(const Series& s, const Dataset& data, Index from, Index to) {
  const auto part = [](const std::vector<Real>& rows, Index width, Index first, Index end) {
    return std::vector<Real>(rows.begin() + std::ptrdiff_t(first * width), rows.begin() + std::ptrdiff_t(end * width));
  };
  Example e;
  e.numbers = part(s.numbers, data.numbers, from, to);
  e.values = part(s.values, data.outputs, from + 1, to + 1);
  return e;
}

/// Rows of a series that are predicted: all but the first.
Index predicted(const Series& s, const Dataset& data) { return Index(s.numbers.size()) / data.numbers - 1; }

/// Predictions of rows 1 to `end`, in examples of at most `longest` steps.
void cut(const Series& s, Index end, Index longest, const Dataset& data, std::vector<Example>& examples) {
  for (Index from = 0; from < end; from += longest)
    examples.push_back(example_of(s, data, from, std::min(from + longest, end)));
}

/// Predictions of rows `first` + 1 to `end`, each with a past.
void measure(const Series& s, Index first, Index end, Index longest, const Dataset& data,
             std::vector<Example>& examples) {
  const Index fresh = std::max<Index>(longest / 2, 1);
  for (Index at = first; at < end; at += fresh) {
    const Index to = std::min(at + fresh, end), from = std::max<Index>(to - longest, 0);
    examples.push_back(example_of(s, data, from, to));
    examples.back().skip = at - from;
  }
}

/// In windows, each column of a batch has one share of all rows to go through.
Index longest_example(const Config& config, Index all) {
  if (!config.task.carry_state || config.task.max_length > 0) return config.task.written_length();
  const Index share = (all + config.batch_size - 1) / config.batch_size;
  return std::clamp<Index>(share, config.sequence_length, TaskConfig::most_steps);
}

}  // namespace

void deal_series(const std::vector<Series>& series, const Config& config, Dataset& data) {
  const double share = config.validation_split;
  Index all = 0;
  for (const Series& s : series) all += predicted(s, data);
  const Index longest = longest_example(config, all);
  if (series.size() == 1 && all >= 3 && share > 0) {
    const Index held = std::clamp(Index(share * double(all)), Index(1), (all - 1) / 2);
    const Index train = all - 2 * held;
    cut(series[0], train, longest, data, data.train);
    measure(series[0], train, train + held, longest, data, data.validation);
    measure(series[0], train + held, all, longest, data, data.test);
    return;
  }
  std::vector<Example> examples;
  const auto cut_all = [&](Index most) {
    examples.clear();
    for (const Series& s : series) cut(s, predicted(s, data), most, data, examples);
  };
  cut_all(longest);
  if (examples.size() < 3 && share > 0) cut_all(std::clamp(all / 10, Index(1), longest));
  hold_back(std::move(examples), config, data);
}

}  // namespace unfold
