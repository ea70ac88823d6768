// A vocabulary as a checkpoint's metadata hold it: {unit, symbols: code points, bytes or words, unknown}, or {unit:
// bpe, merges: left, right, left, right, …, unknown: false}.
#pragma once

#include <string>

#include "unfold/data/tokens.h"

namespace unfold {

std::string vocabulary_text(const Vocabulary& v);
/// Throws Error{invalid_checkpoint} unless the text is a vocabulary of that unit.
Vocabulary parse_vocabulary(const std::string& text, Unit expected);

}  // namespace unfold
