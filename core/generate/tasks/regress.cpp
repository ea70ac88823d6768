// regress: predicts the next row of a series of numbers at every step, or some numbers for a whole series (pooled).
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "unfold/base/phrase.h"
#include "unfold/data/examples.h"
#include "unfold/data/lines.h"
#include "unfold/data/series.h"
#include "unfold/data/table_examples.h"
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

/// The series of a table.
std::vector<Series> series_of(const Table& table) {
  std::vector<Series> all;
  for (Index i = 0; i < table.series(); ++i) {
    const Index begin = table.starts[std::size_t(i)], end = table.starts[std::size_t(i) + 1];
    if (end - begin < 2) refuse_text(line_field(table.lines[std::size_t(i)]), "two rows a series or more", "one");
    all.push_back(
        {.numbers = side_of(table, &Column::input, begin, end), .values = side_of(table, &Column::target, begin, end)});
  }
  return all;
}

/// Own answers are read again only where each row is answered with a row of the same columns.
void check_feedback(const Dataset& data, const Config& config) {
  if (!config.feeds_rows()) return;
  for (const Column& c : data.columns)
    if (c.input != c.target)
      refuse_config(config.task.feedback_steps > 0 ? "task.feedbackSteps" : "scheduledSampling",
                    phrase("{} (\"{}\" is not both read and predicted, and own answers are read)",
                           {config.task.feedback_steps > 0 ? "0" : "none", c.name}),
                    config.task.feedback_steps > 0 ? std::to_string(config.task.feedback_steps) : "another");
}

/// Errors of each column in the file's units; what is missing has none.
void add_errors(Workspace& w, const NumberLoss& loss, const Targets& targets, Index O, Metrics& a) {
  const Real* y = w.logits() + loss.answer();
  for (std::vector<double>* sums : {&a.squares, &a.absolutes, &a.counted}) sums->resize(std::size_t(O));
  for (Index i = 0; i < targets.steps * targets.columns * O; ++i) {
    const Real target = targets.values[std::size_t(i)];
    if (!targets.counts[std::size_t(i / O)] || std::isnan(target)) continue;
    const double error =
        double(targets.scales.restored(i % O, y[i * loss.outputs()])) - double(targets.scales.restored(i % O, target));
    const std::size_t k = std::size_t(i % O);
    a.squares[k] += error * error;
    a.absolutes[k] += std::fabs(error);
    ++a.counted[k];
  }
}

class Regress final : public NumberHead {
 public:
  /// A table (data/table.h), a row a step; the next row is to be predicted. See deal_series.
  ///
  /// Pooled: a series a line, tab or semicolon, the numbers to predict. Commas separate steps (and answers), spaces the
  /// numbers of a step.
  Dataset read(std::string_view text, const Config& config) const override { return read_known(text, config, nullptr); }

  Dataset read_known(std::string_view text, const Config& config, const std::vector<Column>* known) const override {
    Dataset data;
    if (!config.task.pooled()) {
      const Table table = read_table(text, config.dataset, TableTask::rows, known);
      take_columns(table, data);
      check_feedback(data, config);
      deal_series(series_of(table), config, data);
    } else {
      hold_back(read_pooled(text, config.task, data), config, data);
    }
    if (data.train.empty()) refuse_text("text", "at least one example", "none");
    return data;
  }

  Json preview(std::string_view text, const Config& config) const override {
    return config.task.pooled() ? preview_lines(text) : preview_table(text, config.dataset, TableTask::rows);
  }

  /// The loss of the scaled columns, a mean over them; in the file's unit where there is one.
  Metrics measure(const TaskConfig& task, const Network& network, Workspace& w, Targets& targets,
                  bool learn) const override {
    const NumberLoss& loss = task.loss;
    const Index K = targets.steps * targets.columns, O = network.outputs() / loss.outputs();
    Metrics a;
    for (Index k = 0; k < K; ++k) a.predictions += targets.counts[std::size_t(k)];
    if (!learn) add_errors(w, loss, targets, O, a);
    number_losses(loss, w.logits(), O, K, targets.values.data(), targets.counts.data(),
                  mean_scale(learn, a.predictions), targets.losses.data());
    add_losses(targets, a.loss);
    a.loss = loss_in_unit(loss, a.loss, double(a.predictions), targets.scales.unit());
    return a;
  }

 protected:
  void fit_constant(const TaskConfig& task, std::vector<Real> values, double* y) const override {
    best_constant(task.loss, std::move(values), y);
  }
  double constant_loss(const TaskConfig& task, const double* y, double value) const override {
    return unfold::constant_loss(task.loss, y, value);
  }
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
