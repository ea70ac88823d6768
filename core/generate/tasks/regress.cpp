// regress: predicts the next row of a series of numbers at every step, or some numbers for a whole series (pooled).
#include <algorithm>

#include "unfold/data/examples.h"
#include "unfold/data/lines.h"
#include "unfold/generate/tasks/families.h"
#include "unfold/generate/tasks/tasks.h"

namespace unfold {
namespace {

/// One answer per series: a line each.
std::vector<Example> read_pooled(std::string_view text, const TaskConfig& task, Dataset& data) {
  std::vector<Example> examples;
  for (Lines line(text); line.next_filled();) {
    Example e;
    auto [series, answer] = halves(line, "\t;");
    for (Index steps = 1;; ++steps) {
      if (kept_length(line, steps, task, data.truncated) < steps) break;
      const std::size_t end = series.find(',');
      need_columns(line, read_numbers(line, trimmed(series.substr(0, end)), " ", e.numbers), data.numbers,
                   " numbers a step");
      if (end == std::string_view::npos) break;
      series.remove_prefix(end + 1);
    }
    need_columns(line, read_numbers(line, answer, ",", e.values), data.outputs, " numbers to predict");
    examples.push_back(std::move(e));
  }
  return examples;
}

/// Rows, with an empty line between series, cut into windows of at most `longest` steps.
std::vector<Example> read_series(std::string_view text, Index longest, Dataset& data) {
  const char* separators = ",;\t";
  std::vector<Example> examples;
  std::vector<Real> rows;  // of the window that is being read
  Index count = 0;
  bool begins = true, fresh = true;  // the text; a series
  Lines line(text);
  const auto finish = [&] {
    if (count > 1) examples.push_back(forecast_example(rows, data.numbers));
    if (count == 1 && fresh) line.refuse("two rows a series or more", "one");
  };
  while (line.next()) {
    if (line.text.empty()) {
      finish();
      rows.clear();
      count = 0;
      fresh = true;
      continue;
    }
    if (std::exchange(begins, false) && is_header(line.text, separators)) continue;
    need_columns(line, read_numbers(line, line.text, separators, rows), data.numbers, " columns");
    if (++count > longest) {  // the next window begins with the row that was predicted last
      finish();
      rows.erase(rows.begin(), rows.end() - data.numbers);
      count = 1;
      fresh = false;
    }
  }
  finish();
  data.outputs = data.numbers;
  return examples;
}

std::vector<Example> read_windows(std::string_view text, const Config& config, Dataset& data) {
  const Index longest = config.task.written_length();
  std::vector<Example> examples = read_series(text, longest, data);
  if (examples.size() >= 3 || config.validation_split == 0) return examples;
  Index steps = 0;
  for (const Example& e : examples) steps += data.steps(e);
  return read_series(text, std::clamp(steps / 10, Index(1), longest), data);
}

class Regress final : public NumberHead {
 public:
  /// CSV: a number a column, a row a step; the next row is to be predicted. An empty line begins a series. Commas,
  /// semicolons and tabs separate; a first line without any number is a header. A series longer than task.max_length is
  /// cut into windows, each beginning with the row that the previous one predicted last; if fewer than three result,
  /// into about ten.
  ///
  /// Pooled: a series a line, tab or semicolon, the numbers to predict. Commas separate steps (and answers), spaces the
  /// numbers of a step.
  Dataset read(std::string_view text, const Config& config) const override {
    Dataset data;
    std::vector<Example> examples =
        config.task.pooled() ? read_pooled(text, config.task, data) : read_windows(text, config, data);
    if (examples.empty()) refuse_text("text", "at least one example", "none");
    hold_back(std::move(examples), config, data);
    return data;
  }

  /// Mean squared error.
  Metrics measure(const TaskConfig&, const Network& network, Workspace& w, Targets& targets,
                  bool learn) const override {
    const Index K = targets.steps * targets.columns;
    Metrics a;
    for (Index k = 0; k < K; ++k) a.predictions += targets.counts[std::size_t(k)];
    squared_error(w.logits(), network.outputs(), K, targets.values.data(), targets.counts.data(),
                  mean_scale(learn, a.predictions), targets.losses.data());
    add_losses(targets, a.loss);
    return a;
  }

 protected:
  double constant(double sum, double rows) const override { return sum / std::max(rows, 1.0); }
  double constant_loss(double constant, double x) const override { return (x - constant) * (x - constant); }
  double answers_per_row(Index O) const override { return double(O); }
  void transform(Real*, Index) const override {}
  double temperature(const PredictOptions&) const override { return 0; }
  Real next_input(Real y, double, Rng&) const override { return y; }
};

const Regress regress_head;

}  // namespace

constexpr Task tasks::regress{
    .info = {.kind = TaskKind::regress, .name = "regress", .numbers = true, .pools = TaskInfo::Pools::optional},
    .head = &regress_head};

}  // namespace unfold
