// regress: predicts the next row of a series of numbers at every step, or some numbers for a whole series (pooled).
#include <algorithm>
#include <cmath>

#include "unfold/data/examples.h"
#include "unfold/data/lines.h"
#include "unfold/data/series.h"
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
      const std::size_t end = series.find(',');
      need_columns(line, read_numbers(line, trimmed(series.substr(0, end)), " ", e.numbers), data.numbers,
                   " numbers a step");
      need_length(line, steps, task);
      if (end == std::string_view::npos) break;
      series.remove_prefix(end + 1);
    }
    need_columns(line, read_numbers(line, answer, ",", e.values), data.outputs, " numbers to predict");
    examples.push_back(std::move(e));
  }
  return examples;
}

/// Rows, with an empty line between series.
std::vector<Series> read_series(std::string_view text, Dataset& data) {
  const char* separators = ",;\t";
  std::vector<Series> series;
  std::vector<Real> rows;  // of the series that is being read
  bool begins = true;      // the text
  Lines line(text);
  const auto finish = [&] {
    if (rows.empty()) return;
    if (Index(rows.size()) == data.numbers) line.refuse("two rows a series or more", "one");
    series.push_back({.numbers = rows, .values = rows});
    rows.clear();
  };
  while (line.next()) {
    if (line.text.empty()) {
      finish();
      continue;
    }
    if (std::exchange(begins, false) && is_header(line.text, separators)) continue;
    need_columns(line, read_numbers(line, line.text, separators, rows), data.numbers, " columns");
  }
  finish();
  data.outputs = data.numbers;
  return series;
}

/// Errors of each column in the file's units; what is missing has none.
void add_errors(Workspace& w, const Targets& targets, Index O, Metrics& a) {
  for (std::vector<double>* sums : {&a.squares, &a.absolutes, &a.counted}) sums->resize(std::size_t(O));
  for (Index i = 0; i < targets.steps * targets.columns * O; ++i) {
    const Real target = targets.values[std::size_t(i)];
    if (!targets.counts[std::size_t(i / O)] || std::isnan(target)) continue;
    const double error =
        double(targets.scales.restored(i % O, w.logits()[i])) - double(targets.scales.restored(i % O, target));
    const std::size_t k = std::size_t(i % O);
    a.squares[k] += error * error;
    a.absolutes[k] += std::fabs(error);
    ++a.counted[k];
  }
}

class Regress final : public NumberHead {
 public:
  /// CSV: a number a column, a row a step; the next row is to be predicted. An empty line begins a series. Commas,
  /// semicolons and tabs separate; a first line without any number is a header. See deal_series.
  ///
  /// Pooled: a series a line, tab or semicolon, the numbers to predict. Commas separate steps (and answers), spaces the
  /// numbers of a step.
  Dataset read(std::string_view text, const Config& config) const override {
    Dataset data;
    const auto need = [](bool any) {
      if (!any) refuse_text("text", "at least one example", "none");
    };
    if (config.task.pooled()) {
      std::vector<Example> examples = read_pooled(text, config.task, data);
      need(!examples.empty());
      hold_back(std::move(examples), config, data);
    } else {
      const std::vector<Series> series = read_series(text, data);
      need(!series.empty());
      deal_series(series, config, data);
    }
    return data;
  }

  /// Mean squared error of the scaled columns; in the file's unit squared where there is one.
  Metrics measure(const TaskConfig&, const Network& network, Workspace& w, Targets& targets,
                  bool learn) const override {
    const Index K = targets.steps * targets.columns;
    Metrics a;
    for (Index k = 0; k < K; ++k) a.predictions += targets.counts[std::size_t(k)];
    if (!learn) add_errors(w, targets, network.outputs(), a);
    squared_error(w.logits(), network.outputs(), K, targets.values.data(), targets.counts.data(),
                  mean_scale(learn, a.predictions), targets.losses.data());
    add_losses(targets, a.loss);
    a.loss *= targets.scales.squared_unit();
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
