#include "unfold/model/network.h"

#include <algorithm>

#include "unfold/base/parallel.h"
#include "unfold/base/profile.h"
#include "unfold/base/rng.h"
#include "unfold/model/initialization.h"

namespace unfold {

namespace {

/// Numbers of the layers that no other one of the stack reads: what the whole stack leaves behind.
std::vector<std::size_t> tops(const std::vector<LayerConfig>& layers) {
  std::vector<std::size_t> list;
  for (std::size_t l = 0; l < layers.size(); ++l) {
    const auto reads = [&](const LayerConfig& other) {
      return std::any_of(other.edges.begin(), other.edges.end(),
                         [&](const EdgeConfig& e) { return e.from == Source::layer && std::size_t(e.layer) == l; });
    };
    if (std::none_of(layers.begin(), layers.end(), reads)) list.push_back(l);
  }
  return list;
}

}  // namespace

Network::Network(const Config& config, const NetworkSizes& sizes, bool initialized) : sizes_(sizes) {
  build(config);
  plan_leads();
  parameters_ = Buffer(table_.size());
  if (initialized) initialize(table_, config.initialization, config.seed, parameters_.data());
  mask(parameters_.data());
  plan_packing();
}

/// Adds an embedding, if there is one, and a stack of layers; returns where they are.
std::vector<SignalSizes::Place> Network::add_stack(const std::vector<LayerConfig>& layers, const std::string& prefix,
                                                   SignalSizes& sizes) {
  sizes.layers.clear();
  for (std::size_t l = 0; l < layers.size(); ++l) {
    const int number = int(layers_.size());
    layers_.emplace_back(layers[l], int(l), number, sizes, prefix + std::to_string(l) + ".", table_);
    sizes.layers.push_back({.layer = number, .size = layers[l].hidden, .direction = layers[l].direction});
  }
  return sizes.layers;
}

void Network::build(const Config& config) {
  const bool pooled = config.task.pooled(), encoded = config.encoder.on();
  const Index V = sizes_.symbols, E = V > 0 ? config.embedding : 0;
  const auto next = [&] { return int(layers_.size()); };
  SignalSizes sizes{.tokens = V > 0, .input = V > 0 ? V : sizes_.numbers, .symbols = V};
  const auto embed = [&](const std::string& prefix) {
    if (E == 0) return;
    const int number = next();
    layers_.push_back(Layer::embedding(V, E, number, sizes, prefix, table_));
    sizes.embedding = {.layer = number, .size = E};
    sizes.input = E;
  };

  // The other stream.
  std::vector<SignalSizes::Place> memory;
  int keys = -1;
  const Index A = config.attention.size > 0 ? config.attention.size : config.layers.back().hidden;
  if (pooled || encoded) {
    const std::vector<LayerConfig>& stack = encoded ? config.encoder.layers : config.layers;
    embed(encoded ? "encoder.embedding." : "embedding.");
    first_layer_ = layers_.size();
    const std::vector<SignalSizes::Place> places = add_stack(stack, encoded ? "encoder." : "layers.", sizes);
    std::vector<EdgeConfig> edges;
    for (const std::size_t top : tops(stack)) {
      memory.push_back(places[top]);
      edges.push_back({.from = Source::layer, .layer = int(top)});
    }
    if (config.attention.on) {
      keys = next();
      layers_.push_back(Layer::sums(edges, A, keys, sizes, "attention.key.", -1, table_));
      layers_.back().keep_values();
    }
    main_ = layers_.size();
  }
  if (pooled) {  // nothing but a readout of what the layers leave behind
    for (const EdgeConfig& e : config.readout) {
      SignalSizes::Place& place = sizes.layers[std::size_t(e.layer)];
      layers_.push_back(Layer::gather({place}, config.task.pooling == Pooling::mean, place.size, next()));
      place = {.layer = next() - 1, .size = place.size};
    }
    layers_.push_back(Layer::sums(config.readout, sizes_.outputs, next(), sizes, "readout.", -1, table_));
    return;
  }

  // The main stream.
  if (encoded) {
    sizes.input = V;
    sizes.embedding = {};
  }
  if (config.has_context()) {
    Index size = encoded ? 0 : sizes_.context;
    for (const SignalSizes::Place& m : memory) size += m.size;
    sizes.context = {.layer = next(), .size = size};
    layers_.push_back(Layer::gather(memory, false, size, next()));
  }
  const int first = next() + (E > 0 ? 1 : 0), count = int(config.layers.size());
  const int attention = first + count, lengths = attention + (config.attention.on ? 1 : 0);
  const int readout = lengths + (sizes_.lengths > 0 ? 1 : 0);
  for (int l = count; l-- > 0;)
    for (const EdgeConfig& e : config.layers[std::size_t(l)].edges) {
      if (e.from == Source::output && config.free_running) free_running_ = true;
      if ((e.from == Source::output && config.free_running) || e.from == Source::attention) sizes.scan_from = first + l;
    }
  if (config.sampling.on()) {
    sizes.chosen = true;
    sizes.scan_from = next();
  }
  if (free_running_) sizes.output = {.layer = readout, .size = sizes_.outputs};
  if (sizes.scan_from <= readout) scan_from_ = std::size_t(sizes.scan_from);
  if (config.attention.on) {
    sizes.attention.layer = attention;
    for (const SignalSizes::Place& m : memory) sizes.attention.size += m.size;
  }
  embed("embedding.");
  first_layer_ = layers_.size();
  add_stack(config.layers, "layers.", sizes);
  if (config.attention.on) {
    attention_ = attention;
    const EdgeConfig query{.from = Source::layer, .layer = count - 1};
    layers_.push_back(Layer::attention(query, config.attention.additive, A, memory, keys, attention, sizes, table_));
  }
  if (sizes_.lengths > 0) {
    lengths_ = lengths;
    std::vector<EdgeConfig> edges;
    if (config.has_context()) edges.push_back({.from = Source::context});
    layers_.push_back(Layer::sums(edges, sizes_.lengths, lengths, sizes, "length.", -1, table_));
  }
  if (sizes_.outputs == 0) return;
  layers_.push_back(Layer::sums(config.readout, sizes_.outputs, readout, sizes, "readout.",
                                config.tied ? table_.find("embedding.weight") : -1, table_));
  if (config.sampling.on()) layers_.back().choose_symbols();
}

/// Steps that each slab must hold before the window: the largest delay with which anyone reads it.
void Network::plan_leads() {
  using Kind = SignalRef::Kind;
  leads_.assign(layers_.size(), 1);
  const auto raise = [](Index& lead, Index delay) { lead = std::max(lead, delay); };
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    const Circuit& circuit = layers_[l].circuit();
    for (const Wire& wire : circuit.wires) {
      const SignalRef& from = wire.from;
      if (from.kind == Kind::tokens || from.kind == Kind::vectors)
        raise(input_leads_[std::size_t(stream(l))], from.delay);
      if (from.kind == Kind::layer) raise(leads_[std::size_t(from.index)], from.delay);
      if (from.kind == Kind::self || from.kind == Kind::masked || from.kind == Kind::reset)
        raise(leads_[l], from.delay);
    }
  }
}

