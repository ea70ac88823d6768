// Scheduled sampling (Bengio et al. 2015): with probability 1 − ε the next input symbol is drawn from softmax(o)
// instead of read from the data. No gradient passes through the choice.
#include "unfold/model/draw.h"
#include "unfold/model/operations/description.h"

namespace unfold {
namespace {

class ScheduledSampling final : public Operation {
 public:
  ScheduledSampling(const Sum& from, Index symbols) : from_(from), symbols_(symbols) {}

  const char* name() const override { return "scheduledSampling"; }
  void describe(Description& d) const override { d.buffer("from", from_.value); }

  void forward(const Pass& p, const Columns& c) const override {
    if (!p.dropping.on || c.t + 1 >= p.T || p.choosing.epsilon >= 1) return;
    for (Index n = 0; n < c.count; ++n) {
      if (c.t + 1 >= p.length(c.n + n)) continue;
      const Coin coin = toss(p.choosing, c.t + 1, c.n + n);
      if (coin.heads < p.choosing.epsilon) continue;
      p.tokens[(p.input_delay + c.t + 1) * p.N + c.n + n] =
          draw(p.at(from_.value, c) + n * from_.rows, symbols_, coin.place);
    }
  }

 private:
  Sum from_;
  Index symbols_;
};

}  // namespace

std::unique_ptr<Operation> make_scheduled_sampling(const Sum& from, Index symbols) {
  return std::make_unique<ScheduledSampling>(from, symbols);
}

}  // namespace unfold
