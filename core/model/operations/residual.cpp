// Residual connection (He et al. 2016): y += x, dx += dy.
#include "unfold/model/operations/description.h"

namespace unfold {
namespace {

class Residual final : public Operation {
 public:
  Residual(const Signal& from, int to, int gradient) : from_(from), to_(to), gradient_(gradient) {}

  const char* name() const override { return "residual"; }
  void describe(Description& d) const override {
    d.signal("from", from_);
    d.buffer("to", to_);
  }

  void forward(const Pass& p, const Columns& c) const override {
    array(p.at(to_, c), c.count * from_.rows) += array(p.at(from_.value, c), c.count * from_.rows);
  }
  void backward(const Pass& p, const Columns& c) const override {
    array(p.at(from_.gradient, c), c.count * from_.rows) += array(p.at(gradient_, c), c.count * from_.rows);
  }

 private:
  Signal from_;
  int to_, gradient_;
};

}  // namespace

std::unique_ptr<Operation> make_residual(Signal from, int to, int gradient) {
  return std::make_unique<Residual>(from, to, gradient);
}

}  // namespace unfold
