// Simple recurrent unit (Lei et al. 2018): gates see the input and, through diagonal weights v, the cell state.
//   g = z_g   f = σ(z_f + v_f∘c₋)   r = σ(z_r + v_r∘c₋)   s = z_s
//   c = f∘c₋ + (1−f)∘g              h = r∘c + (1−r)∘s
// s is the input on its way around the cell. A cell does not see the input x itself, but a linear map of it: s = U_s·x,
// which is what the paper's code takes where x has not as many numbers as h. Where it has, the code takes x.
#include "unfold/kernels/kernels.h"
#include "unfold/model/cell.h"
#include "unfold/model/cells/table.h"

namespace unfold {
namespace {

enum { G, F, R, S };

class Sru final : public Cell {
 public:
  Sru(double forget_bias, double highway_bias) : forget_bias_(forget_bias), highway_bias_(highway_bias) {}
  int saved() const override { return 1; }  // c, which may be interpolated afterwards
  double initial_bias(int gate) const override { return gate == F ? forget_bias_ : gate == R ? highway_bias_ : 0; }
  std::string equations() const override {
    return "g = z_g; f = sigmoid(z_f + recurrent_f * c_prev); r = sigmoid(z_r + recurrent_r * c_prev); s = z_s; "
           "c = f * c_prev + (1 - f) * g; h = r * c + (1 - r) * s";
  }

  void forward(const CellStep& s) const override {
    for (Index n = 0; n < s.columns; ++n) {
      ArrayView f = s.gate(F, n), r = s.gate(R, n), c = s.saved(0, n);
      const ConstArrayView c_prev = s.previous(1, n);
      f += s.vector(0) * c_prev;
      r += s.vector(1) * c_prev;
      kernels::sigmoid(f.data(), 2 * s.units);
      c = f * c_prev + (1 - f) * s.gate(G, n);
      s.next(0, n) = r * c + (1 - r) * s.gate(S, n);
      s.next(1, n) = c;
    }
  }

  // dc += dh∘r   dz_r = dh∘(c−s)∘r(1−r)   dz_s = dh∘(1−r)   dz_f = dc∘(c₋−g)∘f(1−f)   dz_g = dc∘(1−f)
  // dc₋ = dc∘f + v_f∘dz_f + v_r∘dz_r
  void backward(const CellDelta& s) const override {
    s.each([&](const Slice& u) {
      ArrayView g = s.gate(G, u), f = s.gate(F, u), r = s.gate(R, u), skip = s.gate(S, u), dc = s.dstate(1, u);
      const ConstArrayView dh = s.dh(u);
      const Units d = dc + dh * r, kept = d * f, ds = dh * (1 - r), dg = d * (1 - f);
      r = dh * (s.saved(0, u) - skip) * (r * (1 - r));
      f = d * (s.previous(1, u) - g) * (f * (1 - f));
      g = dg;
      skip = ds;
      dc = kept + (s.vector(0, u) * f + s.vector(1, u) * r);
    });
  }

  // dv_f = Σ dz_f∘c₋   dv_r = Σ dz_r∘c₋
  void own_gradient(const CellTrace& s) const override {
    for (Index n = 0; n < s.columns; ++n) {
      s.dvector(0) += s.gate(F, n) * s.previous(1, n);
      s.dvector(1) += s.gate(R, n) * s.previous(1, n);
    }
  }

 private:
  double forget_bias_, highway_bias_;
};

constexpr const char* gates[] = {"g", "f", "r", "s"};
constexpr signed char time_gates[] = {0, 1, 0, 0};
constexpr const char* states[] = {"h", "c"};
constexpr const char* vectors[] = {"recurrent_f", "recurrent_r"};
constexpr CellOption options[] = {
    {.name = "forgetBias", .help = "Initial bias of the forget gate.", .number = 0, .minimum = -10, .maximum = 10},
    {.name = "highwayBias",
     .help = "Initial bias of the highway gate r; below 0 the input passes by the cell at first.",
     .number = 0,
     .minimum = -10,
     .maximum = 10}};

}  // namespace

const CellInfo sru_cell{
    .name = "sru",
    .label = "SRU",
    .summary =
        "Gates see the input and their own unit alone, and the input may pass by: as fast as a feedforward layer.",
    .equations = "f, r = σ(U·x + v∘c₋);  c = f∘c₋ + (1−f)∘(U·x);  h = r∘c + (1−r)∘(U_s·x)",
    .source = "Lei et al. 2018",
    .gate_names = gates,
    .state_names = states,
    .vector_names = vectors,
    .recurrent = false,
    .time_gates = time_gates,
    .options = options,
    .make = [](const CellSettings& s) -> std::unique_ptr<Cell> {
      return std::make_unique<Sru>(s.number("forgetBias"), s.number("highwayBias"));
    },
};

}  // namespace unfold
