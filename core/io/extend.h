// A model that goes on with other data: its symbols keep their weights and the optimizer's moments, new ones get rows
// of their own.
#pragma once

#include <string>
#include <vector>

#include "unfold/io/checkpoint.h"

namespace unfold {

/// The symbols of a model that goes on with other data.
struct Extension {
  Symbols symbols;
  std::vector<Index> inputs, outputs;  // where each old row of input and of output stands among the new ones
  std::vector<std::string> added;      // the new symbols and labels, as UTF-8
};

/// Adds the symbols or words of a text to a vocabulary; one with an unknown symbol, or of merges, stays as it is.
Extension extend(const CheckpointHeader& header, const Vocabulary& text);
/// Adds the symbols and labels of examples, and renames theirs accordingly. Where the model has learned an unknown
/// symbol, new symbols become it. Throws Error{invalid_text} if the examples have other numbers, or words instead of
/// characters.
Extension extend(const CheckpointHeader& header, Dataset& data);

/// Renames the symbols and labels of examples to those of a model that stays as it is. Symbols that it does not know
/// are treated as the configuration says (Unknown): the first is named in the error, or they are left out of their
/// sequences (an example without any other goes), or become the unknown symbol. Labels, and symbols that would have to
/// be written, are refused. Throws Error{invalid_text}.
void adopt(const CheckpointHeader& header, Dataset& data);

/// Fills the parameters that the file has; rows and columns of new symbols stay as they were initialised. With a
/// trainer also moments, which are 0 for new symbols, and the number of the step. Throws Error{invalid_checkpoint}.
void load_extended(const TensorFile& file, const CheckpointHeader& header, const Extension& extension, Network& network,
                   Trainer* trainer);

}  // namespace unfold
