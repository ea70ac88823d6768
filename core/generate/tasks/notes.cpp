// notes: predicts which keys of a piano sound at the next step.
#include "unfold/base/drawing.h"
#include "unfold/base/numeric.h"
#include "unfold/data/examples.h"
#include "unfold/generate/tasks/families.h"
#include "unfold/generate/tasks/tasks.h"
#include "unfold/kernels/kernels.h"

namespace unfold {
namespace {

class Notes final : public NumberHead {
 public:
  /// {"train": [[[number, …], …], …], "valid": …, "test": …}, also inside {"splits": …}. "validation" is "valid"; other
  /// entries are ignored; neither order nor repetitions matter in a chord. Pieces are not cut. Without "valid" and
  /// "test" they are held back from "train". DatasetConfig::keys, or "keys" in the text, says what the numbers are.
  /// Where every step is as many zeros and ones, three or more, it is a row of a piano roll: of the keys (88), of all
  /// MIDI notes (128), or from the note DatasetConfig::roll on.
  Dataset read(std::string_view text, const Config& config) const override { return read_music(text, config); }

  /// Binary cross-entropy in nats, summed over the keys of a step. Metrics: keys that both sound and are predicted,
  /// among those that do either (the accuracy of Boulanger-Lewandowski et al. 2012).
  Metrics measure(const TaskConfig&, const Network& network, Workspace& w, Targets& targets,
                  bool learn) const override {
    const Index K = targets.steps * targets.columns, O = network.outputs();
    Metrics a;
    for (Index k = 0; k < K; ++k) a.predictions += targets.counts[std::size_t(k)];
    Real* y = w.logits();
    for (Index i = 0; i < K * O; ++i) {
      const bool played = targets.values[std::size_t(i)] > 0;
      const bool predicted = y[i] > 0 && targets.counts[std::size_t(i / O)];
      a.correct += played && predicted;
      a.total += played || predicted;
    }
    binary_cross_entropy(y, O, O, K, targets.values.data(), targets.counts.data(), mean_scale(learn, a.predictions),
                         targets.losses.data());
    add_losses(targets, a.loss);
    return a;
  }

 protected:
  void fit_constant(const TaskConfig&, std::vector<Real> values, double* y) const override {
    *y = 0.5;
    for (const Real v : values) *y += double(v);
    *y /= double(values.size()) + 1;
  }
  double constant_loss(const TaskConfig&, const double* y, double value) const override {
    return -numeric::log(value > 0.5 ? *y : 1 - *y);
  }
  double answers_per_row(Index) const override { return 1; }
  void transform(Real* y, Index n) const override { kernels::sigmoid(y, n); }
  double temperature(const PredictOptions& options) const override { return options.temperature.value_or(1); }
  /// Drawn with probability σ(y/temperature); at temperature 0 every key that is likelier than not.
  Real next_input(Real y, double temperature, Rng& rng) const override {
    if (temperature > 0) return draw_bit(double(y) / temperature, rng.uniform()) ? 1 : 0;
    return y > 0 ? 1 : 0;
  }
};

const Notes notes_head;

}  // namespace

constexpr Task tasks::notes{.info = {.kind = TaskKind::notes, .name = "notes", .numbers = true}, .head = &notes_head};

}  // namespace unfold
