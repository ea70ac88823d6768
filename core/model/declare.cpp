// Layers before their operations: names, cells, and the buffers that other layers may read.
#include <algorithm>

#include "unfold/base/phrase.h"
#include "unfold/model/lowering.h"

namespace unfold {
namespace {

bool is_default_input(const EdgeConfig& e, int number) {
  return e.delay == 0 && (number == 0 ? e.from == Source::input : e.from == Source::layer && e.layer == number - 1);
}

}  // namespace

std::string edge_key(const EdgeConfig& e, int number) {
  std::string gates;
  for (const std::string& gate : e.gates) gates += "_" + gate;
  if (is_default_input(e, number)) return "ih" + gates;
  const bool back = e.from == Source::self || e.from == Source::output ||
                    (e.from == Source::layer && e.layer > number && number >= 0);
  std::string key = e.from == Source::self        ? "hh"
                    : e.from == Source::input     ? "x"
                    : e.from == Source::output    ? "yh"
                    : e.from == Source::layer     ? phrase("l{}", {e.layer})
                    : e.from == Source::context   ? "context"
                    : e.from == Source::attention ? "attention"
                    : e.from == Source::edge      ? phrase("edge{}", {e.layer})
                                                  : "remaining";
  if (e.delay != (back ? 1 : 0)) key += phrase("_{}", {e.delay});
  return key + gates;
}

bool inputs_enter_cell(const LayerConfig& config) {
  return std::none_of(config.edges.begin(), config.edges.end(), [](const EdgeConfig& e) {
    return e.from == Source::self && !e.hidden.empty() && e.join == Join::first;
  });
}

std::vector<int> periods_of(const LayerConfig& config) {
  const auto groups = Index(config.clock.size());
  std::vector<int> periods;
  for (Index k = 0; k < (groups > 0 ? config.units : 0); ++k)
    periods.push_back(config.clock[std::size_t(k * groups / config.units)]);
  return periods;
}

bool interpolates(const LayerConfig& c) {
  return c.leak.on() || !c.clock.empty() || c.zoneout > 0 || c.zoneout_cell > 0;
}

int declare_layer(Plan& plan, const LayerConfig& config, const std::string& name, int sequence) {
  const int number = int(plan.layers.size());
  const Index H = config.units;
  PlanLayer layer{.name = name, .sequence = sequence, .direction = config.direction, .units = H};
  const CellInfo* info = config.cell.empty() ? nullptr : find_cell(config.cell);
  if (info) layer.cell = make_cell(*info, config.settings);
  const auto add = [&](const char* what, Index rows, Extent extent, Lifetime lifetime, bool zeroed, int which = -1) {
    return plan.add({.name = what,
                     .layer = number,
                     .number = which,
                     .rows = rows,
                     .extent = extent,
                     .lifetime = lifetime,
                     .zeroed = zeroed,
                     .sequence = sequence,
                     .direction = config.direction,
                     .delay = extent == Extent::state ? Index(1) : Index(0)});
  };
  if (info) {
    const Index rows = layer.cell->gates() * H;
    layer.sum.value = layer.sum.gradient = add("sum", rows, Extent::window, Lifetime::always, false);
    layer.sum.rows = rows;
    if (layer.cell->separate()) {
      layer.recurrent = layer.sum;
      layer.recurrent.value = layer.recurrent.gradient =
          add("recurrent_sum", rows, Extent::window, Lifetime::always, false);
    }
  }
  for (int i = 0; i < (info ? layer.cell->states() : 1); ++i) {
    layer.states.push_back(add(info ? layer.cell->state_name(i) : "h", H, Extent::state, Lifetime::always, false));
    layer.state_gradients.push_back(
        add("state_gradient", H, i == 0 ? Extent::state : Extent::step, Lifetime::training, true, i));
  }
  layer.output = add("output", H, Extent::window, config.residual ? Lifetime::always : Lifetime::dropout, false);
  layer.output_gradient =
      add("output_gradient", H, Extent::window, config.residual ? Lifetime::training : Lifetime::dropout, true);
  plan.buffers[std::size_t(layer.output)].alias = layer.states[0];
  plan.buffers[std::size_t(layer.output_gradient)].alias = layer.state_gradients[0];
  for (const int buffer : {layer.output, layer.output_gradient})
    plan.buffers[std::size_t(buffer)].separate = config.residual;
  plan.layers.push_back(std::move(layer));
  return number;
}

}  // namespace unfold
