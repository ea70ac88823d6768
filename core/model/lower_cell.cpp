// A layer of the configuration: its edges, its cell, and what follows it.
#include <algorithm>

#include "unfold/base/numeric.h"
#include "unfold/base/phrase.h"
#include "unfold/model/lowering.h"

namespace unfold {
namespace {

/// Lowers one layer of the configuration.
class CellLowering {
 public:
  CellLowering(Plan& plan, int layer, const LayerConfig& config, int own, const Sources& sources)
      : plan_(plan),
        config_(config),
        own_(own),
        low_(plan, layer, sources, plan.layers[std::size_t(layer)].name + ".", config.bias != Bias::none),
        cell_(*plan.layers[std::size_t(layer)].cell),
        H_(config.units),
        G_(cell_.gates()) {}

  void run() {
    PlanLayer& layer = low_.owner();
    layer.periods = periods_of(config_);
    if (config_.state_from >= 0) layer.continues = low_.sources().layers[std::size_t(config_.state_from)];
    z_ = low_.node(layer.sum, Activation::identity, 0);
    low_.at(z_).cell = true;
    if (cell_.separate()) {
      zh_ = low_.node(layer.recurrent, Activation::identity, 0);
      low_.at(zh_).cell = true;
      low_.at(zh_).once = false;
    }
    if (cell_.early_gate()) early_gradient_ = buffer("gate_gradient", H_, Extent::step, Lifetime::training, true);
    lower_inputs();
    for (const EdgeConfig& e : config_.edges)
      if (e.from == Source::self) lower_self(e);
    lower_biases();
    lower_norms();
    lower_vectors();
    lower_interpolation();
    lower_initial();
    schedule();
  }

 private:
  int recurrent() const { return zh_ >= 0 ? zh_ : z_; }
  int buffer(const char* name, Index rows, Extent extent, Lifetime lifetime, bool zeroed = false, int number = -1) {
    return plan_.add({.name = name,
                      .layer = low_.layer(),
                      .number = number,
                      .rows = rows,
                      .extent = extent,
                      .lifetime = lifetime,
                      .zeroed = zeroed,
                      .sequence = low_.owner().sequence});
  }

  void lower_inputs() {
    const bool into_cell = inputs_enter_cell(config_);
    int products = 0;
    for (std::size_t i = 0; i < config_.edges.size(); ++i) {
      const EdgeConfig& e = config_.edges[i];
      if (e.from == Source::self) continue;
      const bool product = e.from == Source::product;
      const std::string key = product ? phrase("product{}", {products++}) : edge_key(e, own_);
      const Lowering::Input from = low_.squashed(e, product ? low_.product(e, key, int(i)) : low_.source(e));
      const std::vector<Run> runs = gates_of(e, 0, G_);
      if (runs.empty() && product) continue;  // other edges read it
      const Lowering::Input last = low_.chain(e, from, key, {}, 0);
      if (!product && !e.hidden.empty()) low_.share(int(i), last);
      if (runs.empty()) continue;
      inputs_.push_back({last, key});
      if (!into_cell) continue;
      if (!e.matrix) {
        add_to_gates(last, z_, runs);
        continue;
      }
      const auto map = [&](const Lowering::Input& signal, const std::string& name) {
        const int weight = low_.parameter(name + key, rows_of(runs), signal.signal.rows, Fill::input, H_);
        for (const Run& run : runs) low_.map_rows(signal, z_, weight, run.row, run.rows, run.to);
      };
      map(last, "weight_");
      if (e.shortcut && !e.hidden.empty()) map(from, "shortcut_");
    }
  }

  /// Rows of an edge's matrix that enter neighbouring gates: from `row` on, to those of the sum from `to` on.
  struct Run {
    Index row, rows, to;
  };
  static Index rows_of(const std::vector<Run>& runs) { return runs.back().row + runs.back().rows; }
  /// Those of the gates [first, end) that the edge enters.
  std::vector<Run> gates_of(const EdgeConfig& e, int first, int end) const {
    std::vector<Run> runs;
    Index row = 0;
    for (int g = 0; g < end; ++g) {
      if (!e.enters(cell_.info->gate_names[std::size_t(g)])) continue;
      if (g >= first && !runs.empty() && runs.back().to + runs.back().rows == g * H_)
        runs.back().rows += H_;
      else if (g >= first)
        runs.push_back({row, H_, g * H_});
      row += H_;
    }
    return runs;
  }

