// Linear recurrent unit (Orvieto et al. 2023): each unit turns and shrinks a complex number x = a + i·b, which is all
// that is recurrent, and shows a real part of it beside the input:
//   λ = exp(−exp(nu) + i·exp(theta))   x = λ∘x₋ + exp(gamma)∘(z_u + i·z_v)   h = Re((c_a + i·c_b)∘x) + z_s
// |λ| < 1 whatever nu is, so the state stays finite. The paper's readout Re(C·x) + D·x_t is h's matrix in the layer
// above: C there is complex, here one complex number for each unit comes first. The first λ lie on a spiral, in the
// paper at random in a ring: |λ| from 0.9 to 0.999, the slower the longer a unit remembers; gamma is ln √(1 − |λ|²) up
// to 6 %, so that h keeps the scale of the input.
#include "unfold/base/numeric.h"
#include "unfold/model/cell.h"
#include "unfold/model/cells/table.h"

namespace unfold {
namespace {

enum { U, V, S };
enum { H, A, B };
enum { nu, theta, gamma, c_a, c_b };
enum { real, imaginary, scale };           // derived: λ, exp(gamma)
enum { saved_a, saved_b, saved_product };  // the last one: of gamma

class Lru final : public Cell {
 public:
  int saved() const override { return 3; }
  std::array<double, 2> initial_vector(int i) const override {
    constexpr std::array<double, 2> first[]{{-2.25, -6.9}, {1.1, -4.6}, {-0.83, -3.1}, {1, 1}, {0, 0}};
    return first[i];
  }
  int derived() const override { return 3; }
  void derive(const Real* own, Index units, Real* to) const override {
    for (Index k = 0; k < units; ++k) {
      const auto of = [&](int i) { return numeric::exp(double(own[i * units + k])); };
      const double size = numeric::exp(-of(nu)), angle = of(theta);
      to[real * units + k] = Real(size * numeric::cos(angle));
      to[imaginary * units + k] = Real(size * numeric::sin(angle));
      to[scale * units + k] = Real(of(gamma));
    }
  }
  std::string equations() const override {
    return "u = z_u; v = z_v; s = z_s; "
           "a = exp(-exp(nu)) * (cos(exp(theta)) * a_prev - sin(exp(theta)) * b_prev) + exp(gamma) * u; "
           "b = exp(-exp(nu)) * (sin(exp(theta)) * a_prev + cos(exp(theta)) * b_prev) + exp(gamma) * v; "
           "h = c_a * a - c_b * b + s";
  }

  void forward(const CellStep& s) const override {
    const ConstArrayView x = s.derived(real), y = s.derived(imaginary), g = s.derived(scale);
    for (Index n = 0; n < s.columns; ++n) {
      ArrayView a = s.saved(saved_a, n), b = s.saved(saved_b, n);
      const ConstArrayView a_prev = s.previous(A, n), b_prev = s.previous(B, n);
      a = x * a_prev - y * b_prev + g * s.gate(U, n);
      b = y * a_prev + x * b_prev + g * s.gate(V, n);
      s.next(H, n) = s.vector(c_a) * a - s.vector(c_b) * b + s.gate(S, n);
      s.next(A, n) = a;
      s.next(B, n) = b;
    }
  }

  // da += c_a∘dh   db −= c_b∘dh   dz_u = exp(gamma)∘da   dz_v = exp(gamma)∘db   dz_s = dh   dx₋ = conj(λ)∘dx
  void backward(const CellDelta& s) const override {
    s.each([&](const Slice& k) {
      ArrayView u = s.gate(U, k), v = s.gate(V, k), da = s.dstate(A, k), db = s.dstate(B, k);
      const ConstArrayView x = s.derived(real, k), y = s.derived(imaginary, k), g = s.derived(scale, k), dh = s.dh(k);
      const Units a = da + s.vector(c_a, k) * dh, b = db - s.vector(c_b, k) * dh;
      s.saved(saved_product, k) = g * (a * u + b * v);
      u = g * a;
      v = g * b;
      s.gate(S, k) = dh;
      da = x * a + y * b;
      db = x * b - y * a;
    });
  }

  // With the sums p = Σ da∘a₋ + db∘b₋ and q = Σ db∘a₋ − da∘b₋, which are the gradients of λ's parts:
  //   d nu = −exp(nu)∘(Re λ∘p + Im λ∘q)   d theta = exp(theta)∘(Re λ∘q − Im λ∘p)
  //   d gamma = Σ exp(gamma)∘(da∘z_u + db∘z_v)   d c_a = Σ dh∘a   d c_b = −Σ dh∘b
  void own_gradient(const CellTrace& s) const override {
    for (Index begin = 0; begin < s.units; begin += Units::MaxSizeAtCompileTime) {
      const Index count = std::min<Index>(Units::MaxSizeAtCompileTime, s.units - begin);
      Units p = Units::Zero(count), q = p, of_scale = p, of_a = p, of_b = p;
      for (Index n = 0; n < s.columns; ++n) {
        const Slice k{n, begin, count};
        const ArrayView u = s.gate(U, k), v = s.gate(V, k), dh = s.gate(S, k);
        const ConstArrayView a = s.previous(A, k), b = s.previous(B, k);
        p += u * a + v * b;
        q += v * a - u * b;
        of_scale += s.saved(saved_product, k);
        of_a += dh * s.saved(saved_a, k);
        of_b += dh * s.saved(saved_b, k);
      }
      add(s, begin, count, {p.data(), q.data(), of_scale.data(), of_a.data(), of_b.data()});
    }
  }

 private:
  static void add(const CellTrace& s, Index begin, Index count, const std::array<const Real*, 5>& sums) {
    for (Index i = 0; i < count; ++i) {
      const auto to = [&](int vector) -> Real& { return s.gradient[vector * s.units + begin + i]; };
      const auto of = [&](int vector) { return numeric::exp(double(s.own[vector * s.units + begin + i])); };
      const auto lambda = [&](int part) { return double(s.derived_values[part * s.units + begin + i]); };
      const double p = double(sums[0][i]) / lambda(scale), q = double(sums[1][i]) / lambda(scale);
      to(nu) -= Real(of(nu) * (lambda(real) * p + lambda(imaginary) * q));
      to(theta) += Real(of(theta) * (lambda(real) * q - lambda(imaginary) * p));
      to(gamma) += sums[2][i];
      to(c_a) += sums[3][i];
      to(c_b) -= sums[4][i];
    }
  }
};

constexpr const char* gates[] = {"u", "v", "s"};
constexpr const char* states[] = {"h", "a", "b"};
constexpr const char* vectors[] = {"nu", "theta", "gamma", "c_a", "c_b"};

}  // namespace

const CellInfo lru_cell{
    .name = "lru",
    .label = "LRU",
    .summary =
        "A linear recurrence: each unit turns and shrinks a complex number, and layers between it add nonlinearity.",
    .equations = "x = λ∘x₋ + γ∘(U·input);  λ = exp(−exp(ν) + i·exp(θ));  h = Re(c∘x) + U_s·input",
    .source = "Orvieto et al. 2023",
    .gate_names = gates,
    .state_names = states,
    .vector_names = vectors,
    .recurrent = false,
    .states_from_context = 3,
    .make = [](const CellSettings&) -> std::unique_ptr<Cell> { return std::make_unique<Lru>(); },
};

}  // namespace unfold
