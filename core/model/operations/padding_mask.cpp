// Padding mask: once a sequence has ended, h ← h₋ and c ← c₋. So the last state of a sequence is where its buffer ends,
// and a layer that runs backward in time keeps its first state until it reaches the sequence's true end.
#include <algorithm>

#include "unfold/model/operations/description.h"

namespace unfold {
namespace {

class PaddingMask final : public Operation {
 public:
  explicit PaddingMask(const PaddingMaskSpec& spec) : s_(spec) {}

  const char* name() const override { return "paddingMask"; }
  void describe(Description& d) const override {
    d.integer("units", s_.units);
    d.buffers("states", s_.states);
  }

  void forward(const Pass& p, const Columns& c) const override {
    if (!p.lengths) return;
    for (Index n = 0; n < c.count; ++n) {
      if (c.t < p.lengths[c.n + n]) continue;
      const Columns column{c.first + n, 1, c.t, c.n + n};
      for (const int state : s_.states) std::copy_n(p.at(state, column, 1), s_.units, p.at(state, column, 0));
    }
  }

  void backward(const Pass& p, const Columns& c) const override {
    if (!p.lengths) return;
    for (std::size_t i = 1; i < s_.states.size(); ++i) array(p.at(s_.around[i], c), c.count * s_.units).setZero();
    for (Index n = 0; n < c.count; ++n) {
      if (c.t < p.lengths[c.n + n]) continue;
      const Columns column{c.first + n, 1, c.t, c.n + n};
      ArrayView dh = array(p.at(s_.gradients[0], column, 0), s_.units);
      array(p.at(s_.gradients[0], column, 1), s_.units) += dh;
      dh.setZero();
      for (std::size_t i = 1; i < s_.states.size(); ++i) {
        ArrayView d = array(p.at(s_.gradients[i], column), s_.units);
        array(p.at(s_.around[i], column), s_.units) = d;
        d.setZero();
      }
    }
  }

 private:
  PaddingMaskSpec s_;
};

}  // namespace

std::unique_ptr<Operation> make_padding_mask(const PaddingMaskSpec& spec) {
  return std::make_unique<PaddingMask>(spec);
}

}  // namespace unfold
