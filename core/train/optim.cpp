#include "unfold/train/optim.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "unfold/base/parallel.h"
#include "unfold/base/phrase.h"

namespace unfold {

int moments(const OptimizerConfig& config) { return rule_of(config.kind).moments(config); }

Optimizer::Optimizer(const OptimizerConfig& config, Index size)
    : config_(config),
      segments_{{.end = size, .weight_decay = config.weight_decay}},
      rule_(rule_of(config.kind)),
      size_(size) {
  for (int i = unfold::moments(config); i > 0; --i) moments_.emplace_back(size);
  invalidate_bounds();
}

Optimizer::Optimizer(const OptimizerConfig& config, const ParameterTable& table) : Optimizer(config, table.size()) {
  configure(config, table);
}

void Optimizer::configure(const OptimizerConfig& config, const ParameterTable& table) {
  segments_ = segments(config, table);
  config_ = config;
}

namespace {

/// Whether `*` can stand for characters such that the pattern is the name.
bool matches(std::string_view pattern, std::string_view name) {
  const std::size_t star = pattern.find('*');
  if (star == pattern.npos) return pattern == name;
  if (!name.starts_with(pattern.substr(0, star))) return false;
  const std::string_view rest = pattern.substr(star + 1);
  for (std::size_t at = star; at <= name.size(); ++at)
    if (matches(rest, name.substr(at))) return true;
  return false;
}

}  // namespace

std::vector<Optimizer::Segment> Optimizer::segments(const OptimizerConfig& config, const ParameterTable& table) {
  std::vector<Segment> segments{{.end = Index(table.size()), .weight_decay = config.weight_decay}};
  if (config.groups.empty()) return segments;
  segments.clear();
  for (const Parameter& p : table)
    segments.push_back(
        {.begin = Index(p.offset), .end = Index(p.offset) + p.size(), .weight_decay = config.weight_decay});
  for (std::size_t g = 0; g < config.groups.size(); ++g) {
    const GroupConfig& group = config.groups[g];
    bool found = false;
    for (int i = 0; i < table.count(); ++i) {
      if (!matches(group.match, table[i].name)) continue;
      found = true;
      Segment& segment = segments[std::size_t(i)];
      segment.rate = group.learning_rate;
      segment.weight_decay = group.weight_decay < 0 ? config.weight_decay : group.weight_decay;
    }
    if (!found)
      throw Error(ErrorCode::invalid_config, phrase("optimizer.groups[{}].match", {g}),
                  phrase("names of parameters, such as {}", {table[0].name}), phrase("\"{}\"", {group.match}));
  }
  return segments;
}

UpdateStep Optimizer::step_of(const Segment& segment, double learning_rate) const {
  UpdateStep step(config_, learning_rate * segment.rate, segment.weight_decay, updates + 1);
  rule_.prepare(step);
  return step;
}

void Optimizer::invalidate_bounds() {
  bounds_.parameters = std::numeric_limits<double>::infinity();
  bounds_.moments.fill(std::numeric_limits<double>::infinity());
}

UpdateBlock Optimizer::block(Real* parameters, Real* gradient, Index begin, Index n) {
  UpdateBlock part{.data{parameters + begin, gradient + begin}, .size = n};
  for (std::size_t k = 0; k < moments_.size(); ++k) part.data[k + 2] = moments_[k].data() + begin;
  return part;
}

/// What an update would make, without making it: the largest magnitudes of the parameters and of the moments; infinity
/// for what is not finite.
Bounds Optimizer::dry_run(const UpdateStep& step, const Segment& segment, Real* parameters, Real* gradient) {
  constexpr Index block_size = 128;
  Real copies[5][block_size];
  Bounds found;
  for (Index at = segment.begin; at < segment.end; at += block_size) {
    UpdateBlock part = block(parameters, gradient, at, std::min(block_size, segment.end - at));
    for (std::size_t k = 0; k < 5; ++k)
      if (part.data[k]) part.data[k] = std::copy_n(part.data[k], part.size, copies[k]) - part.size;
    rule_.update(step, part);
    for (std::size_t k = 0; k < 5; ++k) {
      if (k == 1 || !part.data[k]) continue;  // the gradient, and moments that there are not
      double& largest = k == 0 ? found.parameters : found.moments[k - 2];
      for (Index i = 0; i < part.size; ++i) {
        const double x = std::fabs(double(part.data[k][i]));
        if (!(x <= largest)) largest = std::isfinite(x) ? x : std::numeric_limits<double>::infinity();
      }
    }
  }
  return found;
}

namespace {

/// The larger ones of both; what is not known (NaN) is infinite.
void widen(Bounds& all, const Bounds& more) {
  const auto larger = [](double a, double b) {
    return std::isnan(b) ? std::numeric_limits<double>::infinity() : std::max(a, b);
  };
  all.parameters = larger(all.parameters, more.parameters);
  for (std::size_t k = 0; k < all.moments.size(); ++k) all.moments[k] = larger(all.moments[k], more.moments[k]);
}

}  // namespace

bool Optimizer::update(Real* parameters, Real* gradient, double learning_rate, double norm) {
  Bounds next;
  for (const Segment& segment : segments_) {
    const UpdateStep step = step_of(segment, learning_rate);
    widen(next, rule_.bounds(step, bounds_, norm + double(step.decay) * bounds_.parameters));
  }
  if (!(next.parameters <= largest_weight / 2)) {  // it could overflow
    next = {};
    for (const Segment& segment : segments_)
      widen(next, dry_run(step_of(segment, learning_rate), segment, parameters, gradient));
    const auto& [m0, m1, m2] = next.moments;
    if (!(next.parameters <= largest_weight && std::isfinite(m0 + m1 + m2))) {
      invalidate_bounds();
      return false;
    }
  }
  bounds_ = next;
  for (const Segment& segment : segments_) {
    const UpdateStep step = step_of(segment, learning_rate);
    const Index size = segment.end - segment.begin;
    parallel_for(size, 1024, 12.0 * double(size), [&](Index begin, Index end) {
      rule_.update(step, block(parameters, gradient, segment.begin + begin, end - begin));
    });
  }
  ++updates;
  return true;
}

namespace {

double square_sum(const Real* x, Index size) {
  constexpr Index block = 4096;
  const Index blocks = (size + block - 1) / block;
  thread_local std::vector<double> sums;
  sums.resize(std::size_t(blocks));
  double* out = sums.data();
  parallel_for(blocks, 1, 2.0 * double(size), [&, out](Index begin, Index end) {
    for (Index b = begin; b < end; ++b) {
      double part[8] = {};
      const Index from = b * block, to = std::min(size, from + block);
      Index i = from;
      for (; i + 8 <= to; i += 8)
        for (Index j = 0; j < 8; ++j) part[j] += double(x[i + j]) * double(x[i + j]);
      for (; i < to; ++i) part[0] += double(x[i]) * double(x[i]);
      out[b] = ((part[0] + part[4]) + (part[1] + part[5])) + ((part[2] + part[6]) + (part[3] + part[7]));
    }
  });
  double sum = 0;
  for (const double s : sums) sum += s;
  return sum;
}

}  // namespace

Norm clip(const ClipConfig& config, Real* gradient, Index size) {
  const auto each = [&](auto f) {
    parallel_for(size, 1024, 2.0 * double(size), [&](Index begin, Index end) {
      for (Index i = begin; i < end; ++i) f(gradient[i]);
    });
  };
  Norm norm{std::sqrt(square_sum(gradient, size)), false};
  if (!std::isfinite(norm.value)) return norm;
  double value = norm.value;
  if (config.value > 0) {
    const Real v = Real(config.value);
    each([v](Real& g) { g = g < -v ? -v : g > v ? v : g; });
    const double after = std::sqrt(square_sum(gradient, size));
    norm.clipped = after != value;
    value = after;
  }
  const double share = config.norm > 0 ? config.norm / (value + 1e-6) : 1;
  if (share < 1) {
    const Real factor = Real(share);
    each([factor](Real& g) { g *= factor; });
    norm.clipped = true;
  }
  return norm;
}

}  // namespace unfold
