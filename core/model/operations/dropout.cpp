// Dropout (Srivastava et al. 2014): y ← x∘mask/(1−p), dx += dy∘mask/(1−p). What upper layers read of a layer has a mask
// for every step, or one for the whole window (Gal & Ghahramani 2016); the recurrent signal always has the latter.
// While nothing is dropped, upper layers read the state itself (an alias), and there is nothing to do.
#include <algorithm>

#include "unfold/model/operations/description.h"

namespace unfold {
namespace {

class Dropout final : public Operation {
 public:
  explicit Dropout(const DropoutSpec& spec) : s_(spec) {}

  const char* name() const override { return "dropout"; }
  void describe(Description& d) const override {
    d.signal("from", s_.from);
    d.buffer("to", s_.to);
    if (recurrent()) d.number("rate", s_.rate);
  }

  void forward(const Pass& p, const Columns& c) const override { each(p, c, &Dropout::forward_step); }
  void backward(const Pass& p, const Columns& c) const override { each(p, c, &Dropout::backward_step); }

 private:
  bool recurrent() const { return s_.site == Site::recurrent; }
  bool drops(const Pass& p) const { return p.dropping.on && (recurrent() || p.dropping.rate > 0); }
  double rate(const Pass& p) const { return recurrent() ? s_.rate : p.dropping.rate; }
  /// The place of a mask's first element among those of the site.
  Index place(const Pass& p, const Columns& c) const {
    if (recurrent()) return (s_.index * p.N + c.n) * s_.from.rows;
    return (p.dropping.variational ? c.n : c.first) * s_.from.rows;
  }

  /// Step by step, also where it runs over all columns at a time.
  template <class F>
  void each(const Pass& p, const Columns& c, const F& step) const {
    const int state = p.info[s_.to].alias;
    if (state >= 0 && p.access[s_.to].place == p.access[state].place) return;
    for (Index at = c.first, end = c.first + c.count; at < end;) {
      const Index t = at / p.N, count = std::min(end, (t + 1) * p.N) - at;
      (this->*step)(p, Columns{at, count, t, at % p.N});
      at += count;
    }
  }

  void forward_step(const Pass& p, const Columns& c) const {
    const Index size = c.count * s_.from.rows;
    const Real* x = p.at(s_.from.value, c, s_.from.delay);
    if (drops(p))
      drop(p.dropping, s_.number, s_.site, rate(p), place(p, c), size, x, p.at(s_.to, c), false);
    else
      std::copy_n(x, size, p.at(s_.to, c));
  }

  void backward_step(const Pass& p, const Columns& c) const {
    const Index size = c.count * s_.from.rows;
    Real *dx = p.at(s_.from.gradient, c, s_.from.delay), *dy = p.at(s_.gradient, c);
    if (drops(p))
      drop(p.dropping, s_.number, s_.site, rate(p), place(p, c), size, dy, dx, true);
    else
      array(dx, size) += array(dy, size);
    if (recurrent()) array(dy, size).setZero();  // ready for the next step
  }

  DropoutSpec s_;
};

}  // namespace

std::unique_ptr<Operation> make_dropout(const DropoutSpec& spec) { return std::make_unique<Dropout>(spec); }

}  // namespace unfold
