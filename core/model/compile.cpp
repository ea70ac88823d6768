#include "unfold/model/compile.h"

#include <algorithm>

#include "unfold/base/phrase.h"
#include "unfold/model/lower.h"
#include "unfold/model/operations/operations.h"

namespace unfold {
namespace {

/// Numbers of the layers that no upper one of the stack reads: what the whole stack leaves behind.
std::vector<int> tops(const std::vector<LayerConfig>& layers) {
  std::vector<int> list;
  for (int l = 0; l < int(layers.size()); ++l) {
    const auto reads = [&](const LayerConfig& upper) {
      return std::any_of(upper.edges.begin(), upper.edges.end(),
                         [&](const EdgeConfig& e) { return e.from == Source::layer && e.layer == l; });
    };
    if (std::none_of(layers.begin() + l + 1, layers.end(), reads)) list.push_back(l);
  }
  return list;
}

class Compiler {
 public:
  Compiler(const Config& config, const NetworkSizes& sizes) : config_(config) {
    plan_.sizes = sizes;
    V_ = sizes.symbols;
    E_ = V_ > 0 ? config.embedding : 0;
    A_ = config.attention.size > 0 ? config.attention.size : config.layers.back().units;
    feeds_rows_ = config.feeds_rows() && sizes.outputs == sizes.numbers * config.task.loss.outputs();
  }

  Plan run() {
    const bool pooled = plan_.pooled = config_.task.pooled(), encoded = config_.encoder.on();
    add_inputs(pooled || encoded);
    if (pooled || encoded) encoder(encoded);
    if (pooled)
      pooled_readout();
    else
      main_sequence();
    plan_.schedule(std::size_t(scan_from_));
    if (readout_ >= 0 && can_tile(plan_.layers[std::size_t(readout_)]))
      plan_.tiled = plan_.layers[std::size_t(readout_)].sum.value;
    return std::move(plan_);
  }

 private:
  int next() const { return int(plan_.layers.size()); }

  /// Whether a readout runs over any columns, forward and back: no step waits for it, and no symbol enters it, since
  /// gradients by symbol are summed over the whole window.
  bool can_tile(const PlanLayer& readout) const {
    return plan_.scans.back().step.empty() && std::none_of(readout.once.begin(), readout.once.end(), [&](int number) {
             const LinearSpec* map = plan_.operations[std::size_t(number)]->map();
             return map && map->from.tokens;
           });
  }

  /// Buffers of the numbers that a step reads. They are read by the encoder where it answers for a whole sequence; the
  /// main sequence may be given what remains of it.
  void add_inputs(bool has_encoder) {
    const NetworkSizes& sizes = plan_.sizes;
    const Index widths[] = {sizes.lengths > 0 ? 1 : has_encoder ? 0 : sizes.numbers, has_encoder ? sizes.numbers : 0};
    for (int sequence = 0; sequence < 2; ++sequence) {
      const BufferInfo input{.name = sequence == 0 ? "input" : "encoder_input",
                             .rows = widths[sequence],
                             .extent = Extent::state,
                             .sequence = sequence};
      if (input.rows == 0) continue;
      const auto i = std::size_t(sequence);
      plan_.inputs[i] = plan_.add(input);
      if (has_encoder != (sequence == 1)) continue;  // what answers a caller's gradient is the first that reads
      plan_.input_gradients[i] =
          plan_.add_gradient(plan_.inputs[i], "input_gradient", feeds_rows_ ? Lifetime::training : Lifetime::request);
    }
  }

  void embed(const std::string& name, Sources& sources) {
    if (E_ == 0) return;
    sources.embedding = add_embedding(plan_, V_, E_, name, sources);
  }

  /// A stack of layers: all are declared before the first is lowered, since a layer may read an upper one.
  void stack(const std::vector<LayerConfig>& layers, const std::string& prefix, Sources& sources) {
    sources.layers.clear();
    for (std::size_t l = 0; l < layers.size(); ++l)
      sources.layers.push_back(declare_layer(plan_, layers[l], prefix + std::to_string(l), sources.sequence));
    for (std::size_t l = 0; l < layers.size(); ++l) lower_layer(plan_, sources.layers[l], layers[l], int(l), sources);
  }

