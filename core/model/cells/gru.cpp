// GRU (Cho et al. 2014), gates in PyTorch's order r, z, n; z keeps the old state:
//   r = σ(z_r)   u = σ(z_z)   h = (1−u)∘n + u∘h₋
// The reset gate enters in one of two ways that give different networks:
//   after the product  (PyTorch, cuDNN):  n = tanh(zx_n + r∘zh_n),  zh_n = W_n·h₋ + b_hn
//   before the product (Cho 2014, ONNX):  n = tanh(z_n),            z_n  = U_n·x + W_n·(r∘h₋) + b
#include "unfold/kernels/kernels.h"
#include "unfold/model/cell.h"

namespace unfold {
namespace {

class Gru final : public Cell {
 public:
  explicit Gru(bool after) : after_(after) {}
  int gates() const override { return 3; }
  bool separate() const override { return after_; }
  int reset_gate() const override { return after_ ? -1 : 0; }

  void forward(const CellStep& s, int stage) const override {
    const Index H = s.hidden;
    for (Index col = 0; col < s.columns; ++col) {
      Real *r = s.z + 3 * H * col, *u = r + H, *n = u + H;
      if (stage == 0) {
        if (after_) {
          const Real* zh = s.zh + 3 * H * col;
          for (Index k = 0; k < 2 * H; ++k) r[k] += zh[k];
        }
        kernels::sigmoid(r, 2 * H);
        if (!after_) continue;  // the product with r∘h₋ comes between the stages
      }
      if (after_) {
        const Real* zh_n = s.zh + 3 * H * col + 2 * H;
        for (Index k = 0; k < H; ++k) n[k] += r[k] * zh_n[k];
      }
      kernels::tanh(n, H);
      const Real* h_prev = s.prev[0] + H * col;
      Real* h = s.next[0] + H * col;
      for (Index k = 0; k < H; ++k) h[k] = (1 - u[k]) * n[k] + u[k] * h_prev[k];
    }
  }

  // dn = dh∘(1−u)   du = dh∘(h₋−n)   dh₋ += dh∘u   dz_n = dn∘(1−n²)
  // after:  dr = dz_n∘zh_n, dzh_n = dz_n∘r;  before: dr comes back through W_n (dreset)
  void backward(const CellDelta& s, int stage) const override {
    const Index H = s.hidden;
    for (Index col = 0; col < s.columns; ++col) {
      Real *r = s.z + 3 * H * col, *u = r + H, *n = u + H;
      if (stage == (after_ ? 0 : 1)) {
        const Real *h_prev = s.prev[0] + H * col, *dh = s.dh + H * col;
        Real* dh_prev = s.dh_prev + H * col;
        for (Index k = 0; k < H; ++k) {
          const Real uk = u[k], nk = n[k];
          n[k] = dh[k] * ((1 - uk) * (1 - nk * nk));
          u[k] = dh[k] * ((h_prev[k] - nk) * (uk * (1 - uk)));
          dh_prev[k] += dh[k] * uk;
        }
      }
      if (after_) {
        Real* zh = s.zh + 3 * H * col;
        for (Index k = 0; k < H; ++k) {
          const Real rk = r[k];
          r[k] = n[k] * (zh[2 * H + k] * (rk * (1 - rk)));
          zh[k] = r[k];
          zh[H + k] = u[k];
          zh[2 * H + k] = n[k] * rk;
        }
      } else if (stage == 0) {
        const Real* dr = s.dreset + H * col;
        for (Index k = 0; k < H; ++k) r[k] = dr[k] * (r[k] * (1 - r[k]));
      }
    }
  }

 private:
  bool after_;
};

constexpr const char* gate_names[] = {"r", "z", "n"};
constexpr const char* choices[] = {"after", "before"};
constexpr CellOption options[] = {
    {.name = "reset",
     .help = "Whether the reset gate acts after the recurrent product (PyTorch) or before it (Cho 2014).",
     .choices = choices,
     .choice = "after"}};

const RegisterCell registered{{
    .name = "gru",
    .label = "GRU",
    .summary = "Two gates blend the former state with a candidate: nearly an LSTM, with less to compute.",
    .equations = "r, u = σ(…);  n = tanh(U·x + r∘(W·h₋));  h = (1−u)∘n + u∘h₋",
    .source = "Cho et al. 2014; Chung et al. 2014",
    .gate_names = gate_names,
    .options = options,
    .make = [](const CellSettings& s) -> std::unique_ptr<Cell> {
      return std::make_unique<Gru>(s.choice("reset") == "after");
    },
}};

}  // namespace
}  // namespace unfold
