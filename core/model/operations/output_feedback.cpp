// Output feedback of a free-running network: p = softmax(o) is what edges from the output read one step later.
//   do += p∘(dp − Σ p·dp)
#include <algorithm>

#include "unfold/kernels/kernels.h"
#include "unfold/model/operations/description.h"

namespace unfold {
namespace {

class OutputFeedback final : public Operation {
 public:
  OutputFeedback(const Sum& from, int to, int gradient) : from_(from), to_(to), gradient_(gradient) {}

  const char* name() const override { return "outputFeedback"; }
  void describe(Description& d) const override {
    d.buffer("from", from_.value);
    d.buffer("to", to_);
  }

  void forward(const Pass& p, const Columns& c) const override {
    const Index V = from_.rows;
    Real* y = p.at(to_, c, 0);
    std::copy_n(p.at(from_.value, c), c.count * V, y);
    for (Index n = 0; n < c.count; ++n) kernels::softmax(y + n * V, V, -1);
  }

  void backward(const Pass& p, const Columns& c) const override {
    const Index V = from_.rows;
    for (Index n = 0; n < c.count; ++n) {
      const Real *y = p.at(to_, c, 0) + n * V, *dy = p.at(gradient_, c, 0) + n * V;
      Real sum = 0;  // in order: the order of a reduction shows in its bits
      for (Index v = 0; v < V; ++v) sum += y[v] * dy[v];
      array(p.at(from_.gradient, c) + n * V, V) += array(y, V) * (array(dy, V) - sum);
    }
  }

 private:
  Sum from_;
  int to_, gradient_;
};

}  // namespace

std::unique_ptr<Operation> make_output_feedback(const Sum& from, int to, int gradient) {
  return std::make_unique<OutputFeedback>(from, to, gradient);
}

}  // namespace unfold