  void encoder(bool encoded) {
    const std::vector<LayerConfig>& layers = encoded ? config_.encoder.layers : config_.layers;
    Sources sources{.sequence = 1, .tokens = V_ > 0, .input = V_ > 0 ? V_ : plan_.sizes.numbers, .symbols = V_};
    embed(encoded ? "encoder.embedding" : "embedding", sources);
    plan_.first_layer = plan_.layers.size();
    stack(layers, encoded ? "encoder." : "layers.", sources);
    std::vector<EdgeConfig> edges;
    for (const int top : tops(layers)) {
      memory_.push_back(sources.layers[std::size_t(top)]);
      edges.push_back({.from = Source::layer, .layer = top});
    }
    if (config_.attention.on) {
      keys_ = declare_sums(plan_, A_, "attention.key", 1, true);
      lower_sums(plan_, keys_, edges, "attention.key.", -1, sources);
    }
    plan_.main = plan_.layers.size();
    encoder_layers_ = sources.layers;
  }

  /// A layer that holds what others leave behind.
  int add_context(const std::vector<int>& from, bool mean, Index rows, const std::string& name) {
    const int number = next();
    PlanLayer layer{.name = name, .units = rows};
    layer.output = plan_.add({.name = "output", .layer = number, .rows = rows});
    layer.output_gradient = plan_.add_gradient(layer.output, "output_gradient");
    ContextSpec spec{.mean = mean, .rows = rows, .to = layer.output, .gradient = layer.output_gradient};
    for (const int source : from) {
      spec.from.push_back(output_of(plan_, source));
      spec.directions.push_back(plan_.layers[std::size_t(source)].direction);
    }
    plan_.layers.push_back(std::move(layer));
    plan_.add(make_context(std::move(spec)), number, When::step);
    return number;
  }

  /// Nothing but a readout of what the layers leave behind.
  void pooled_readout() {
    Sources sources{.symbols = V_, .output = -1};
    sources.layers = encoder_layers_;
    for (const EdgeConfig& e : config_.readout) {
      int& place = sources.layers[std::size_t(e.layer)];
      place = add_context({place}, config_.task.pooling == Pooling::mean, plan_.layers[std::size_t(place)].units,
                          phrase("pooled.{}", {e.layer}));
    }
    const int readout = declare_sums(plan_, plan_.sizes.outputs, "readout", 0, false);
    lower_sums(plan_, readout, config_.readout, "readout.", -1, sources);
  }

  void main_sequence() {
    const NetworkSizes& sizes = plan_.sizes;
    const bool encoded = config_.encoder.on();
    Sources sources{.tokens = V_ > 0, .input = V_ > 0 ? V_ : sizes.numbers, .symbols = V_};
    if (config_.has_context()) {
      Index rows = encoded ? 0 : sizes.context;
      for (const int m : memory_) rows += plan_.layers[std::size_t(m)].units;
      sources.context = add_context(memory_, false, rows, "context");
    }
    find_scan(sources);
    embed("embedding", sources);
    plan_.first_layer = plan_.layers.size();
    declare_stack(sources);
    for (std::size_t l = 0; l < config_.layers.size(); ++l)
      lower_layer(plan_, sources.layers[l], config_.layers[l], int(l), sources);
    if (config_.attention.on) lower_attention(sources);
    if (plan_.lengths >= 0) {
      std::vector<EdgeConfig> edges;
      if (config_.has_context()) edges.push_back({.from = Source::context});
      lower_sums(plan_, plan_.lengths, edges, "length.", -1, sources);
    }
    if (readout_ < 0) return;
    lower_sums(plan_, readout_, config_.readout, "readout.",
               config_.tie_weights ? plan_.parameters.find("embedding.weight") : -1, sources);
    const PlanLayer& readout = plan_.layers[std::size_t(readout_)];
    const Sum sum = readout.sum;
    if (plan_.free_running)
      plan_.add(make_output_feedback(sum, readout.states[0], readout.state_gradients[0]), readout_, When::step);
    if (feeds_rows_)
      plan_.add(make_row_feedback({.from = sum,
                                   .input = plan_.inputs[0],
                                   .gradient = plan_.input_gradients[0],
                                   .numbers = sizes.numbers,
                                   .answer = config_.task.loss.answer(),
                                   .steps = config_.task.feedback_steps}),
                readout_, When::step);
    else if (config_.scheduled_sampling.on() && V_ > 0)
      plan_.add(make_scheduled_sampling(sum, sizes.symbols), readout_, When::step);
  }