std::span<const Layer> Network::group(std::size_t first) const {
  return std::span(layers_).subspan(first, first == scan_from_ ? layers_.size() - first : 1);
}

void Network::plan_packing() {
  Index size = 0;
  const auto place = [&](Index elements) {
    const Index at = size;
    size += (elements + 15) / 16 * 16;
    return at;
  };
  const auto place_matrix = [&](Matrix& m) {
    m.packed = place(m.packed_elements());
    m.packed_transposed = m.packed + m.packed_elements();
    if (!m.lookup && m.data_gradient) {
      Matrix forward_only = m;
      forward_only.data_gradient = false;
      m.packed_transposed = m.packed + forward_only.packed_elements();
    }
  };
  for (Layer& layer : layers_) {
    for (Wire& wire : layer.circuit().wires) place_matrix(wire.matrix);
    for (Layer::Initial& first : layer.initial()) place_matrix(first.matrix);
    for (Port& port : layer.circuit().ports) port.packed_bias = place(port.rows);
    if (layer.blend().leaky()) layer.blend().packed = place(layer.hidden());
  }
  packed_ = Buffer(size);
}

void Network::repack() {
  if (!stale_) return;
  const Timed timed(Phase::packing);
  stale_ = false;
  const Real* p = parameters_.data();
  for (const Layer& layer : layers_) {
    const auto& wires = layer.circuit().wires;
    parallel_for(Index(wires.size()), 1, 2 * layer.cost(), [&](Index begin, Index end) {
      for (Index i = begin; i < end; ++i) {
        const Matrix& m = wires[std::size_t(i)].matrix;
        pack(m, p + m.offset(table_), packed_.data());
      }
    });
    for (const Layer::Initial& first : layer.initial())
      pack(first.matrix, p + first.matrix.offset(table_), packed_.data());
    for (const Port& port : layer.circuit().ports) {
      Real* to = packed_.data() + port.packed_bias;
      std::fill_n(to, port.rows, Real(0));
      for (const int bias : port.biases)
        for (Index r = 0; r < port.rows; ++r) to[r] += p[table_[bias].offset + r];
    }
    if (layer.has_cell()) pack(layer.blend(), layer.hidden(), p, table_, packed_.data());
  }
}

