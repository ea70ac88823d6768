// First states from the context: h₀ = tanh(W·c + b), c₀ = W'·c + b' for further states. A delay line begins with h₀
// throughout.
#include <algorithm>

#include "unfold/kernels/kernels.h"
#include "unfold/model/operations/description.h"

namespace unfold {
namespace {

class InitialState final : public Operation {
 public:
  explicit InitialState(const InitialStateSpec& spec) : s_(spec) {}

  const char* name() const override { return "initialState"; }
  void describe(Description& d) const override {
    d.signal("from", s_.context);
    d.begin_list("states");
    for (const InitialStateSpec::State& state : s_.states) {
      d.begin_object();
      d.buffer("to", state.value);
      d.parameter("weight", state.matrix.weight);
      d.parameter("bias", state.bias);
      d.text("function", &state == &s_.states[0] ? "tanh" : "identity");
      d.end_object();
    }
    d.end_list();
  }

  void pack(const Real* parameters, Real* packed) const override {
    for (const InitialStateSpec::State& state : s_.states) unfold::pack(state.matrix, parameters, packed);
  }

  void forward(const Pass& p, const Columns& c) const override {
    if (!p.fresh) return;
    const Index size = c.count * s_.units;
    const Real* context = p.at(s_.context.value, c);
    for (const InitialStateSpec::State& state : s_.states) {
      Real* first = p.at(state.value, c, 1);
      multiply(state.matrix, p.packed, context, s_.context.rows, c.count, p.parameters + state.bias_offset, 0, first,
               s_.units);
      if (&state != &s_.states[0]) continue;
      kernels::tanh(first, size);
      for (Index late = 2; late <= p.info[state.value].delay; ++late)
        std::copy_n(first, size, p.at(state.value, c, late));
    }
  }

  void backward(const Pass& p, const Columns& c) const override {
    if (!p.fresh) return;
    const Index size = c.count * s_.units;
    for (const InitialStateSpec::State& state : s_.states) {
      ArrayView d = array(p.at(state.gradient, c, 1), size);
      if (&state == &s_.states[0]) {
        const ConstArrayView h = array(static_cast<const Real*>(p.at(state.value, c, 1)), size);
        for (Index late = 2; late <= p.info[state.gradient].delay; ++late)
          d += array(p.at(state.gradient, c, late), size);
        d *= 1 - h * h;
      }
      multiply_transposed(state.matrix, p.packed, d.data(), s_.units, c.count, p.at(s_.context.gradient, c),
                          s_.context.rows);
    }
  }

  void gradient(const Pass& p, Real* gradient, Index first, Index) const override {
    if (first > 0 || !p.fresh) return;
    const Columns all{0, p.N, 0, 0};
    for (const InitialStateSpec::State& state : s_.states) {
      const Real* d = p.at(state.gradient, all, 1);
      add_outer_products(state.matrix, p.at(s_.context.value, all), s_.context.rows, d, s_.units, p.N, 0, s_.units,
                         gradient + state.matrix.offset);
      for (Index n = 0; n < p.N; ++n)
        array(gradient + state.bias_offset, s_.units) += array(d + n * s_.units, s_.units);
    }
  }

 private:
  InitialStateSpec s_;
};

}  // namespace

std::unique_ptr<Operation> make_initial_state(const InitialStateSpec& spec) {
  return std::make_unique<InitialState>(spec);
}

}  // namespace unfold