  /// From which layer on all run step by step together: the lowest that reads an upper one or shares its states.
  void find_scan(Sources& sources) {
    const int first = next() + (E_ > 0 ? 1 : 0);
    for (int l = int(config_.layers.size()); l-- > 0;) {
      const LayerConfig& layer = config_.layers[std::size_t(l)];
      for (const EdgeConfig& e : layer.edges) {
        if (e.from == Source::output && config_.free_running) plan_.free_running = true;
        if (reads_upper(e, l)) sources.scan_from = std::min(sources.scan_from, first + l);
      }
      if (layer.state_from >= 0) sources.scan_from = std::min(sources.scan_from, first + std::min(l, layer.state_from));
    }
    if (feeds_rows_ || (config_.scheduled_sampling.on() && V_ > 0)) {
      sources.chosen = true;
      sources.scan_from = next();
    }
    scan_from_ = sources.scan_from;
  }

  bool reads_upper(const EdgeConfig& e, int layer) const {
    if (!e.factors.empty())
      return std::any_of(e.factors.begin(), e.factors.end(),
                         [&](const EdgeConfig& factor) { return reads_upper(factor, layer); });
    return (e.from == Source::output && config_.free_running) || e.from == Source::attention ||
           (e.from == Source::layer && e.layer > layer);
  }

  /// The layers of the main sequence from the first on, each of which another may read before it is lowered.
  void declare_stack(Sources& sources) {
    const NetworkSizes& sizes = plan_.sizes;
    for (std::size_t l = 0; l < config_.layers.size(); ++l)
      sources.layers.push_back(declare_layer(plan_, config_.layers[l], phrase("layers.{}", {l}), 0));
    if (config_.attention.on) sources.attention = plan_.attention = declare_attention();
    if (sizes.lengths > 0) plan_.lengths = declare_sums(plan_, sizes.lengths, "length", 0, false);
    if (sizes.outputs == 0) return;
    readout_ = declare_sums(plan_, sizes.outputs, "readout", 0, false);
    if (!plan_.free_running) return;
    sources.output = readout_;
    declare_state(readout_, sizes.outputs);
  }

  /// A state of a layer without a cell: what upper layers read of it, at once or steps later.
  void declare_state(int number, Index rows) {
    PlanLayer& layer = plan_.layers[std::size_t(number)];
    const int state = plan_.add({.name = "h", .layer = number, .rows = rows, .extent = Extent::state, .delay = 1});
    layer.states.push_back(state);
    layer.state_gradients.push_back(plan_.add_gradient(state, "state_gradient"));
    BufferInfo output{.name = "output", .layer = number, .rows = rows, .lifetime = Lifetime::request};
    output.alias = layer.states[0];
    layer.output = plan_.add(output);
    output.alias = layer.state_gradients[0];
    output.name = "output_gradient";
    layer.output_gradient = plan_.add(output);
  }

  int declare_attention() {
    const int number = declare_sums(plan_, A_, "attention", 0, false);
    Index rows = 0;
    for (const int m : memory_) rows += plan_.layers[std::size_t(m)].units;
    declare_state(number, rows);
    PlanLayer& layer = plan_.layers[std::size_t(number)];
    layer.units = rows;
    layer.weights = plan_.add({.name = "weights", .layer = number, .rows = 1, .extent = Extent::scores});
    return number;
  }

  void lower_attention(const Sources& sources) {
    const EdgeConfig query{.from = Source::layer, .layer = int(config_.layers.size()) - 1};
    lower_sums(plan_, plan_.attention, {query}, "attention.query.", -1, sources);
    const PlanLayer& layer = plan_.layers[std::size_t(plan_.attention)];
    AttentionSpec spec{.additive = config_.attention.additive,
                       .query = layer.sum,
                       .keys = plan_.layers[std::size_t(keys_)].sum,
                       .to = layer.states[0],
                       .gradient = layer.state_gradients[0],
                       .weights = layer.weights};
    for (const int m : memory_) spec.memory.push_back(output_of(plan_, m));
    if (spec.additive) {
      spec.score = plan_.parameters.add({.name = "attention.score", .rows = 1, .cols = A_, .fill = Fill::readout});
      spec.score_offset = plan_.parameters[spec.score].offset;
    }
    plan_.add(make_attention(std::move(spec)), plan_.attention, When::step);
  }

  const Config& config_;
  Plan plan_;
  Index V_ = 0, E_ = 0, A_ = 0;
  std::vector<int> memory_, encoder_layers_;
  int keys_ = -1, readout_ = -1, scan_from_ = 1 << 20;
  bool feeds_rows_ = false;
};

}  // namespace

Plan compile(const Config& config, const NetworkSizes& sizes) { return Compiler(config, sizes).run(); }

}  // namespace unfold