void Network::mask(Real* x) const {
  for (const Layer& layer : layers_) layer.mask_clocked(table_, x);
}

double Network::flops_per_token() const {
  double sum = 0;
  for (const Layer& layer : layers_)
    for (const Wire& wire : layer.circuit().wires)
      sum += (wire.matrix.lookup ? 2.0 : 6.0 * double(wire.matrix.cols)) * double(wire.matrix.rows);
  return sum;
}

void Network::prepare(Workspace& w) {
  repack();
  w.prepare(*this);
}

void Network::forward(Workspace& w) {
  encode(w);
  decode(w);
}

void Network::encode(Workspace& w) {
  prepare(w);
  pass(0, main_, w);
}

void Network::decode(Workspace& w) {
  prepare(w);
  pass(main_, layers_.size(), w);
}

void Network::pass(std::size_t first, std::size_t last, Workspace& w) {
  for (std::size_t l = first; l < last; l += group(l).size())
    for (Index i = 0, pieces = forward_pieces(group(l), w.window(l)); i < pieces; ++i)
      unfold::forward(group(l), w.window(l), i);
}

void Network::backward(Workspace& w, Real* gradient) {
  w.clear_deltas();
  propagate(w, gradient);
}

/// Calls f(piece) for each of a pass, in order.
template <class F>
void Network::each_piece(const Workspace& w, bool back, const F& f) const {
  const auto each = [&](Piece::Kind kind, std::size_t layer, Index count) {
    for (Index i = 0; i < count; ++i) f(Piece{kind, layer, i, i == count - 1});
  };
  if (!back) {
    for (std::size_t l = 0; l < layers_.size(); l += group(l).size())
      each(Piece::Kind::forward, l, forward_pieces(group(l), w.window(l)));
    return;
  }
  for (std::size_t end = layers_.size(); end > 0;) {
    const std::size_t first = end > scan_from_ ? scan_from_ : end - 1;
    each(Piece::Kind::backward, first, backward_pieces(group(first), w.window(first)));
    end = first;
  }
  for (std::size_t l = 0; l < layers_.size(); ++l)
    each(Piece::Kind::gradients, l, layers_[l].gradient_pieces(w.window(l)));
}

void Network::propagate(Workspace& w, Real* gradient) {
  each_piece(w, true, [&](const Piece& piece) { run(piece, w, gradient); });
}

void Network::plan(const Workspace& w, bool back, std::vector<Piece>& pieces) const {
  each_piece(w, back, [&](const Piece& piece) { pieces.push_back(piece); });
}

void Network::run(const Piece& piece, Workspace& w, Real* gradient) {
  const Window& window = w.window(piece.layer);
  if (piece.kind == Piece::Kind::forward) return unfold::forward(group(piece.layer), window, piece.index);
  if (piece.kind == Piece::Kind::backward) return unfold::backward(group(piece.layer), window, piece.index);
  const Timed timed(Phase::gradients);
  layers_[piece.layer].gradients(window, table_, gradient, piece.index);
  if (piece.last) layers_[piece.layer].mask_clocked(table_, gradient);
}

void Network::input_gradient(const Workspace& w, Real* dx) const {
  for (std::size_t l = main_; l < layers_.size(); ++l) layers_[l].input_gradient(w.windows_[0], table_, dx);
}

std::vector<Term> Network::terms(const Workspace& w, std::size_t layer, Index column) const {
  return layers_[layer].terms(w.window(layer), table_, column);
}

}  // namespace unfold
