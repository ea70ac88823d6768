// Checkpoints are safetensors files: parameters under their names, the configuration and the vocabulary as
// metadata, and, unless left out, everything that makes resumed training continue bit for bit.
#pragma once

#include <span>
#include <vector>

#include "safetensors.h"
#include "trainer.h"

namespace unfold {

struct CheckpointHeader {
  Config config;
  Vocabulary vocabulary;
  bool training = false;  // moments, state and progress are there
  Progress progress;
};

/// `trainer` may be null: parameters only. `tokens` is the text that the progress belongs to.
std::vector<std::byte> write_checkpoint(const Config& config, const Vocabulary& vocabulary, const Network& network,
                                        const Trainer* trainer, const std::vector<Token>& tokens);

/// Parses and checks the file as a whole. Throws Error{invalid_checkpoint}.
TensorFile read_checkpoint(std::span<const std::byte> file, CheckpointHeader& header);

/// Fills the network's parameters; every one must be there with its shape, finite, and no other.
void load_parameters(const TensorFile& file, Network& network);

/// Fills moments, state and progress. Throws Error{invalid_text} if `tokens` is another text.
void load_training(const TensorFile& file, const CheckpointHeader& header, const std::vector<Token>& tokens,
                   Trainer& trainer);

}  // namespace unfold
