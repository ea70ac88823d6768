#include <algorithm>
#include <cmath>

#include "unfold/base/hash.h"
#include "unfold/base/rng.h"
#include "unfold/data/data_loader.h"
#include "unfold/data/unknown.h"
#include "unfold/model/loss.h"

namespace unfold {
namespace {

/// The largest of f(example), at least `least`.
template <class F>
Index largest(const Dataset& data, Index least, const F& f) {
  for (const auto* split : {&data.train, &data.validation, &data.test})
    for (const Example& e : *split) least = std::max(least, f(e));
  return least;
}

}  // namespace

NetworkSizes network_sizes(const Config& config, const Dataset& data) {
  return task_head(config.task).sizes(config.task, data);
}

Targets::Targets(Index T, Index N, Index O) : columns(N) {
  const std::size_t K = std::size_t(T * N);
  lengths.resize(std::size_t(N));
  tokens.resize(K);
  sequence_lengths.resize(K);
  values.resize(K * std::size_t(O));
  halts.resize(K);
  counts.resize(K);
  wrong.resize(std::size_t(N));
  losses.resize(K);
}

void Targets::clear(Index T) {
  steps = T;
  const Index K = T * columns;
  std::fill_n(tokens.begin(), K, no_token);
  std::fill_n(sequence_lengths.begin(), K, no_token);
  std::fill_n(halts.begin(), K, Real(0));
  std::fill_n(counts.begin(), K, std::uint8_t(0));
  std::fill(values.begin(), values.end(), Real(0));
}

ExampleLoader::ExampleLoader(const Config& config, Dataset data)
    : DataLoader(config.batch_size),
      config_(config),
      head_(task_head(config.task)),
      data_(std::move(data)),
      steps_(largest(data_, 1, [&](const Example& e) { return steps_of(e); })),
      encoder_steps_(largest(data_, 0, [&](const Example& e) { return head_.encoder_steps(config.task, data_, e); })),
      encoder_lengths_(std::size_t(columns_)),
      inputs_(data_.columns, &Column::input),
      targets_(config.task.carry_state ? std::min<Index>(steps_, config.sequence_length) : steps_, columns_,
               data_.outputs) {
  if (config.task.carry_state) {
    Index& steps = config.task.pooled() ? encoder_steps_ : steps_;
    const Index longest = std::exchange(steps, std::min<Index>(steps, config.sequence_length));
    windows_ = (longest + steps - 1) / steps;
  }
  if (config.dataset.unknown == Unknown::symbol) unknown_rate_ = unknown_rate(data_);
  targets_.weights = head_.label_weights(config.task, data_);
  targets_.scales = Scales(data_.columns, &Column::target);
  if (data_.train.empty()) refuse_text("text", "at least one example to learn from", "none");
}

/// A permutation of the training examples for each epoch.
void ExampleLoader::shuffle(std::int64_t epoch) {
  if (epoch == shuffled_) return;
  order_.resize(data_.train.size());
  for (std::size_t i = 0; i < order_.size(); ++i) order_[i] = std::uint32_t(i);
  Rng rng(config_.seed, Stream::examples, std::uint32_t(epoch));
  unfold::shuffle(order_, [&](std::size_t count) { return std::size_t(rng.uniform() * double(count)); });
  shuffled_ = epoch;
}

void ExampleLoader::load(Workspace& w, Progress& progress) {
  const Index count = size(Split::train), N = std::min(columns_, count);
  if (progress.window == 0 && progress.cursor + N > count) {
    progress.cursor = 0;
    ++progress.epoch;
  }
  shuffle(progress.epoch);
  chosen_.clear();
  for (Index n = 0; n < N; ++n) chosen_.push_back(&data_.train[order_[std::size_t(progress.cursor + n)]]);
  fill(w, chosen_, Index(progress.window));
  drop_symbols(w, progress.step);
}

Index ExampleLoader::read_steps(const Example& e) const {
  return config_.task.pooled() ? head_.encoder_steps(config_.task, data_, e) : steps_of(e);
}

Index ExampleLoader::windows_of(std::span<const Example* const> examples) const {
  Index longest = 1;
  for (const Example* e : examples) longest = std::max(longest, read_steps(*e));
  return windows_ > 1 ? (longest + window_steps() - 1) / window_steps() : 1;
}

bool ExampleLoader::reads_on(const Progress& progress) const {
  return config_.task.pooled() && progress.window + 1 < windows_of(chosen_);
}

void ExampleLoader::drop_symbols(Workspace& w, std::int64_t step) const {
  if (unknown_rate_ <= 0) return;
  const int reading = encoder_steps_ > 0 ? 1 : 0;
  Rng rng(config_.seed, Stream::unknown, std::uint32_t(step));
  for (Index t = 0; t < w.steps(reading); ++t)
    for (Index n = 0; n < columns_; ++n) {
      Token& token = w.tokens(t, reading)[n];
      if (token != no_token && rng.uniform() < unknown_rate_) token = Token(data_.inputs.size() - 1);
    }
}

void ExampleLoader::advance(Workspace& w, Progress& progress) {
  if (progress.window + 1 < windows_of(chosen_)) {
    ++progress.window;
    w.carry();
    return;
  }
  progress.window = 0;
  progress.cursor += std::min(columns_, size(Split::train));
}

double ExampleLoader::epochs(const Progress& progress) const {
  return double(progress.epoch) + double(progress.cursor) / double(size(Split::train));
}

Index ExampleLoader::load(Workspace& w, Split split, Index cursor) {
  const std::vector<Example>& list = examples(split);
  const Index first = cursor / windows_, window = cursor % windows_;
  const Index end = std::min(first + columns_, Index(list.size()));
  chosen_.clear();
  for (Index i = first; i < end; ++i) chosen_.push_back(&list[std::size_t(i)]);
  fill(w, chosen_, window);
  return window + 1 < windows_of(chosen_) ? cursor + 1 : end * windows_;
}

std::string ExampleLoader::fingerprint() const {
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

/// What an example has in one of a batch's windows; it may be nothing.
Example ExampleLoader::part_of(const Example& e, Index window, Index windows) const {
  const bool pooled = config_.task.pooled();
  const Index steps = read_steps(e), width = window_steps();
  const Index end = pooled ? steps - (windows - 1 - window) * width : (window + 1) * width;
  const Index from = std::clamp<Index>(end - width, 0, steps), to = std::clamp<Index>(end, 0, steps);
  const auto cut = [&]<class T>(const std::vector<T>& all) {
    const Index of_step = Index(all.size()) / steps;
    return std::vector<T>(all.begin() + std::ptrdiff_t(from * of_step), all.begin() + std::ptrdiff_t(to * of_step));
  };
  if (pooled) {
    Example part{.input = cut(e.input), .numbers = cut(e.numbers), .context = e.context};
    if (window + 1 == windows) part.target = e.target, part.values = e.values;
    return part;
  }
  return {.input = cut(e.input),
          .numbers = cut(e.numbers),
          .target = cut(e.target),
          .values = cut(e.values),
          .context = e.context,
          .skip = std::max<Index>(e.skip - from, 0)};
}

void ExampleLoader::fill(Workspace& w, std::span<const Example* const> examples, Index window) {
  std::vector<Example> parts;
  std::vector<const Example*> present;
  if (windows_ > 1) {
    const Index windows = windows_of(examples);
    for (const Example* e : examples) parts.push_back(part_of(*e, window, windows));
    for (const Example& e : parts) present.push_back(&e);
    examples = present;
  }
  const TaskConfig& task = config_.task;
  const Index N = columns_;
  std::vector<Index>& lengths = targets_.lengths;
  Index T = 1, S = 0;
  std::fill(lengths.begin(), lengths.end(), Index(0));  // columns without an example have no steps
  std::fill(encoder_lengths_.begin(), encoder_lengths_.end(), Index(0));
  for (std::size_t n = 0; n < examples.size(); ++n) {
    T = std::max(T, lengths[n] = steps_of(*examples[n]));
    S = std::max(S, encoder_lengths_[n] = head_.encoder_steps(task, data_, *examples[n]));
  }
  w.resize(T, std::max<Index>(S, encoder_steps_ > 0 ? 1 : 0));
  if (window == 0) w.reset();
  w.set_lengths(0, lengths);
  if (encoder_steps_ > 0) w.set_lengths(1, encoder_lengths_);

  targets_.clear(T);
  std::fill_n(w.tokens(0), T * N, no_token);
  const int reading = encoder_steps_ > 0 ? 1 : 0;
  if (reading) std::fill_n(w.tokens(0, 1), w.steps(1) * N, no_token);
  if (data_.numbers > 0) std::fill_n(w.numbers(0, reading), w.steps(reading) * N * data_.numbers, Real(0));
  std::fill_n(w.context(), N * data_.context, Real(0));
  for (std::size_t n = 0; n < examples.size(); ++n) fill_column(w, Index(n), *examples[n]);
}

/// A step's numbers, scaled. What is missing is zero, which is the mean.
void ExampleLoader::read_row(const Real* row, Real* to) const {
  inputs_.scale(row, data_.numbers, to);
  for (Index k = 0; k < data_.numbers; ++k)
    if (std::isnan(to[k])) to[k] = 0;
}

void ExampleLoader::fill_column(Workspace& w, Index n, const Example& e) {
  const int reading = encoder_steps_ > 0 ? 1 : 0;
  for (Index t = 0; t < Index(e.input.size()); ++t) w.tokens(t, reading)[n] = e.input[std::size_t(t)];
  const Index D = data_.numbers;
  for (Index t = 0; D > 0 && t < data_.steps(e); ++t) read_row(e.numbers.data() + t * D, w.numbers(t, reading) + n * D);
  std::copy(e.context.begin(), e.context.end(), w.context() + n * data_.context);
  head_.fill(config_.task, data_, e, n, w, targets_);
}

Metrics ExampleLoader::measure(const Network& network, Workspace& w, bool learn) {
  return head_.measure(config_.task, network, w, targets_, learn);
}

}  // namespace unfold