  /// What an edge without a matrix adds to each of its gates.
  void add_to_gates(const Lowering::Input& from, int node, const std::vector<Run>& runs) {
    for (const Run& run : runs)
      for (Index to = run.to; to < run.to + run.rows; to += H_) low_.add(from, node, to);
  }

  void lower_self(const EdgeConfig& e) {
    const std::string key = edge_key(e, own_);
    const bool deep = !e.hidden.empty();
    const int direct = cell_.early_gate() ? G_ - 1 : G_;  // gates that read h itself
    const Index last_size = (deep ? e.hidden.back() : H_) / e.blocks, rows = rows_of(gates_of(e, 0, G_));
    const int weight =
        e.matrix ? low_.parameter("weight_" + key, rows, last_size, deep ? Fill::input : Fill::recurrent, H_ / e.blocks)
                 : -1;
    const int shortcut = e.shortcut && deep ? low_.parameter("shortcut_" + key, rows, H_, Fill::recurrent, H_) : -1;
    const Lowering::Input own = low_.squashed(e, masked(low_.source(e)));
    const auto matrices = [&](const Lowering::Input& from, const std::string& suffix, const std::vector<Run>& runs) {
      const Lowering::Input last = low_.chain(e, from, key + suffix, inputs_, from.stage);
      if (!e.matrix) return add_to_gates(last, recurrent(), runs);
      const std::size_t into_cell = low_.maps.size();
      for (const auto& [row, count, to] : runs) {
        if (e.blocks > 1)
          low_.map_blocks(last, recurrent(), weight, H_, e.blocks, row, count);
        else
          low_.map_rows(last, recurrent(), weight, row, count, to);
        if (shortcut >= 0) low_.map_rows(from, recurrent(), shortcut, row, count, to);
      }
      for (std::size_t i = into_cell; i < low_.maps.size(); ++i)  // faster units do not feed slower ones
        if (low_.maps[i].from.signal.value == from.signal.value) low_.maps[i].periods = low_.owner().periods;
    };
    if (const auto runs = gates_of(e, 0, direct); !runs.empty()) matrices(own, "", runs);
    if (const auto runs = gates_of(e, direct, G_); !runs.empty()) matrices(early_product(own), "_reset", runs);
  }

  /// Own h under recurrent dropout.
  Lowering::Input masked(const Lowering::Input& own) {
    if (config_.recurrent_dropout == 0) return own;
    const int number = int(masks_.size());
    DropoutSpec spec{.from = own.signal,
                     .to = buffer("masked", H_, Extent::window, Lifetime::always, false, number),
                     .gradient = buffer("masked_gradient", H_, Extent::step, Lifetime::training, true, number),
                     .site = Site::recurrent,
                     .number = low_.layer(),
                     .index = number,
                     .rate = config_.recurrent_dropout};
    plan_.reads(own.signal, low_.owner().sequence);
    masks_.push_back(make_dropout(spec));
    return {{.value = spec.to, .gradient = spec.gradient, .rows = H_}, false, 0};
  }

  /// gate∘h, which the last gate reads instead of h.
  Lowering::Input early_product(const Lowering::Input& own) {
    const Index row = cell_.early_gate()->gate * H_;
    const int number = int(products_.size());
    const int to = buffer("gated", H_, Extent::window, Lifetime::always, false, number);
    const int d = buffer("gated_gradient", H_, Extent::step, Lifetime::training, true, number);
    plan_.reads(own.signal, low_.owner().sequence);
    const Signal gate{.value = low_.at(z_).sum.value, .gradient = early_gradient_, .row = row, .rows = H_};
    products_.push_back(make_product({.left = gate, .right = own.signal, .to = to, .gradient = d}));
    return {{.value = to, .gradient = d, .rows = H_}, false, 1};
  }

