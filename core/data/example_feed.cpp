#include <algorithm>

#include "unfold/base/hash.h"
#include "unfold/base/rng.h"
#include "unfold/data/feed.h"
#include "unfold/model/loss.h"

namespace unfold {
namespace {

bool foretells(const TaskConfig& task) { return task.name == "generate" || task.name == "translate"; }
bool answers_numbers(const TaskConfig& task) { return task.name == "regress" || task.name == "notes"; }

Index longest_target(const Dataset& data) {
  Index most = 0;
  for (const auto* split : {&data.train, &data.validation, &data.test})
    for (const Example& e : *split) most = std::max(most, Index(e.target.size()));
  return most;
}

}  // namespace

NetworkSizes network_sizes(const Config& config, const Dataset& data) {
  const TaskConfig& t = config.task;
  const auto V = Index(data.targets.size());
  NetworkSizes sizes{.context = data.context};
  if (foretells(t)) {
    sizes.symbols = V + (t.length == "end" ? 1 : 0);
    sizes.outputs = V + (t.length == "count" ? 0 : 1);
    if (t.length == "count") sizes.lengths = longest_target(data) + 1;
    return sizes;
  }
  sizes.numbers = data.numbers;
  sizes.symbols = data.numbers > 0 ? 0 : Index(data.inputs.size());
  sizes.outputs = answers_numbers(t) ? data.outputs : V;
  return sizes;
}

Index main_steps(const TaskConfig& task, const Dataset& data, const Example& e) {
  if (task.pooled()) return 1;
  if (!foretells(task)) return data.steps(e);
  return std::max<Index>(Index(e.target.size()) + (task.length == "end" ? 1 : 0), 1);
}

Index encoder_steps(const TaskConfig& task, const Dataset& data, const Example& e) {
  if (task.name == "translate") return Index(e.input.size());
  return task.pooled() ? data.steps(e) : 0;
}

ExampleFeed::ExampleFeed(const Config& config, Dataset data)
    : Feed(config.batch), config_(config), data_(std::move(data)) {
  if (data_.train.empty()) throw Error(ErrorCode::invalid_text, "text", "at least one example to learn from", "none");
  for (const auto* split : {&data_.train, &data_.validation, &data_.test})
    for (const Example& e : *split) {
      steps_ = std::max(steps_, main_steps(config.task, data_, e));
      encoder_steps_ = std::max(encoder_steps_, unfold::encoder_steps(config.task, data_, e));
    }
  const auto N = std::size_t(columns_), K = N * std::size_t(steps_);
  lengths_.resize(N);
  encoder_lengths_.resize(N);
  targets_.resize(K);
  length_targets_.resize(K);
  halts_.resize(K);
  counts_.resize(K);
  wrong_.resize(N);
  losses_.resize(K);
  values_.resize(K * std::size_t(answers_numbers(config.task) ? data_.outputs : 0));
}

/// A permutation of the training examples for each epoch.
void ExampleFeed::shuffle(std::int64_t epoch) {
  if (epoch == shuffled_) return;
  order_.resize(data_.train.size());
  for (std::size_t i = 0; i < order_.size(); ++i) order_[i] = std::uint32_t(i);
  Rng rng(config_.seed, Stream::examples, std::uint32_t(epoch));
  unfold::shuffle(order_, [&](std::size_t count) { return std::size_t(rng.uniform() * double(count)); });
  shuffled_ = epoch;
}

void ExampleFeed::load(Workspace& w, Progress& progress) {
  const Index count = size(Split::train), N = std::min(columns_, count);
  if (progress.cursor + N > count) {
    progress.cursor = 0;
    ++progress.epoch;
  }
  shuffle(progress.epoch);
  chosen_.clear();
  for (Index n = 0; n < N; ++n) chosen_.push_back(&data_.train[order_[std::size_t(progress.cursor + n)]]);
  fill(w, chosen_);
}

void ExampleFeed::advance(Workspace&, Progress& progress) { progress.cursor += std::min(columns_, size(Split::train)); }

double ExampleFeed::epochs(const Progress& progress) const {
  return double(progress.epoch) + double(progress.cursor) / double(size(Split::train));
}

Index ExampleFeed::load(Workspace& w, Split split, Index cursor) {
  const std::vector<Example>& list = of(split);
  const Index end = std::min(cursor + columns_, Index(list.size()));
  chosen_.clear();
  for (Index i = cursor; i < end; ++i) chosen_.push_back(&list[std::size_t(i)]);
  fill(w, chosen_);
  return end;
}

std::string ExampleFeed::mark() const {
  Hash hash;
  for (const auto* split : {&data_.train, &data_.validation, &data_.test})
    for (const Example& e : *split) {
      hash.add(e.input);
      hash.add(e.numbers);
      hash.add(e.target);
      hash.add(e.values);
      hash.add(e.context);
    }
  return hash.text();
}

void ExampleFeed::fill(Workspace& w, std::span<const Example* const> examples) {
  const TaskConfig& task = config_.task;
  const Index N = columns_;
  Index S = 0;
  T_ = 1;
  std::fill(lengths_.begin(), lengths_.end(), Index(0));  // columns without an example have no steps
  std::fill(encoder_lengths_.begin(), encoder_lengths_.end(), Index(0));
  for (std::size_t n = 0; n < examples.size(); ++n) {
    T_ = std::max(T_, lengths_[n] = main_steps(task, data_, *examples[n]));
    S = std::max(S, encoder_lengths_[n] = unfold::encoder_steps(task, data_, *examples[n]));
  }
  w.resize(T_, std::max<Index>(S, encoder_steps_ > 0 ? 1 : 0));
  w.reset();
  w.set_lengths(0, lengths_);
  if (encoder_steps_ > 0) w.set_lengths(1, encoder_lengths_);

  const Index K = T_ * N;
  std::fill_n(w.tokens(0), K, no_token);
  std::fill_n(targets_.begin(), K, no_token);
  std::fill_n(length_targets_.begin(), K, no_token);
  std::fill_n(halts_.begin(), K, Real(0));
  std::fill_n(counts_.begin(), K, std::uint8_t(0));
  std::fill(values_.begin(), values_.end(), Real(0));
  const int reading = encoder_steps_ > 0 ? 1 : 0;
  if (reading) std::fill_n(w.tokens(0, 1), w.steps(1) * N, no_token);
  if (data_.numbers > 0) std::fill_n(w.numbers(0, reading), w.steps(reading) * N * data_.numbers, Real(0));
  std::fill_n(w.context(), N * data_.context, Real(0));

  for (Index n = 0; n < Index(examples.size()); ++n) {
    const Example& e = *examples[std::size_t(n)];
    for (Index t = 0; t < Index(e.input.size()); ++t) w.tokens(t, reading)[n] = e.input[std::size_t(t)];
    const Index D = data_.numbers;
    for (Index t = 0; D > 0 && t < data_.steps(e); ++t)
      std::copy_n(e.numbers.data() + t * D, D, w.numbers(t, reading) + n * D);
    std::copy(e.context.begin(), e.context.end(), w.context() + n * data_.context);
    fill_main(w, n, e);
  }
}

/// The main stream's own input, and what is to be answered.
void ExampleFeed::fill_main(Workspace& w, Index n, const Example& e) {
  const TaskConfig& task = config_.task;
  const Index N = columns_, length = lengths_[std::size_t(n)], count = Index(e.target.size());
  const auto at = [&](Index t) { return std::size_t(t * N + n); };
  if (answers_numbers(task)) {
    const Index O = data_.outputs;
    for (Index t = 0; t < length && !e.values.empty(); ++t) {  // a question has none
      std::copy_n(e.values.data() + t * O, O, values_.data() + Index(at(t)) * O);
      counts_[at(t)] = 1;
    }
    return;
  }
  for (Index t = 0; t < std::min(length, count); ++t) {
    targets_[at(t)] = e.target[std::size_t(t)];
    counts_[at(t)] = 1;
  }
  if (!foretells(task)) return;
  for (Index t = 1; t < std::min(length, count + 1); ++t) w.tokens(t)[n] = e.target[std::size_t(t - 1)];
  if (task.length == "end") targets_[at(count)] = Token(data_.targets.size());
  if (task.length == "halt" && count > 0) halts_[at(count - 1)] = 1;
  if (task.length == "count") {
    length_targets_[std::size_t(n)] = Token(count);
    for (Index t = 0; t < length; ++t) w.numbers(t)[n] = Real(count - t) / Real(w.longest());
  }
}

Answers ExampleFeed::answers(const Network& network, Workspace& w, bool learn) {
  const TaskConfig& task = config_.task;
  const Index K = T_ * columns_, R = network.outputs();
  Answers a;
  const auto sum = [&] {
    for (Index k = 0; k < K; ++k) a.loss += losses_[std::size_t(k)];
  };
  if (answers_numbers(task)) {
    for (Index k = 0; k < K; ++k) a.predictions += counts_[std::size_t(k)];
    const Real scale = learn ? Real(1.0 / double(std::max<std::int64_t>(a.predictions, 1))) : Real(0);
    Real* y = w.logits();
    if (task.name == "regress") {
      squared_error(y, R, K, values_.data(), counts_.data(), scale, losses_.data());
    } else {
      for (Index i = 0; i < K * R; ++i) {
        const bool played = values_[std::size_t(i)] > 0, expected = y[i] > 0 && counts_[std::size_t(i / R)];
        a.right += played && expected;
        a.asked += played || expected;
      }
      binary_cross_entropy(y, R, R, K, values_.data(), counts_.data(), scale, losses_.data());
    }
    sum();
    return a;
  }
  const bool halts = foretells(task) && task.length == "halt", lengths = network.lengths() >= 0;
  const Index V = R - (halts ? 1 : 0);
  std::fill(wrong_.begin(), wrong_.end(), std::uint8_t(0));
  for (Index k = 0; k < K; ++k) {
    const Token target = targets_[std::size_t(k)];
    if (target == no_token) continue;
    ++a.predictions;
    const Real* x = w.logits() + k * R;
    bool right = std::max_element(x, x + V) - x == target;
    if (halts) right &= (x[V] > 0) == (halts_[std::size_t(k)] > 0);
    if (!foretells(task)) a.right += right;
    if (!right) wrong_[std::size_t(k % columns_)] = 1;
  }
  const Real scale = learn ? Real(1.0 / double(std::max<std::int64_t>(a.predictions, 1))) : Real(0);
  softmax_cross_entropy(w.logits(), V, R, K, targets_.data(), scale, losses_.data());
  sum();
  if (halts) {
    binary_cross_entropy(w.logits() + V, 1, R, K, halts_.data(), counts_.data(), scale, losses_.data());
    sum();
  }
  if (lengths) {
    Real* x = w.sums(network.lengths());
    const Index L = network.sizes().lengths;
    for (Index n = 0; n < columns_; ++n)
      if (lengths_[std::size_t(n)] > 0 &&
          std::max_element(x + n * L, x + n * L + L) - (x + n * L) != length_targets_[std::size_t(n)])
        wrong_[std::size_t(n)] = 1;
    softmax_cross_entropy(x, L, K, length_targets_.data(), scale, losses_.data());
    sum();
  }
  if (!foretells(task)) {
    a.asked = a.predictions;
    return a;
  }
  for (Index n = 0; n < columns_; ++n) {
    if (lengths_[std::size_t(n)] == 0) continue;
    ++a.asked;
    a.right += !wrong_[std::size_t(n)];
  }
  return a;
}

}  // namespace unfold
