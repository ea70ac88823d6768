// GRU (Cho et al. 2014), gates in PyTorch's order r, z, n; z keeps the old state:
//   r = σ(z_r)   u = σ(z_z)   h = (1−u)∘n + u∘h₋
// The reset gate enters in one of two ways that give different networks:
//   after the product  (PyTorch, cuDNN):  n = tanh(zx_n + r∘zh_n),  zh_n = W_n·h₋ + b_hn
//   before the product (Cho 2014, ONNX):  n = tanh(z_n),            z_n  = U_n·x + W_n·(r∘h₋) + b
// Before the product, r is an early gate: it is activated, and multiplied with h₋, before this cell runs.
#include "unfold/kernels/kernels.h"
#include "unfold/model/cell.h"
#include "unfold/model/cells/table.h"

namespace unfold {
namespace {

class Gru final : public Cell {
 public:
  explicit Gru(bool after) : after_(after) {}
  bool separate() const override { return after_; }
  std::optional<EarlyGate> early_gate() const override {
    if (after_) return std::nullopt;
    return EarlyGate{0, Activation::sigmoid};
  }

  std::string equations() const override {
    return after_ ? "r = sigmoid(zx_r + zh_r); z = sigmoid(zx_z + zh_z); n = tanh(zx_n + r * zh_n); "
                    "h = (1 - z) * n + z * h_prev"
                  : "r = sigmoid(z_r); z = sigmoid(z_z); n = tanh(z_n); h = (1 - z) * n + z * h_prev";
  }

  void forward(const CellStep& s) const override {
    const Index H = s.units;
    for (Index col = 0; col < s.columns; ++col) {
      ArrayView r = s.gate(0, col), u = s.gate(1, col), n = s.gate(2, col);
      if (after_) {
        r += s.recurrent(0, col);
        u += s.recurrent(1, col);
        kernels::sigmoid(r.data(), 2 * H);
        n += r * s.recurrent(2, col);
      } else {
        kernels::sigmoid(u.data(), H);
      }
      kernels::tanh(n.data(), H);
      s.next(0, col) = (1 - u) * n + u * s.previous(0, col);
    }
  }

  // dn = dh∘(1−u)   du = dh∘(h₋−n)   dh₋ += dh∘u   dz_n = dn∘(1−n²)
  // after:  dr = dz_n∘zh_n, dzh_n = dz_n∘r;  before: dr comes back through W_n and the product
  void backward(const CellDelta& s) const override {
    s.each([&](const Slice& k) {
      ArrayView r = s.gate(0, k), u = s.gate(1, k), n = s.gate(2, k);
      const ConstArrayView h_prev = s.previous(0, k), dh = s.dh(k);
      s.dh_former(k) += dh * u;
      const Units dn = dh * ((1 - u) * (1 - n * n));
      u = dh * ((h_prev - n) * (u * (1 - u)));
      n = dn;
      if (!after_) return;
      ArrayView zh_n = s.recurrent(2, k);
      const Units reset = r;
      r = n * (zh_n * (reset * (1 - reset)));
      s.recurrent(0, k) = r;
      s.recurrent(1, k) = u;
      zh_n = n * reset;
    });
  }

 private:
  bool after_;
};

constexpr const char* gates[] = {"r", "z", "n"};
constexpr signed char time_gates[] = {0, 1, 0};
constexpr const char* choices[] = {"after", "before"};
constexpr CellOption options[] = {
    {.name = "reset",
     .help = "Whether the reset gate acts after the recurrent product (PyTorch) or before it (Cho 2014).",
     .choices = choices,
     .choice = "after"}};

}  // namespace

const CellInfo gru_cell{
    .name = "gru",
    .label = "GRU",
    .summary =
        "Two gates interpolate between the previous state and a candidate: nearly an LSTM, with less to compute.",
    .equations = "r, u = σ(…);  n = tanh(U·x + r∘(W·h₋));  h = (1−u)∘n + u∘h₋",
    .source = "Cho et al. 2014; Chung et al. 2014",
    .gate_names = gates,
    .time_gates = time_gates,
    .options = options,
    .make = [](const CellSettings& s) -> std::unique_ptr<Cell> {
      return std::make_unique<Gru>(s.choice("reset") == "after");
    },
};

}  // namespace unfold