  void lower_biases() {
    if (config_.bias == Bias::none) return;
    std::vector<double> start;
    for (int g = 0; g < G_; ++g) start.push_back(cell_.initial_bias(g));
    const int bias = low_.bias(z_, config_.bias == Bias::two ? "bias_ih" : "bias", start);
    plan_.parameters[bias].time_gates = cell_.info->time_gates;
    if (config_.bias == Bias::two) low_.bias(recurrent(), "bias_hh");
  }

  void lower_vectors() {
    for (std::size_t i = 0; i < cell_.info->vector_names.size(); ++i) {
      const auto [from, to] = cell_.initial_vector(int(i));
      const LeakConfig spread{.from = from, .to = to};
      std::vector<double> start;  // empty: 0
      for (Index k = 0; k < H_ && spread.on(); ++k) start.push_back(spread.share(k, H_));
      const int vector = low_.vector(cell_.info->vector_names[i], H_, std::move(start));
      if (own_vector_ < 0) own_vector_ = vector;
    }
  }

  void lower_norms() {
    if (!config_.layer_norm) return;
    for (const int node : {z_, zh_}) {
      if (node < 0) continue;
      Lowering::Node& n = low_.at(node);
      LayerNormSpec norm{.to = n.sum, .units = H_, .last = G_};
      norm.gain = low_.vector(node == z_ ? "norm_ih" : "norm_hh", n.sum.rows, {1});
      norm.gain_offset = plan_.parameters[norm.gain].offset;
      norm.normal = buffer("normal", n.sum.rows, Extent::window, Lifetime::training, false, node);
      norm.gradient = buffer("normal_gradient", n.sum.rows, Extent::window, Lifetime::training, false, node);
      norm.inverse = buffer("inverse_deviation", G_, Extent::window, Lifetime::training, false, node);
      n.sum.normalized = true;
      n.sum_gradient = norm.gradient;
      norms_.push_back(norm);
    }
  }

  void lower_interpolation() {
    PlanLayer& layer = low_.owner();
    for (int i = 0; i < cell_.states(); ++i)
      around_.push_back(i == 0 ? -1 : buffer("around", H_, Extent::step, Lifetime::training, false, i));
    if (!interpolates(config_)) return;
    layer.interpolated = true;
    answer_gradient_ = buffer("answer_gradient", H_, Extent::step, Lifetime::training);
    interpolation_ = {.units = H_,
                      .number = low_.layer(),
                      .leak = config_.leak,
                      .periods = layer.periods,
                      .zoneout = config_.zoneout,
                      .zoneout_cell = config_.zoneout_cell,
                      .states = layer.states,
                      .gradients = layer.state_gradients,
                      .around = around_,
                      .answer_gradient = answer_gradient_};
    if (config_.leak.on()) interpolation_.packed = plan_.reserve(H_);
    if (!config_.leak.learned) return;
    std::vector<double> start;
    for (Index k = 0; k < H_; ++k) {
      const double alpha = std::clamp(config_.leak.share(k, H_), 1e-3, 1 - 1e-3);
      start.push_back(numeric::log(alpha / (1 - alpha)));
    }
    interpolation_.parameter = low_.vector("leak", H_, std::move(start));
    interpolation_.offset = plan_.parameters[interpolation_.parameter].offset;
  }

  void lower_initial() {
    if (!config_.initial) return;
    const PlanLayer& layer = low_.owner();
    initial_.units = H_;
    initial_.context = output_of(plan_, low_.sources().context);
    const Index C = initial_.context.rows;
    for (int i = 0; i < std::min(cell_.states(), cell_.info->states_from_context); ++i) {
      const std::string name = std::string("initial_") + cell_.state_name(i);
      InitialStateSpec::State state{.value = layer.states[std::size_t(i)],
                                    .gradient = layer.state_gradients[std::size_t(i)]};
      const int weight = low_.parameter(name + ".weight", H_, C, Fill::input, 0);
      state.matrix = {.weight = weight, .rows = H_, .cols = C, .offset = plan_.parameters[weight].offset};
      state.matrix.packed = plan_.reserve(state.matrix.packed_elements());
      state.matrix.packed_transposed = plan_.reserve(state.matrix.transposed_elements());
      state.bias = low_.vector(name + ".bias", H_);
      state.bias_offset = plan_.parameters[state.bias].offset;
      initial_.states.push_back(state);
    }
  }

