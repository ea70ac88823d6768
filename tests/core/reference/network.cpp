#include "reference/network.h"

#include <cmath>

namespace unfold::test {
namespace {

Vector sigmoid(const Vector& x) { return (1 + (-x.array()).exp()).inverse(); }
Vector tanh(const Vector& x) { return x.array().tanh(); }

Vector activate(Activation f, const Vector& x) {
  if (f == Activation::tanh) return tanh(x);
  if (f == Activation::sigmoid) return sigmoid(x);
  if (f == Activation::relu) return x.cwiseMax(0.0);
  return x;
}

Vector softmax(const Vector& x) {
  const Vector e = (x.array() - x.maxCoeff()).exp();
  return e / e.sum();
}

Vector unit(Index size, Index at) { return at < size ? Vector(Vector::Unit(size, at)) : Vector(Vector::Zero(size)); }

/// Ba et al. 2016: (x − μ)/√(σ² + ε).
Vector normalized(const Vector& x) {
  const Vector centred = x.array() - x.mean();
  return centred / std::sqrt(centred.squaredNorm() / double(x.size()) + 1e-5);
}

std::string choice(const LayerConfig& layer, const char* name) { return std::string(layer.settings.choice(name)); }

Index gates(const LayerConfig& layer) { return layer.cell == "rnn" ? 1 : layer.cell == "gru" ? 3 : 4; }

std::string prefix(std::size_t layer) { return "layers." + std::to_string(layer) + "."; }

/// What the parameters of an edge into a layer are called after.
std::string key_of(const EdgeConfig& e, std::size_t layer) {
  const bool below = layer == 0 ? e.from == Source::input : e.from == Source::layer && e.layer == int(layer) - 1;
  if (below && e.delay == 0) return "ih";
  const std::string late = e.delay == 0 ? "" : "_" + std::to_string(e.delay);
  if (e.from == Source::input) return "x" + late;
  if (e.from == Source::layer) return "l" + std::to_string(e.layer) + late;
  return (e.from == Source::self ? "hh" : "yh") + (e.delay == 1 ? "" : late);
}

}  // namespace

ReferenceNetwork::ReferenceNetwork(const Config& config, const Network& network)
    : config_(config), outputs_(network.outputs()), symbols_(network.symbols()), numbers_(network.sizes().numbers) {
  using RowMajor = Eigen::Matrix<Real, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  for (const Parameter& p : network.table())
    parameters_[p.name] = Eigen::Map<const RowMajor>(network.parameters() + p.offset, p.rows, p.cols).cast<double>();
}

Eigen::MatrixXd ReferenceNetwork::logits(const Sequence& sequence) {
  sequence_ = sequence;
  states_.clear();
  answers_.clear();
  Eigen::MatrixXd all(outputs_, sequence.steps());
  for (Index t = 0; t < sequence.steps(); ++t) all.col(t) = answer(t);
  return all;
}

Eigen::MatrixXd ReferenceNetwork::matrix(const std::string& name) {
  read_.insert(name);
  return parameters_.at(name);
}

Vector ReferenceNetwork::vector(const std::string& name) { return matrix(name).col(0); }

// Signals -------------------------------------------------------------------------------------------------------

/// x_t: numbers, a one-hot symbol or its row of the embedding; 0 before the beginning.
Vector ReferenceNetwork::input(Index t) {
  const bool inside = t >= 0 && t < sequence_.steps();
  if (symbols_ == 0) return inside ? Vector(sequence_.numbers.col(t)) : Vector(Vector::Zero(numbers_));
  const Vector symbol = inside ? unit(symbols_, sequence_.tokens[std::size_t(t)]) : Vector(Vector::Zero(symbols_));
  return config_.embedding > 0 ? Vector(matrix("embedding.weight").transpose() * symbol) : symbol;
}

/// source(t − delay); for a layer that runs from the last step to the first, states are read at t + delay.
Vector ReferenceNetwork::source(const EdgeConfig& e, std::size_t layer, Index t) {
  const Index then = layer < config_.layers.size() ? t - e.delay * config_.layers[layer].direction : t;
  if (e.from == Source::input) return input(t - e.delay);
  if (e.from == Source::self) return before(layer, then + config_.layers[layer].direction).h;
  if (e.from == Source::layer)
    return e.delay == 0 ? output(std::size_t(e.layer), t) : state(std::size_t(e.layer), then).h;
  if (config_.free_running) return t < e.delay ? Vector(Vector::Zero(outputs_)) : softmax(answer(t - e.delay));
  const Index symbol = t - e.delay + 1;  // teacher forcing: the previous target, which is the next input
  return symbol < 0 ? Vector(Vector::Zero(symbols_)) : unit(symbols_, sequence_.tokens[std::size_t(symbol)]);
}

/// a_k = φ(W_k·a_{k−1} + S_k·source + Σ J_k·joined + b_k) for the hidden layers of an edge; the last of them.
Vector ReferenceNetwork::block(const EdgeConfig& e, const std::string& name, const Vector& source,
                               const std::vector<Entry>& joined, bool biases) {
  Vector a = source;
  for (std::size_t k = 0; k < e.hidden.size(); ++k) {
    const std::string own = name + "." + std::to_string(k) + ".";
    Vector sum = matrix(own + "weight") * a;
    if (e.shortcut && k > 0) sum += matrix(own + "shortcut") * source;
    if (e.join == Join::all || (e.join == Join::first && k == 0))
      for (const Entry& entry : joined) sum += matrix(own + "weight_" + entry.key) * entry.value;
    if (biases) sum += vector(own + "bias");
    a = activate(e.activation, sum);
  }
  return a;
}

// The sums of a layer -------------------------------------------------------------------------------------------

std::vector<ReferenceNetwork::Entry> ReferenceNetwork::entries(std::size_t layer, Index t) {
  const LayerConfig& c = config_.layers[layer];
  std::vector<Entry> list;
  for (const EdgeConfig& e : c.edges) {
    if (e.from == Source::self) continue;
    const std::string key = key_of(e, layer);
    list.push_back({key, block(e, prefix(layer) + key, source(e, layer, t), {}, c.bias != Bias::none)});
  }
  return list;
}

/// Σ W·(what enters from below), unless it all enters at the first hidden layer of a recurrent block.
Vector ReferenceNetwork::from_below(std::size_t layer, Index t, const std::vector<Entry>& entries) {
  const LayerConfig& c = config_.layers[layer];
  Vector sums = Vector::Zero(gates(c) * c.units);
  for (const EdgeConfig& e : c.edges)
    if (e.from == Source::self && !e.hidden.empty() && e.join == Join::first) return sums;
  for (const Entry& entry : entries) sums += matrix(prefix(layer) + "weight_" + entry.key) * entry.value;
  for (const EdgeConfig& e : c.edges)
    if (e.from != Source::self && e.shortcut && !e.hidden.empty())
      sums += matrix(prefix(layer) + "shortcut_" + key_of(e, layer)) * source(e, layer, t);
  return sums;
}

/// Koutník et al. 2014: units of a group read groups of the same period or of longer ones.
Eigen::MatrixXd ReferenceNetwork::recurrent_matrix(std::size_t layer, const std::string& name, bool reads_h) {
  const LayerConfig& c = config_.layers[layer];
  Eigen::MatrixXd w = matrix(prefix(layer) + name);
  const auto groups = Index(c.clock.size()), H = c.units;
  for (Index r = 0; groups > 0 && reads_h && r < w.rows(); ++r)
    for (Index k = 0; k < w.cols(); ++k)
      if (c.clock[std::size_t(k * groups / H)] < c.clock[std::size_t(r % H * groups / H)]) w(r, k) = 0;
  return w;
}

/// Σ W·(block of reset∘h(t − delay)). The blocks of a network whose reset gate acts before the product are there twice,
/// with a suffix for the candidate's.
Vector ReferenceNetwork::recurrent(std::size_t layer, Index t, const std::vector<Entry>& entries, const Vector& reset,
                                   const std::string& suffix) {
  const LayerConfig& c = config_.layers[layer];
  Vector sums = Vector::Zero(gates(c) * c.units);
  for (const EdgeConfig& e : c.edges) {
    if (e.from != Source::self) continue;
    const std::string key = key_of(e, layer);
    const Vector h = reset.cwiseProduct(source(e, layer, t));
    const Vector last = block(e, prefix(layer) + key + suffix, h, entries, c.bias != Bias::none);
    sums += recurrent_matrix(layer, "weight_" + key, e.hidden.empty()) * last;
    if (e.shortcut && !e.hidden.empty()) sums += recurrent_matrix(layer, "shortcut_" + key, true) * h;
  }
  return sums;
}

/// γ∘normalised(sums) for each gate if the layer wants it; then the biases of the part ("ih", "hh") that are there.
Vector ReferenceNetwork::preactivation(std::size_t layer, const std::string& part, Vector sums, bool biases) {
  const LayerConfig& c = config_.layers[layer];
  if (c.layer_norm) {
    for (Index g = 0; g < gates(c); ++g)
      sums.segment(g * c.units, c.units) = normalized(sums.segment(g * c.units, c.units));
    sums = sums.cwiseProduct(vector(prefix(layer) + "norm_" + part));
  }
  if (biases && c.bias == Bias::one) sums += vector(prefix(layer) + "bias");
  if (biases && c.bias == Bias::two) sums += vector(prefix(layer) + "bias_ih");
  return sums;
}

// Cells ---------------------------------------------------------------------------------------------------------

ReferenceNetwork::State ReferenceNetwork::cell(std::size_t layer, Index t) {
  const LayerConfig& c = config_.layers[layer];
  if (c.cell == "gru") return gru(layer, t);
  const std::vector<Entry> below = entries(layer, t);
  Vector z = preactivation(layer, "ih",
                           from_below(layer, t, below) + recurrent(layer, t, below, Vector::Ones(c.units), ""), true);
  if (c.bias == Bias::two) z += vector(prefix(layer) + "bias_hh");
  if (c.cell == "rnn") return {activate(parse_activation(choice(c, "activation")), z), {}};
  return lstm(layer, z, before(layer, t).c);
}

/// Hochreiter & Schmidhuber 1997, Gers et al. 2000; with peepholes: Gers & Schmidhuber 2000.
ReferenceNetwork::State ReferenceNetwork::lstm(std::size_t layer, const Vector& z, const Vector& c_before) {
  const LayerConfig& config = config_.layers[layer];
  const Index H = config.units;
  const auto peephole = [&](const char* gate, const Vector& c) -> Vector {
    if (config.cell == "lstm") return Vector::Zero(H);
    return vector(prefix(layer) + "peephole_" + gate).cwiseProduct(c);
  };
  const Vector i = sigmoid(z.segment(0, H) + peephole("i", c_before));
  const Vector f = sigmoid(z.segment(H, H) + peephole("f", c_before));
  const Vector g = choice(config, "cellInput") == "tanh" ? tanh(z.segment(2 * H, H)) : sigmoid(z.segment(2 * H, H));
  const Vector c = f.cwiseProduct(c_before) + i.cwiseProduct(g);
  const Vector o = sigmoid(z.segment(3 * H, H) + peephole("o", c));
  return {o.cwiseProduct(tanh(c)), c};
}

/// Cho et al. 2014, the reset gate before the recurrent product of the candidate or after it.
ReferenceNetwork::State ReferenceNetwork::gru(std::size_t layer, Index t) {
  const LayerConfig& config = config_.layers[layer];
  const Index H = config.units;
  const Vector h_before = before(layer, t).h, all = Vector::Ones(H);
  const std::vector<Entry> below = entries(layer, t);
  const Vector sums = from_below(layer, t, below), own = recurrent(layer, t, below, all, "");
  const Vector bias_hh = config.bias == Bias::two ? vector(prefix(layer) + "bias_hh") : Vector(Vector::Zero(3 * H));
  Vector r, u, n;
  if (choice(config, "reset") == "after") {
    const Vector zx = preactivation(layer, "ih", sums, true), zh = preactivation(layer, "hh", own, false) + bias_hh;
    r = sigmoid(zx.segment(0, H) + zh.segment(0, H));
    u = sigmoid(zx.segment(H, H) + zh.segment(H, H));
    n = tanh(zx.segment(2 * H, H) + r.cwiseProduct(zh.segment(2 * H, H)));
  } else {
    const Vector z = preactivation(layer, "ih", sums + own, true) + bias_hh;
    r = sigmoid(z.segment(0, H));
    u = sigmoid(z.segment(H, H));
    const Vector candidate = recurrent(layer, t, below, r, "_reset");
    n = tanh((preactivation(layer, "ih", sums + candidate, true) + bias_hh).segment(2 * H, H));
  }
  return {(1 - u.array()) * n.array() + u.array() * h_before.array(), {}};
}

// Layers --------------------------------------------------------------------------------------------------------

/// The states that a layer continues at step t: its own, or those of the layer that it names.
const ReferenceNetwork::State& ReferenceNetwork::before(std::size_t layer, Index t) {
  const LayerConfig& c = config_.layers[layer];
  if (c.state_from < 0) return state(layer, t - c.direction);
  return state(std::size_t(c.state_from), c.state_from < int(layer) ? t : t - 1);
}

/// h = k∘h₋ + (1 − k)∘v, where k is what leak, clock and zoneout (its expectation) keep; c without the leak.
const ReferenceNetwork::State& ReferenceNetwork::state(std::size_t layer, Index t) {
  const LayerConfig& c = config_.layers[layer];
  const auto [at, added] = states_.try_emplace({layer, t});
  State& s = at->second;
  if (!added) return s;
  const Index H = c.units, groups = Index(c.clock.size());
  s = {Vector::Zero(H), Vector::Zero(H)};
  if (t < 0 || t >= sequence_.steps()) return s;
  const State before = state(layer, t - c.direction), made = cell(layer, t);
  const bool cell_state = made.c.size() > 0;
  const Vector learned = c.leak.learned ? sigmoid(vector(prefix(layer) + "leak")) : Vector(Vector::Zero(H));
  for (Index k = 0; k < H; ++k) {
    const double spectrum = c.leak.from + (c.leak.to - c.leak.from) * (H > 1 ? double(k) / double(H - 1) : 0);
    const double leak = c.leak.learned ? learned[k] : spectrum;
    const bool still = groups > 0 && t % c.clock[std::size_t(k * groups / H)] != 0;
    const double keep = still ? 1 : 1 - (1 - c.zoneout) * (1 - leak), keep_cell = still ? 1 : c.zoneout_cell;
    s.h[k] = keep * before.h[k] + (1 - keep) * made.h[k];
    if (cell_state) s.c[k] = keep_cell * before.c[k] + (1 - keep_cell) * made.c[k];
  }
  return s;
}

/// What upper layers read: h, and with a residual connection what the lower neighbour gives.
Vector ReferenceNetwork::output(std::size_t layer, Index t) {
  const Vector h = state(layer, t).h;
  if (!config_.layers[layer].residual) return h;
  return h + (layer == 0 ? input(t) : output(layer - 1, t));
}

Vector ReferenceNetwork::answer(Index t) {
  if (const auto known = answers_.find(t); known != answers_.end()) return known->second;
  const std::size_t count = config_.layers.size();
  Vector sums = vector("readout.bias");
  for (const EdgeConfig& e : config_.readout) {
    const bool top = e.from == Source::layer && std::size_t(e.layer) + 1 == count;
    const std::string key = top ? "" : e.from == Source::input ? "_x" : "_" + std::to_string(e.layer);
    const Vector from = source(e, count, t), last = block(e, "readout.hidden" + key, from, {}, true);
    sums += (top && config_.tie_weights ? matrix("embedding.weight") : matrix("readout.weight" + key)) * last;
    if (e.shortcut && !e.hidden.empty()) sums += matrix("readout.shortcut" + key) * from;
  }
  return answers_[t] = sums;
}

}  // namespace unfold::test
