#include "unfold/generate/sampler.h"

#include <algorithm>
#include <cmath>

#include "unfold/base/drawing.h"
#include "unfold/base/json_reader.h"
#include "unfold/base/sorting.h"

namespace unfold {

SampleRequest parse_sample_request(const Json& json, std::uint64_t seed) {
  SampleRequest request{.options = {.seed = seed}};
  SampleOptions& o = request.options;
  Reader r(json, "", ErrorCode::invalid_argument, "options");
  r.text("prompt", request.prompt);
  r.number("temperature", o.temperature, 0, 1e6);
  r.integer("topK", o.top_k, 0, 65535);
  r.number("topP", o.top_p, 0, 1, true);
  r.boolean("greedy", o.greedy);
  r.integer("seed", o.seed, 0, 9007199254740991.0);
  r.integer("length", request.length, 0, 9007199254740991.0);
  r.finish();
  return request;
}

Sampler::Sampler(Network& network, const SampleOptions& options)
    : network_(network), options_(options), workspace_(network, 1, 1, false), rng_(options.seed, Stream::sampling) {
  const auto refuse = [](const char* field, const char* expected, double actual) {
    refuse_argument(field, expected, shortly(actual));
  };
  if (!(options.temperature >= 0 && options.temperature <= 1e6))
    refuse("temperature", "a number from 0 to 1000000", options.temperature);
  if (!(options.top_p > 0 && options.top_p <= 1)) refuse("topP", "a number above 0, at most 1", options.top_p);
  if (options.top_k < 0) refuse("topK", "0 (all symbols) or more", options.top_k);
  weights_.resize(std::size_t(network.symbols()));
  order_.resize(weights_.size());
}

void Sampler::step(Token token) {
  workspace_.tokens(0)[0] = token;
  network_.forward(workspace_);
  workspace_.carry();
}

void Sampler::prompt(const std::vector<Token>& tokens) {
  for (const Token token : tokens) step(token);
}

const std::vector<double>& Sampler::probabilities() {
  const Real* logits = workspace_.logits();
  const double highest = *std::max_element(logits, logits + weights_.size());
  double sum = 0;
  for (std::size_t v = 0; v < weights_.size(); ++v) sum += weights_[v] = numeric::exp(double(logits[v]) - highest);
  for (double& w : weights_) w /= sum;
  return weights_;
}

Token Sampler::choose() {
  const Real* logits = workspace_.logits();
  const auto V = weights_.size(), never = std::size_t(options_.never);
  std::size_t best = never == 0 ? 1 : 0;  // the first of equals; a NaN never wins
  for (std::size_t v = best + 1; v < V; ++v)
    if (v != never && (logits[v] > logits[best] || std::isnan(logits[best]))) best = v;
  if (options_.greedy || options_.temperature < 1e-6) return Token(best);

  double sum = 0;
  for (std::size_t v = 0; v < V; ++v) {
    const double x = (double(logits[v]) - double(logits[best])) / options_.temperature;
    sum += weights_[v] = std::isnan(x) || v == never ? 0 : numeric::exp(x);
    order_[v] = int(v);
  }
  std::size_t count = V;
  if ((options_.top_k > 0 && std::size_t(options_.top_k) < V) || options_.top_p < 1) {
    sort(order_, [&](int a, int b) {
      const double x = weights_[std::size_t(a)], y = weights_[std::size_t(b)];
      return x > y || (x == y && a < b);
    });
    if (options_.top_k > 0) count = std::min(V, std::size_t(options_.top_k));
    const double enough = options_.top_p * sum;
    double kept = 0;
    for (std::size_t i = 0; i < count; ++i) {
      kept += weights_[std::size_t(order_[i])];
      if (options_.top_p < 1 && kept >= enough) count = i + 1;
    }
    sum = kept;
  }
  if (!(sum > 0)) return Token(best);  // an infinite logit, or none that is a number
  const auto weight = [&](Index i) { return weights_[std::size_t(order_[std::size_t(i)])]; };
  return Token(order_[std::size_t(draw_index(Index(count), sum, rng_.uniform(), weight))]);
}

Token Sampler::next() {
  const Token token = choose();
  step(token);
  return token;
}

}  // namespace unfold
