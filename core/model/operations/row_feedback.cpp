// Training through own outputs: the input of step t + 1 is the answer y of step t (Goodfellow et al. 2016, 10.2.1), in
// the last steps of a sequence, and elsewhere with probability 1 − ε (scheduled sampling, Bengio et al. 2015).
//   x_{t+1} ← y_t;  dy_t += dx_{t+1},  and the row that was there has no gradient
#include <utility>

#include "unfold/model/draw.h"
#include "unfold/model/operations/description.h"

namespace unfold {
namespace {

class RowFeedback final : public Operation {
 public:
  explicit RowFeedback(const RowFeedbackSpec& spec) : s_(spec) {}

  const char* name() const override { return "scheduledSampling"; }
  void describe(Description& d) const override {
    d.buffer("from", s_.from.value);
    d.buffer("to", s_.input);
    d.integer("steps", s_.steps);
  }

  void forward(const Pass& p, const Columns& c) const override {
    each(p, c, [&](Index n, const Columns& next) {
      const Real* y = p.at(s_.from.value, c) + n * s_.from.rows + s_.answer;
      Real* x = p.at(s_.input, next) + n * s_.numbers;
      for (Index k = 0; k < s_.numbers; ++k) x[k] = y[k * outputs()];
    });
  }

  void backward(const Pass& p, const Columns& c) const override {
    each(p, c, [&](Index n, const Columns& next) {
      Real* dy = p.at(s_.from.gradient, c) + n * s_.from.rows + s_.answer;
      Real* dx = p.at(s_.gradient, next) + n * s_.numbers;
      for (Index k = 0; k < s_.numbers; ++k) dy[k * outputs()] += std::exchange(dx[k], Real(0));
    });
  }

 private:
  Index outputs() const { return s_.from.rows / s_.numbers; }

  /// Calls f(n, the columns of the next step) for those of the columns whose next input is their answer.
  template <class F>
  void each(const Pass& p, const Columns& c, const F& f) const {
    const Index t = c.t + 1;
    if (!p.dropping.on || t >= p.T) return;
    const Columns next{.first = c.first + p.N, .count = c.count, .t = t, .n = c.n};
    for (Index n = 0; n < c.count; ++n) {
      const Index length = p.length(c.n + n);
      if (t >= length) continue;
      const bool sampled = p.choosing.epsilon < 1 && toss(p.choosing, t, c.n + n).heads >= p.choosing.epsilon;
      if (t >= length - s_.steps || sampled) f(n, next);
    }
  }

  RowFeedbackSpec s_;
};

}  // namespace

std::unique_ptr<Operation> make_row_feedback(const RowFeedbackSpec& spec) {
  return std::make_unique<RowFeedback>(spec);
}

}  // namespace unfold
