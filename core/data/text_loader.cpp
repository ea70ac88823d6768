#include <algorithm>

#include "unfold/base/hash.h"
#include "unfold/base/phrase.h"
#include "unfold/data/data_loader.h"
#include "unfold/model/loss.h"

namespace unfold {

Index training_share(Index count, double validation) {
  if (validation <= 0) return count;
  return std::min(Index(double(count) * (1 - validation)), count - 2);
}

namespace {

Index checked_share(const Config& config, Index count) {
  const Index train = training_share(count, config.validation_split);
  const Index needed = Index(config.batch_size) * (config.sequence_length + 1) + 1;
  if (train < needed)
    throw Error(ErrorCode::invalid_text, "text",
                phrase("at least {} training {} for batch {} × window {} (lower one of them, or give more text)",
                       {needed, config.unit == Unit::character ? "characters" : "tokens", config.batch_size,
                        config.sequence_length}),
                std::to_string(std::max<Index>(train, 0)));
  return train;
}

}  // namespace

TextLoader::TextLoader(const Config& config, const std::vector<Token>& tokens)
    : DataLoader(config.batch_size),
      tokens_(tokens),
      window_(config.sequence_length),
      smoothing_(config.task.label_smoothing),
      train_count_(checked_share(config, Index(tokens.size()))),
      streams_(tokens.data(), train_count_, config.batch_size),
      training_(tokens.data(), train_count_, config.batch_size),
      validation_(tokens.data() + train_count_, std::max<Index>(Index(tokens.size()) - train_count_, 1),
                  config.batch_size),
      targets_(std::size_t(config.sequence_length) * std::size_t(config.batch_size)),
      losses_(targets_.size()) {}

void TextLoader::load(Workspace& w, Progress& progress) {
  if (progress.cursor + window_ > streams_.length()) {
    progress.cursor = 0;
    ++progress.epoch;
    w.reset();
  }
  streams_.window(progress.cursor, window_, w.tokens(0), targets_.data());
}

void TextLoader::advance(Workspace& w, Progress& progress) {
  w.carry();
  progress.cursor += window_;
}

double TextLoader::epochs(const Progress& progress) const {
  return double(progress.epoch) + double(progress.cursor) / double(streams_.length());
}

Index TextLoader::size(Split split) const {
  return split == Split::train ? train_count_ : split == Split::validation ? Index(tokens_.size()) - train_count_ : 0;
}

std::string TextLoader::fingerprint() const {
  Hash hash;
  hash.add(tokens_);
  return hash.text();
}

Index TextLoader::load(Workspace& w, Split split, Index cursor) {
  (split == Split::train ? training_ : validation_).window(cursor, window_, w.tokens(0), targets_.data());
  return cursor + window_;
}

Index TextLoader::length(Split split) const {
  return split == Split::train ? training_.length() : split == Split::validation ? validation_.length() : 0;
}

Metrics TextLoader::measure(const Network& network, Workspace& w, bool learn) {
  if (w.tile() == 0) measure_tile(w.logits(), network.outputs(), 0, Index(targets_.size()), learn);
  Metrics a;
  for (const double loss : losses_) a.loss += loss;
  for (const Token target : targets_) a.predictions += target != no_token;
  return a;
}

void TextLoader::measure_tile(Real* answers, Index rows, Index first, Index count, bool learn) {
  softmax_cross_entropy(answers, rows, count, targets_.data() + first,
                        learn ? Real(1.0 / double(targets_.size())) : Real(0), losses_.data() + first, smoothing_);
}

}  // namespace unfold