  void normalize(Index first, Index last) {
    for (std::size_t i = norms_.size(); i-- > 0;) {  // the recurrent part's first
      LayerNormSpec spec = norms_[i];
      for (const int node : {z_, zh_})
        if (node >= 0 && low_.at(node).sum.value == spec.to.value) spec.to = low_.at(node).sum;
      spec.first = first;
      spec.last = last;
      low_.add(make_layer_norm(spec), When::step);
    }
  }

  void complete_sums(int stage) {
    for (int n = 0; n < int(low_.nodes.size()); ++n)
      if (n != z_ && n != zh_ && low_.at(n).stage == stage) low_.complete(n, stage);
    if (zh_ >= 0 && stage == 0) low_.complete(zh_, stage);
    low_.complete(z_, stage);
  }

  /// The gates that come before the product with one of them, the product, and what reads it.
  void schedule_early_gate() {
    const EarlyGate early = *cell_.early_gate();
    normalize(0, G_ - 1);
    low_.add(make_activation({early.function, low_.at(z_).sum, early.gate * H_, H_, early_gradient_}), When::step);
    for (auto& product : products_) low_.add(std::move(product), When::step);
    complete_sums(1);
    normalize(G_ - 1, G_);
  }

  void schedule() {
    PlanLayer& layer = low_.owner();
    low_.start();
    if (!initial_.states.empty()) low_.add(make_initial_state(initial_), When::begin);
    for (auto& mask : masks_) low_.add(std::move(mask), When::step);
    complete_sums(0);
    if (cell_.early_gate())
      schedule_early_gate();
    else
      normalize(0, G_);
    const Lowering::Node& z = low_.at(z_);
    low_.add(make_cell_update({.cell = &cell_,
                               .units = H_,
                               .sum = z.sum,
                               .recurrent = zh_ >= 0 ? low_.at(zh_).sum : Sum{},
                               .states = layer.states,
                               .gradients = layer.state_gradients,
                               .previous = low_.before().states,
                               .previous_gradients = low_.before().state_gradients,
                               .late = low_.late(),
                               .around = around_,
                               .parameter = own_vector_,
                               .offset = own_vector_ < 0 ? 0 : plan_.parameters[own_vector_].offset,
                               .own_gradient = z.sum_gradient,
                               .early_gradient = early_gradient_,
                               .answer_gradient = answer_gradient_,
                               .interpolated = layer.interpolated}),
             When::step);
    if (layer.interpolated) low_.add(make_interpolate(interpolation_), When::step);
    low_.add(make_padding_mask({H_, layer.states, layer.state_gradients, around_}), When::step);
    low_.add(make_dropout({.from = {.value = layer.states[0], .gradient = layer.state_gradients[0], .rows = H_},
                           .to = layer.output,
                           .gradient = layer.output_gradient,
                           .number = low_.layer()}),
             When::step);
    if (config_.residual)
      low_.add(make_residual(output_of(plan_, low_.layer() - 1), layer.output, layer.output_gradient), When::step);
  }

  Plan& plan_;
  const LayerConfig& config_;
  int own_;
  Lowering low_;
  const Cell& cell_;
  Index H_, G_;
  int z_ = -1, zh_ = -1, early_gradient_ = -1, answer_gradient_ = -1, own_vector_ = -1;
  std::vector<Lowering::Entry> inputs_;
  std::vector<std::unique_ptr<Operation>> masks_, products_;
  Few<LayerNormSpec, 2> norms_;
  StateBuffers around_;
  InterpolateSpec interpolation_;
  InitialStateSpec initial_;
};

}  // namespace

void lower_layer(Plan& plan, int layer, const LayerConfig& config, int own, const Sources& sources) {
  CellLowering(plan, layer, config, own, sources).run();
}

}  // namespace unfold
