// RWKV-4's time mix (Peng et al. 2023): a mean of all former values v, weighted by exp(k) and by a decay of its own for
// each unit. The value of the present step has a bonus, and receptance r decides how much of the mean is shown.
//   r = σ(z_r)   k = z_k   v = z_v   w = exp(decay)   q = max(m₋, bonus + k)
//   m = max(m₋ − w, k)   c = exp(m₋ − w − m)∘c₋ + exp(k − m)∘v   n = exp(m₋ − w − m)∘n₋ + exp(k − m)
//   h = r∘(exp(m₋ − q)∘c₋ + exp(bonus + k − q)∘v)/(exp(m₋ − q)∘n₋ + exp(bonus + k − q))
// Numerator c and denominator n are kept divided by exp(m), the largest exponent, so that no exponential overflows. The
// token shift is an edge with delay 1 beside the one without.
#include "unfold/base/numeric.h"
#include "unfold/kernels/kernels.h"
#include "unfold/model/cell.h"
#include "unfold/model/cells/table.h"

namespace unfold {
namespace {

enum { R, K, V };
enum { H, C, N, M };
enum { decay, bonus };
enum { of_old, of_new, of_kept, of_written };  // exponentials of the equations, in their order

class Rwkv final : public Cell {
 public:
  int saved() const override { return 4; }
  std::array<double, 2> initial_vector(int i) const override {
    return i == decay ? std::array{-5.0, 3.0} : std::array{-1.2, -1.2};
  }
  int derived() const override { return 1; }  // w
  void derive(const Real* own, Index units, Real* to) const override {
    for (Index k = 0; k < units; ++k) to[k] = Real(numeric::exp(double(own[k])));
  }
  std::string equations() const override {
    return "r = sigmoid(z_r); k = z_k; v = z_v; m = max(m_prev - exp(decay), k); "
           "c = exp(m_prev - exp(decay) - m) * c_prev + exp(k - m) * v; "
           "n = exp(m_prev - exp(decay) - m) * n_prev + exp(k - m); "
           "h = r * (exp(m_prev - max(m_prev, bonus + k)) * c_prev + exp(bonus + k - max(m_prev, bonus + k)) * v) / "
           "(exp(m_prev - max(m_prev, bonus + k)) * n_prev + exp(bonus + k - max(m_prev, bonus + k)))";
  }

  void forward(const CellStep& s) const override {
    for (Index t = 0; t < s.columns; ++t) {
      ArrayView r = s.gate(R, t), k = s.gate(K, t), v = s.gate(V, t), m = s.next(M, t);
      ArrayView a = s.saved(of_old, t), b = s.saved(of_new, t), f = s.saved(of_kept, t), i = s.saved(of_written, t);
      const ConstArrayView c = s.previous(C, t), n = s.previous(N, t), m_prev = s.previous(M, t);
      const ConstArrayView w = s.derived(0), u = s.vector(bonus);
      kernels::sigmoid(r.data(), s.units);
      i = (m_prev >= u + k).select(m_prev, u + k);
      a = m_prev - i;
      b = u + k - i;
      m = (m_prev - w >= k).select(m_prev - w, k);
      f = m_prev - w - m;
      i = k - m;
      kernels::exponential(a.data(), 4 * s.units);
      s.next(H, t) = r * (a * c + b * v) / (a * n + b);
      s.next(C, t) = f * c + i * v;
      s.next(N, t) = f * n + i;
    }
  }

  // With y = h/r, e = dh∘r/(denominator of h): what goes through q is 0, since q divides both sides.
  //   d(m₋ − q) = e∘(c₋ − y∘n₋)∘exp(m₋ − q)   d(bonus + k − q) = e∘(v − y)∘exp(bonus + k − q)
  //   d(m₋ − w − m) = (dc∘c₋ + dn∘n₋)∘exp(m₋ − w − m)   d(k − m) = (dc∘v + dn)∘exp(k − m)
  //   dm −= the last two; dm goes to the larger of its two sides, whose exponential is 1
  void backward(const CellDelta& s) const override {
    s.each([&](const Slice& u) {
      ArrayView r = s.gate(R, u), k = s.gate(K, u), v = s.gate(V, u);
      ArrayView dc = s.dstate(C, u), dn = s.dstate(N, u), dm = s.dstate(M, u);
      ArrayView a = s.saved(of_old, u), b = s.saved(of_new, u), f = s.saved(of_kept, u), i = s.saved(of_written, u);
      const ConstArrayView c = s.previous(C, u), n = s.previous(N, u), dh = s.dh(u);
      const Units below = a * n + b, y = (a * c + b * v) / below, e = dh * r / below;
      const Units old = e * (c - y * n) * a, fresh = e * (v - y) * b;
      const Units keep = (dc * c + dn * n) * f, write = (dc * v + dn) * i, rest = dm - keep - write;
      const Units larger = (f >= 1).select(Units::Ones(u.count), Units::Zero(u.count));
      r = dh * y * (r * (1 - r));
      k = fresh + write + rest * (1 - larger);
      v = e * b + dc * i;
      dm = keep + rest * larger;
      dc = e * a + dc * f;
      dn = dn * f - e * y * a;
      b = fresh;  // of the bonus
      f = dm;     // of −w
      dm += old;
    });
  }

  // d bonus = Σ d(bonus + k − q)   d decay = −w∘Σ d(m₋ − w)
  void own_gradient(const CellTrace& s) const override {
    for (Index t = 0; t < s.columns; ++t) {
      s.dvector(decay) -= s.derived(0) * s.saved(of_kept, t);
      s.dvector(bonus) += s.saved(of_new, t);
    }
  }
};

constexpr const char* gates[] = {"r", "k", "v"};
constexpr const char* states[] = {"h", "c", "n", "m"};
constexpr const char* vectors[] = {"decay", "bonus"};

}  // namespace

const CellInfo rwkv_cell{
    .name = "rwkv",
    .label = "RWKV",
    .summary = "A mean of all former values, weighted by exponentials that decay at a speed of each unit's own.",
    .equations = "h = σ(r)∘Σ exp(kₛ − (t−1−s)·w)∘vₛ / Σ exp(kₛ − (t−1−s)·w), the present step with a bonus",
    .source = "Peng et al. 2023",
    .gate_names = gates,
    .state_names = states,
    .vector_names = vectors,
    .recurrent = false,
    .make = [](const CellSettings&) -> std::unique_ptr<Cell> { return std::make_unique<Rwkv>(); },
};

}  // namespace unfold
