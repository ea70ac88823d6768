// Cell: preactivations and previous states → gate activations and new states; backward, the deltas of the
// preactivations over the gate activations, and the gradients of the previous states.
//
// The gradient of h has a place for every step, since linear maps of any delay add to it. That of a further state has
// one step: it comes in as ∂L/∂c_t and leaves as ∂L/∂c_{t−1}. What passes around the cell on its way back, through an
// interpolation or over padding, waits in a buffer of its own (`around`) and is added last.
#include "unfold/config/config_reader.h"
#include "unfold/model/operations/description.h"

namespace unfold {
namespace {

class CellUpdate final : public Operation {
 public:
  explicit CellUpdate(const CellSpec& spec) : s_(spec) {}

  const char* name() const override { return "cell"; }
  void describe(Description& d) const override {
    const CellInfo& info = *s_.cell->info;
    d.text("cell", info.name.data());
    d.integer("units", s_.units);
    d.names("gates", info.gate_names);
    if (const auto early = s_.cell->early_gate()) d.text("earlyGate", info.gate_names[std::size_t(early->gate)]);
    d.buffer("sum", s_.sum.value);
    if (s_.recurrent.value >= 0) d.buffer("recurrent", s_.recurrent.value);
    d.buffers("states", s_.states);
    d.names("stateNames", info.state_names);
    if (elsewhere()) {
      std::vector<Signal> previous;
      for (const int state : s_.previous) previous.push_back({.value = state, .rows = s_.units, .delay = s_.late});
      d.signals("previous", previous);
    }
    d.parameters("parameters", s_.parameter, own());
    d.equations("equations", s_.cell->equations());
  }

  void buffers(Plan& plan) override {
    derived_ = plan.reserve(s_.cell->derived() * s_.units);
    if (s_.cell->saved() > 0) saved_ = plan.add({.name = "saved", .layer = layer, .rows = s_.cell->saved() * s_.units});
  }

  void pack(const Real* parameters, Real* packed) const override {
    if (s_.cell->derived() > 0) s_.cell->derive(parameters + s_.offset, s_.units, packed + derived_);
  }

  void forward(const Pass& p, const Columns& c) const override {
    CellStep step;
    fill(step, p, c);
    step.z = p.at(s_.sum.value, c);
    step.zh = p.at(s_.recurrent.value, c);
    step.saved_values = p.at(saved_, c);
    for (std::size_t i = 0; i < s_.states.size(); ++i) step.next_states[i] = p.at(s_.states[i], c, 0);
    s_.cell->forward(step);
  }

  void backward(const Pass& p, const Columns& c) const override {
    CellDelta step;
    fill(step, p, c);
    step.z = p.at(s_.sum.gradient, c);
    step.zh = p.at(s_.recurrent.gradient, c);
    step.saved_values = p.at(saved_, c);
    step.dh_values = s_.interpolated ? p.at(s_.answer_gradient, c) : p.at(s_.gradients[0], c, 0);
    step.dformer = p.at(s_.previous_gradients[0], c, s_.late);
    for (std::size_t i = 1; i < s_.states.size(); ++i) step.dstates[i] = p.at(s_.gradients[i], c);
    step.early_gradient = p.at(s_.early_gradient, c);
    s_.cell->backward(step);
    const Index size = c.count * s_.units;
    for (std::size_t i = 1; i < s_.states.size(); ++i) {
      ArrayView d = array(step.dstates[i], size);
      if (elsewhere()) {  // ∂L/∂(the state that was continued) goes to its own layer
        array(p.at(s_.previous_gradients[i], c), size) += d;
        d.setZero();
      }
      if (s_.interpolated || p.lengths) d += array(p.at(s_.around[i], c), size);
    }
  }

  void gradient(const Pass& p, Real* gradient, Index first, Index) const override {
    if (first > 0 || own() == 0) return;
    const Columns all{0, p.T * p.N};
    CellTrace trace;
    fill(trace, p, all);
    trace.z = p.at(s_.own_gradient, all);
    trace.saved_values = p.at(saved_, all);
    trace.gradient = gradient + s_.offset;
    s_.cell->own_gradient(trace);
  }

  double cost() const override { return 20.0 * double(s_.units); }

 private:
  int own() const { return int(s_.cell->info->vector_names.size()); }
  bool elsewhere() const { return s_.previous[0] != s_.states[0]; }

  void fill(CellColumns& to, const Pass& p, const Columns& c) const {
    to.units = s_.units;
    to.columns = c.count;
    to.gates = s_.cell->gates();
    to.saved_rows = s_.cell->saved();
    to.own = p.parameters + s_.offset;
    to.derived_values = p.packed + derived_;
    for (std::size_t i = 0; i < s_.states.size(); ++i) to.previous_states[i] = p.at(s_.previous[i], c, s_.late);
  }

  CellSpec s_;
  int saved_ = -1;
  Size derived_ = 0;
};

}  // namespace

std::unique_ptr<Operation> make_cell_update(const CellSpec& spec) { return std::make_unique<CellUpdate>(spec); }

}  // namespace unfold
