// Words with a label each:
//
//   word<TAB or space>label     CoNLL: a word a line, an empty line between sentences; the first column is the word,
//                               the last its label. Of ten columns with a number first (CoNLL-U) the second and the
//                               fourth. Lines that begin with "#" and have no tab, and "-DOCSTART-", do not count.
//   {"tokens": ["…"], "tags": ["…"]}   JSON Lines; texts instead of lists: a character a step
#pragma once

#include <list>
#include <string>
#include <string_view>
#include <vector>

#include "unfold/data/dataset.h"

namespace unfold {

struct TaggedText {
  struct Row {
    std::vector<std::string_view> inputs, labels;
    Index line = 0;
  };
  std::vector<Row> rows;  // as many labels as inputs in each
  std::list<std::string> owned;
  bool words = false;  // else characters
  FileFormat file;
};

/// Whether a text is of one of these formats; the other one of `tag` has a sequence, a tab and as many labels a line.
bool is_tagged(std::string_view text);
/// Throws Error{invalid_text} with the line.
TaggedText read_tagged(std::string_view text);

}  // namespace unfold
