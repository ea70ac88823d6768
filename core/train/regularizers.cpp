#include "unfold/train/regularizers.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "unfold/base/numeric.h"
#include "unfold/base/parallel.h"
#include "unfold/base/rng.h"
#include "unfold/model/operations/operations.h"

namespace unfold {
namespace {

/// Which parameters are matrices that read a state of an earlier step: of the layer itself, or of an upper one.
std::vector<bool> recurrent_weights(const Plan& plan) {
  std::vector<bool> recurrent(std::size_t(plan.parameters.count()));
  for (int i = 0; i < plan.parameters.count(); ++i)
    recurrent[std::size_t(i)] = plan.parameters[i].fill == Fill::recurrent;
  for (const auto& operation : plan.operations) {
    const LinearSpec* map = operation->map();
    if (!map || map->from.tokens) continue;
    const BufferInfo& from = plan.buffers[std::size_t(map->from.value)];
    const std::string_view name = from.name;
    const bool late = map->from.delay > 0 || name == "masked" || name == "gated";  // these are of the step before
    if (late && from.layer >= operation->layer) recurrent[std::size_t(map->matrix.weight)] = true;
  }
  return recurrent;
}

/// f(parameter, its number) for what weight drop concerns.
template <class F>
void each_dropped(const Plan& plan, const F& f) {
  const std::vector<bool> recurrent = recurrent_weights(plan);
  for (int i = 0; i < plan.parameters.count(); ++i)
    if (recurrent[std::size_t(i)] && !plan.parameters[i].vector) f(plan.parameters[i], i);
}

void drop_weights(double rate, const Parameter& p, int number, const Dropping& drawn, Real* x) {
  parallel_for(p.size(), 64, 20.0 * double(p.size()), [&](Index begin, Index end) {
    Real* at = x + p.offset + begin;
    drop(drawn, number, Site::weights, rate, begin, end - begin, at, at, false);
  });
}

/// Box & Muller 1958: four normal numbers from the four words of a block.
void add_noise(double deviation, const Dropping& drawn, Index size, Real* x) {
  const std::array<std::uint32_t, 2> key{std::uint32_t(drawn.seed), std::uint32_t(drawn.seed >> 32)};
  parallel_for((size + 3) / 4, 16, 100.0 * double(size), [&](Index begin, Index end) {
    for (Index block = begin; block < end; ++block) {
      const auto words = philox(key, {std::uint32_t(block), std::uint32_t(drawn.pass), std::uint32_t(drawn.pass >> 32),
                                      std::uint32_t(Stream::noise)});
      for (Index i = block * 4; i < std::min(size, block * 4 + 4); ++i) {
        const std::size_t pair = std::size_t(i % 4) / 2 * 2;
        const double radius = std::sqrt(-2 * numeric::log((double(words[pair]) + 0.5) / 4294967296.0));
        const double turn = double(words[pair + 1]) / 4294967296.0 - (i % 2 == 0 ? 0 : 0.25);  // sin x = cos(x − π/2)
        x[i] += Real(deviation * radius * numeric::cos(2 * numeric::pi * turn));
      }
    }
  });
}

double penalize_layer(const RegularizationConfig& config, const Network& network, std::size_t layer, Workspace& w) {
  const PlanLayer& l = network.plan().layers[layer];
  const Index H = l.units, N = w.columns(), T = w.steps(l.sequence);
  double steps = 0, changes = 0, squares = 0, differences = 0;
  for (Index n = 0; n < N; ++n) {
    steps += double(w.length(layer, n));
    changes += double(std::max<Index>(w.length(layer, n) - 1, 0));
  }
  const double alpha = steps > 0 ? config.activation / (steps * double(H)) : 0;
  const double beta = changes > 0 ? config.temporal_activation / (changes * double(H)) : 0;
  for (Index t = 0; t < T; ++t)
    for (Index n = 0; n < N; ++n) {
      if (t >= w.length(layer, n)) continue;
      if (alpha > 0) {
        const Real* y = w.output(layer, t) + n * H;
        Real* dy = w.output_gradient(layer, t) + n * H;
        for (Index i = 0; i < H; ++i) {
          squares += double(y[i]) * double(y[i]);
          dy[i] += Real(2 * alpha) * y[i];
        }
      }
      if (beta == 0 || t == 0) continue;
      const Real *h = w.hidden(layer, t) + n * H, *before = w.hidden(layer, t - 1) + n * H;
      Real *dh = w.hidden_gradient(layer, t) + n * H, *dbefore = w.hidden_gradient(layer, t - 1) + n * H;
      for (Index i = 0; i < H; ++i) {
        const Real change = h[i] - before[i];
        differences += double(change) * double(change);
        dh[i] += Real(2 * beta) * change;
        dbefore[i] -= Real(2 * beta) * change;
      }
    }
  return alpha * squares + beta * differences;
}

}  // namespace

void perturb(const RegularizationConfig& config, const Network& network, const Dropping& drawn, const Real* weights,
             Real* perturbed) {
  const Index size = network.table().size();
  std::copy_n(weights, size, perturbed);
  if (config.weight_drop > 0)
    each_dropped(network.plan(), [&](const Parameter& p, int number) {
      drop_weights(config.weight_drop, p, number, drawn, perturbed);
    });
  if (config.weight_noise > 0) add_noise(config.weight_noise, drawn, size, perturbed);
  network.mask(perturbed);
}

void mask_gradient(const RegularizationConfig& config, const Network& network, const Dropping& drawn, Real* gradient) {
  if (config.weight_drop > 0)
    each_dropped(network.plan(),
                 [&](const Parameter& p, int number) { drop_weights(config.weight_drop, p, number, drawn, gradient); });
}

double penalize_activations(const Config& config, const Network& network, Workspace& w) {
  const RegularizationConfig& r = config.regularization;
  if (r.activation == 0 && r.temporal_activation == 0) return 0;
  const std::vector<LayerConfig>& layers = config.layers;
  const std::size_t last = network.first_layer() + layers.size() - 1;
  double sum = penalize_layer(r, network, last, w);
  if (layers.size() > 1 && layers.back().direction < 0 && layers[layers.size() - 2].direction > 0)
    sum += penalize_layer(r, network, last - 1, w);
  return sum;
}

void drop_numbers(const Network& network, Workspace& w) {
  const Dropping& d = w.dropping();
  const Index D = network.sizes().numbers, N = w.columns();
  if (D == 0 || d.input == 0) return;
  const int sequence = network.plan().inputs[1] >= 0 ? 1 : 0;
  Real* x = w.numbers(0, sequence);
  for (Index column = 0; column < w.steps(sequence) * N; ++column, x += D)
    drop(d, sequence, Site::input, d.input, (d.variational ? column % N : column) * D, D, x, x, false);
}

void limit_norms(double c, const ParameterTable& table, Real* weights) {
  for (const Parameter& p : table) {
    if (p.vector || p.fill == Fill::embedding) continue;
    parallel_for(p.rows, 8, 3.0 * double(p.size()), [&](Index begin, Index end) {
      for (Index r = begin; r < end; ++r) {
        Real* row = weights + p.offset + r * p.cols;
        double square = 0;
        for (Index k = 0; k < p.cols; ++k) square += double(row[k]) * double(row[k]);
        if (square <= c * c) continue;
        const Real factor = Real(c / std::sqrt(square));
        for (Index k = 0; k < p.cols; ++k) row[k] *= factor;
      }
    });
  }
}

}  // namespace unfold
