// Sizes before anything is allocated, in floating point so that nothing overflows.
#include "unfold/api/session.h"

namespace unfold {
namespace {

/// Numbers that an edge of a stack reads, before its block.
struct Stack {
  const Config& config;
  const std::vector<LayerConfig>& layers;
  const NetworkSizes& sizes;
  double context = 0, memory = 0;  // sizes of the context and of what attention gives

  double inputs(const EdgeConfig& e, double own) const {
    switch (e.from) {
      case Source::input:
        return sizes.symbols == 0     ? double(sizes.numbers)
               : config.embedding > 0 ? config.embedding
                                      : double(sizes.symbols);
      case Source::layer: return double(layers[std::size_t(e.layer)].hidden);
      case Source::self: return own;
      case Source::output: return double(sizes.symbols);
      case Source::context: return context;
      case Source::attention: return memory;
      case Source::remaining: return 1;
    }
    return 0;
  }
};

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

void add_layer(const Stack& stack, const LayerConfig& layer, Count& count) {
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
    entering += e.hidden.empty() ? stack.inputs(e, H) : double(e.hidden.back());
  }
  for (const EdgeConfig& e : layer.edges) {
    const bool self = e.from == Source::self;
    add_block(e, stack.inputs(e, H), self || into_cell ? rows : 0, self ? entering : 0, bias, count);
    if (self && cell->reset_gate() >= 0 && !e.hidden.empty())  // a second chain of hidden layers behind the reset
      add_block(e, H, 0, entering, bias, count);
  }
  count.parameters += (layer.bias == Bias::two   ? 2
                       : layer.bias == Bias::one ? 1
                                                 : 0) *
                          rows +
                      double(cell->own_vectors().size()) * H + (layer.leak.learned ? H : 0) +
                      (layer.layer_norm ? rows * (cell->separate() ? 2 : 1) : 0) +
                      (layer.initial ? cell->states() * H * (stack.context + 1) : 0);
  count.activations += rows * (cell->separate() ? 2 : 1) + H * (1 + cell->states() + cell->saved()) +
                       (cell->reset_gate() >= 0 ? H : 0) + (stack.config.dropout > 0 || layer.residual ? 2 * H : 0) +
                       (layer.leak.learned ? H : 0) + (layer.layer_norm ? 2 * rows : 0) +
                       (layer.recurrent_dropout > 0 ? H : 0);
}

}  // namespace

Estimate estimate(const Config& config, const NetworkSizes& sizes, Index T, Index S, Index text_tokens) {
  const double V = double(sizes.symbols), K = double(sizes.outputs);
  Stack main{config, config.layers, sizes}, encoder{config, config.encoder.layers, sizes};
  Count one, other;  // of the main stream and of the encoder
  const bool pooled = config.task.pooled();
  for (const LayerConfig& layer : config.encoder.layers) add_layer(encoder, layer, other);
  if (config.encoder.on())
    main.memory = double(config.encoder.layers.back().hidden);  // the last pair, if of two directions
  if (config.encoder.on() && config.encoder.layers.back().direction < 0 && config.encoder.layers.size() > 1)
    main.memory += double(config.encoder.layers[config.encoder.layers.size() - 2].hidden);
  main.context = config.encoder.on() ? main.memory : double(sizes.context);
  for (const LayerConfig& layer : config.layers) add_layer(main, layer, pooled ? other : one);
  for (const EdgeConfig& e : config.readout) add_block(e, main.inputs(e, 0), K, 0, true, one);
  one.parameters += K;
  one.activations += K + (config.free_running ? 2 * V : 0) + 2 * main.context + double(sizes.lengths);
  if (sizes.lengths > 0) one.parameters += double(sizes.lengths) * (1 + (config.has_context() ? main.context : 0));
  if (config.attention.on) {
    const double A = double(config.attention.size > 0 ? config.attention.size : config.layers.back().hidden);
    one.parameters += A * double(config.layers.back().hidden) + A + (config.attention.additive ? A : 0);
    other.parameters += A * main.memory + A;
    one.activations += A + 2 * main.memory + double(S);
    other.activations += 2 * A;
  }
  if (sizes.symbols > 0 && config.embedding > 0) {
    Count& reading = pooled ? other : one;
    reading.parameters += config.tied ? 0 : config.embedding * V;
    reading.activations += 3.0 * config.embedding;
    if (config.encoder.on()) {
      other.parameters += config.embedding * V;
      other.activations += 3.0 * config.embedding;
    }
  }
  const double parameters = one.parameters + other.parameters;
  const double kept = one.activations * double(T) + other.activations * double(S);
  return {.parameters = Index(parameters),
          .bytes = sizeof(Real) * (parameters * (2 + moments(config.optimizer) + 2) + kept * double(config.batch)) +
                   sizeof(Token) * double(text_tokens) + engine_bytes};
}

Estimate estimate(const Config& config, Index V, Index text_tokens) {
  return estimate(config, {.symbols = V, .outputs = V}, config.window, 0, text_tokens);
}

}  // namespace unfold
