// sLSTM (Beck et al. 2024): exponential gates, a normaliser n, and a stabiliser m that keeps exponents small.
//   m = max(z_f + m₋, z_i)   i = exp(z_i − m)   f = exp(z_f + m₋ − m)   z = tanh(z_z)   o = σ(z_o)
//   c = f∘c₋ + i∘z           n = f∘n₋ + i       h = o∘c/n
#include "model/cells/cells.h"
#include "unfold/base/numeric.h"
#include "unfold/kernels/kernels.h"
#include "unfold/model/cell.h"

namespace unfold::test {
namespace {

enum { I, F, Z, O };
enum { H, C, N, M };
enum { saved_c, saved_n, forgets };  // forgets: 1 where z_f + m₋ is the larger

class Slstm final : public Cell {
 public:
  int saved() const override { return 3; }
  double initial_bias(int gate) const override { return gate == F ? 1 : 0; }
  std::string equations() const override {
    return "m = max(z_f + m_prev, z_i); i = exp(z_i - m); f = exp(z_f + m_prev - m); z = tanh(z_z); o = sigmoid(z_o); "
           "c = f * c_prev + i * z; n = f * n_prev + i; h = o * c / n";
  }

  void forward(const CellStep& s) const override {
    for (Index k = 0; k < s.columns; ++k) {
      ArrayView i = s.gate(I, k), f = s.gate(F, k), z = s.gate(Z, k), o = s.gate(O, k);
      ArrayView c = s.next(C, k), n = s.next(N, k), m = s.next(M, k);
      f += s.former(M, k);
      s.saved(forgets, k) = (f >= i).select(ArrayView::PlainObject::Ones(s.units), Real(0));
      m = (f >= i).select(f, i);
      for (Index u = 0; u < s.units; ++u) {
        i[u] = Real(numeric::exp(double(i[u] - m[u])));
        f[u] = Real(numeric::exp(double(f[u] - m[u])));
      }
      kernels::tanh(z.data(), s.units);
      kernels::sigmoid(o.data(), s.units);
      c = f * s.former(C, k) + i * z;
      n = f * s.former(N, k) + i;
      s.next(H, k) = o * c / n;
      s.saved(saved_c, k) = c;
      s.saved(saved_n, k) = n;
    }
  }

  // dc += dh∘o/n   dn −= dh∘o∘c/n²   di = dc∘z + dn   df = dc∘c₋ + dn∘n₋
  // through the exponentials: dz_i = di∘i, d(z_f + m₋) = df∘f, dm −= both; dm goes to the larger of its two sides
  void backward(const CellDelta& s) const override {
    s.each([&](const Slice& u) {
      ArrayView i = s.gate(I, u), f = s.gate(F, u), z = s.gate(Z, u), o = s.gate(O, u);
      ArrayView dc = s.dstate(C, u), dn = s.dstate(N, u), dm = s.dstate(M, u);
      const ArrayView c = s.saved(saved_c, u), n = s.saved(saved_n, u), forget = s.saved(forgets, u);
      const ConstArrayView dh = s.dh(u);
      dc += dh * o / n;
      dn -= dh * o * c / (n * n);
      const Units di = (dc * z + dn) * i, df = (dc * s.former(C, u) + dn * s.former(N, u)) * f;
      const Units stabiliser = dm - di - df;
      o = dh * (c / n) * (o * (1 - o));
      z = dc * i * (1 - z * z);
      dc *= f;
      dn *= f;
      i = di + stabiliser * (1 - forget);
      f = df + stabiliser * forget;
      dm = f;
    });
  }
};

constexpr const char* gates[] = {"i", "f", "z", "o"};
constexpr const char* states[] = {"h", "c", "n", "m"};

}  // namespace

const CellInfo slstm_cell{
    .name = "test-slstm",
    .label = "sLSTM",
    .summary = "An LSTM with exponential gates.",
    .equations = "i = exp(…);  f = exp(…);  c = f∘c₋ + i∘z;  n = f∘n₋ + i;  h = o∘c/n",
    .source = "Beck et al. 2024",
    .gate_names = gates,
    .state_names = states,
    .make = [](const CellSettings&) -> std::unique_ptr<Cell> { return std::make_unique<Slstm>(); },
};

}  // namespace unfold::test
