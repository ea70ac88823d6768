// Sizes before anything is allocated, in floating point so that nothing overflows.
#include "session.h"

namespace unfold {
namespace {

double inputs_of(const EdgeConfig& e, const Config& c, double V, double own) {
  switch (e.from) {
    case Source::input: return c.embedding > 0 ? c.embedding : V;
    case Source::layer: return double(c.layers[std::size_t(e.layer)].hidden);
    case Source::self: return own;
    case Source::output: return V;
  }
  return 0;
}

struct Count {
  double parameters = 0, activations = 0;  // activations: elements a step and column, deltas included
};

/// A block from `from` inputs to `rows` outputs; `joined` inputs enter its hidden layers.
void add_block(const EdgeConfig& e, double from, double rows, double joined, bool bias, Count& count) {
  double last = from;
  for (std::size_t k = 0; k < e.hidden.size(); ++k) {
    const double size = double(e.hidden[k]);
    count.parameters += size * last + (bias ? size : 0) + (e.shortcut && k > 0 ? size * from : 0);
    if (e.join == Join::all || (e.join == Join::first && k == 0)) count.parameters += size * joined;
    count.activations += 2 * size;
    last = size;
  }
  count.parameters += rows * last + (e.shortcut && !e.hidden.empty() ? rows * from : 0);
}

void add_layer(const Config& c, const LayerConfig& layer, double V, Count& count) {
  const auto cell = find_cell(layer.cell)->make(layer.settings);
  const double H = double(layer.hidden), rows = cell->gates() * H;
  const bool bias = layer.bias != Bias::none;
  double entering = 0;
  bool into_cell = true;
  for (const EdgeConfig& e : layer.edges) {
    if (e.from == Source::self) {
      into_cell &= e.hidden.empty() || e.join != Join::first;
      continue;
    }
    entering += e.hidden.empty() ? inputs_of(e, c, V, H) : double(e.hidden.back());
  }
  for (const EdgeConfig& e : layer.edges) {
    const bool self = e.from == Source::self;
    add_block(e, inputs_of(e, c, V, H), self || into_cell ? rows : 0, self ? entering : 0, bias, count);
    if (self && cell->reset_gate() >= 0 && !e.hidden.empty())  // a second chain of hidden layers behind the reset
      add_block(e, H, 0, entering, bias, count);
  }
  count.parameters += (layer.bias == Bias::two ? 2 : layer.bias == Bias::one ? 1 : 0) * rows +
                      double(cell->own_vectors().size()) * H + (layer.leak.learned ? H : 0) +
                      (layer.layer_norm ? rows * (cell->separate() ? 2 : 1) : 0);
  count.activations += rows * (cell->separate() ? 2 : 1) + H * (1 + cell->states() + cell->saved()) +
                       (cell->reset_gate() >= 0 ? H : 0) + (c.dropout > 0 || layer.residual ? 2 * H : 0) + (layer.leak.learned ? H : 0) +
                       (layer.layer_norm ? 2 * rows : 0) + (layer.recurrent_dropout > 0 ? H : 0);
}

}  // namespace

Estimate estimate(const Config& config, Index symbols, Index text_tokens) {
  const double V = double(symbols);
  Count count;
  for (const LayerConfig& layer : config.layers) add_layer(config, layer, V, count);
  for (const EdgeConfig& e : config.readout) add_block(e, inputs_of(e, config, V, 0), V, 0, true, count);
  count.parameters += V + (config.tied ? 0 : config.embedding * V);
  count.activations += 3.0 * config.embedding + (config.free_running ? 2 * V : 0);
  count.activations += V;
  int moments = 0;
  const OptimizerConfig& o = config.optimizer;
  if (o.name == "momentum" || o.name == "nesterov" || o.name == "adagrad") moments = 1;
  if (o.name == "adam" || o.name == "adamw" || o.name == "adadelta") moments = 2;
  if (o.name == "rmsprop") moments = o.centered || o.momentum > 0 ? 3 : 1;
  const double columns = double(config.window) * double(config.batch);
  return {.parameters = Index(count.parameters),
          .bytes = sizeof(Real) * (count.parameters * (2 + moments + 2) + count.activations * columns) +
                   sizeof(Token) * double(text_tokens)};
}

}  // namespace unfold
