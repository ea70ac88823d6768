// Checkpoints are safetensors files: parameters under their names, the configuration and the vocabulary as
// metadata, and, unless left out, everything that makes resumed training continue bit for bit.
#pragma once

#include <span>
#include <vector>

#include "unfold/io/safetensors.h"
#include "unfold/train/trainer.h"

namespace unfold {

/// What tokens and numbers stand for: the vocabulary of a text, or the names of a task's inputs, answers and columns.
struct Symbols {
  Vocabulary vocabulary;
  std::vector<std::string> inputs, targets;
  std::vector<Column> columns;  // of numbers, with their scales
  bool words = false;           // the inputs are words, with spaces between them
};

struct CheckpointHeader {
  Config config;
  Symbols symbols;
  NetworkSizes sizes;
  bool training = false;  // moments, state and progress are there
  Progress progress;
};

/// `trainer` may be null: parameters only.
std::vector<std::byte> write_checkpoint(const Config& config, const Symbols& symbols, const Network& network,
                                        const Trainer* trainer);

/// Parses and checks the file as a whole. Throws Error{invalid_checkpoint}.
TensorFile read_checkpoint(std::span<const std::byte> bytes, CheckpointHeader& header);

/// Fills the network's parameters; every one must be there with its shape, finite, and no other.
void load_parameters(const TensorFile& file, Network& network);

/// How many updates the optimizer has made.
std::int64_t updates_of(const TensorFile& file);

/// Fills moments, state and progress. Throws Error{invalid_text} if the trainer's data are others.
void load_training(const TensorFile& file, const CheckpointHeader& header, Trainer& trainer);

}  // namespace unfold
