// sLSTM (Beck et al. 2024): exponential input and forget gates, a normaliser n, and a stabiliser m that keeps the
// exponents at or below zero. Heads with memory mixing are an edge {"from": "self", "blocks": B}.
//   m = max(z_f + m₋, z_i)   i = exp(z_i − m)   f = exp(z_f + m₋ − m)   z = tanh(z_z)   o = σ(z_o)
//   c = f∘c₋ + i∘z           n = f∘n₋ + i       h = o∘c/n
// A context starts h alone: with c, and a normaliser of any sign, h would be divided by almost nothing.
#include "unfold/base/numeric.h"
#include "unfold/kernels/kernels.h"
#include "unfold/model/cell.h"
#include "unfold/model/cells/table.h"

namespace unfold {
namespace {

enum { I, F, Z, O };
enum { H, C, N, M };
enum { saved_c, saved_n, forgets };  // forgets: 1 where z_f + m₋ is the larger

class Slstm final : public Cell {
 public:
  explicit Slstm(double forget_bias) : forget_bias_(forget_bias) {}
  int saved() const override { return 3; }
  double initial_bias(int gate) const override { return gate == F ? forget_bias_ : 0; }
  std::string equations() const override {
    return "m = max(z_f + m_prev, z_i); i = exp(z_i - m); f = exp(z_f + m_prev - m); z = tanh(z_z); o = sigmoid(z_o); "
           "c = f * c_prev + i * z; n = f * n_prev + i; h = o * c / n";
  }

  void forward(const CellStep& s) const override {
    for (Index k = 0; k < s.columns; ++k) {
      ArrayView i = s.gate(I, k), f = s.gate(F, k), z = s.gate(Z, k), o = s.gate(O, k);
      ArrayView c = s.next(C, k), n = s.next(N, k);
      stabilize(s, k);
      kernels::tanh(z.data(), s.units);
      kernels::sigmoid(o.data(), s.units);
      c = f * s.previous(C, k) + i * z;
      n = f * s.previous(N, k) + i;
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
      const Units di = (dc * z + dn) * i, df = (dc * s.previous(C, u) + dn * s.previous(N, u)) * f;
      const Units stabilizer = dm - di - df;
      o = dh * (c / n) * (o * (1 - o));
      z = dc * i * (1 - z * z);
      dc *= f;
      dn *= f;
      i = di + stabilizer * (1 - forget);
      f = df + stabilizer * forget;
      dm = f;
    });
  }

 private:
  /// m, and the gates i and f of one column: the larger exponent becomes 0.
  static void stabilize(const CellStep& s, Index k) {
    ArrayView i = s.gate(I, k), f = s.gate(F, k), m = s.next(M, k), forget = s.saved(forgets, k);
    const ConstArrayView m_prev = s.previous(M, k);
    for (Index u = 0; u < s.units; ++u) {
      const Real kept = f[u] + m_prev[u], written = i[u];
      const bool larger = kept >= written;
      const Real rest = Real(numeric::exp(double(larger ? written - kept : kept - written)));
      m[u] = larger ? kept : written;
      forget[u] = larger ? 1 : 0;
      i[u] = larger ? rest : 1;
      f[u] = larger ? 1 : rest;
    }
  }

  double forget_bias_;
};

constexpr const char* gates[] = {"i", "f", "z", "o"};
constexpr const char* states[] = {"h", "c", "n", "m"};
constexpr CellOption options[] = {
    {.name = "forgetBias", .help = "Initial bias of the forget gate.", .number = 1, .minimum = -10, .maximum = 10}};

}  // namespace

const CellInfo slstm_cell{
    .name = "slstm",
    .label = "sLSTM",
    .summary = "An LSTM with exponential gates and a normaliser, which can revise what it stored.",
    .equations = "i = exp(…);  f = exp(…);  z = tanh(…);  c = f∘c₋ + i∘z;  n = f∘n₋ + i;  h = σ(…)∘c/n",
    .source = "Beck et al. 2024",
    .gate_names = gates,
    .state_names = states,
    .states_from_context = 1,
    .options = options,
    .make = [](const CellSettings& s) -> std::unique_ptr<Cell> {
      return std::make_unique<Slstm>(s.number("forgetBias"));
    },
};

}  // namespace unfold
