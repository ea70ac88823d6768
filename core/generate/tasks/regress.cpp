// regress: predicts the next row of a series of numbers at every step, or some numbers for a whole series (pooled).
#include <algorithm>
#include <nlohmann/json.hpp>

#include "unfold/data/examples.h"
#include "unfold/data/lines.h"
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

/// Series cut into windows of at most `longest` steps, each beginning with the row that was predicted last.
std::vector<Example> cut_series(const Table& table, Index longest) {
  std::vector<Example> examples;
  for (Index i = 0; i < table.series(); ++i) {
    const Index begin = table.starts[std::size_t(i)], end = table.starts[std::size_t(i) + 1];
    if (end - begin < 2) refuse_text(line_field(table.lines[std::size_t(i)]), "two rows a series or more", "one");
    for (Index from = begin; from + 1 < end; from += longest) {
      const Index to = std::min(from + longest, end - 1);
      Example& e = examples.emplace_back();
      e.numbers = side_of(table, &Column::input, from, to);
      e.values = side_of(table, &Column::target, from + 1, to + 1);
    }
  }
  return examples;
}

std::vector<Example> read_windows(std::string_view text, const Config& config, const std::vector<Column>* known,
                                  Dataset& data) {
  const Table table = read_table(text, config.dataset, TableTask::rows, known);
  take_columns(table, data);
  const Index longest = config.task.written_length();
  std::vector<Example> examples = cut_series(table, longest);
  if (examples.size() >= 3 || config.validation_split == 0) return examples;
  const Index steps = table.rows - table.series();
  return cut_series(table, std::clamp(steps / 10, Index(1), longest));
}

class Regress final : public NumberHead {
 public:
  /// A table (data/table.h), a row a step; the next row is to be predicted. A series longer than task.max_length is cut
  /// into windows, each beginning with the row that the previous one predicted last; if fewer than three result, into
  /// about ten.
  ///
  /// Pooled: a series a line, tab or semicolon, the numbers to predict. Commas separate steps (and answers), spaces the
  /// numbers of a step.
  Dataset read(std::string_view text, const Config& config) const override { return read_known(text, config, nullptr); }

  Dataset read_known(std::string_view text, const Config& config, const std::vector<Column>* known) const override {
    Dataset data;
    std::vector<Example> examples =
        config.task.pooled() ? read_pooled(text, config.task, data) : read_windows(text, config, known, data);
    if (examples.empty()) refuse_text("text", "at least one example", "none");
    hold_back(std::move(examples), config, data);
    return data;
  }

  Json preview(std::string_view text, const Config& config) const override {
    return config.task.pooled() ? preview_lines(text) : preview_table(text, config.dataset, TableTask::rows);
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
