// Texts with a label each, as people have them. The separator, the header and the side of the label are found out:
//
//   label<TAB>text            without quotes; more columns where every line has as many
//   text,label   label;text   CSV: quotes around fields, or one separator too many in the text without them
//   {"text": "…", "label": "…"}   JSON Lines
//
// `dataset.label` and `dataset.header` of a configuration overrule what is found.
#pragma once

#include <list>
#include <string>
#include <string_view>
#include <vector>

#include "unfold/data/dataset.h"
#include "unfold/data/lines.h"

namespace unfold {

struct LabelledText {
  struct Row {
    std::string_view label, text;
    Index line = 0;  // where it begins, from 1
  };
  std::vector<Row> rows;
  std::list<std::string> owned;  // fields that quotes, or JSON, have changed; others lie in the text
  FileFormat file;
  std::vector<Index> unfit;  // lines without a label, where they are left out
};

/// Refuses, with the line, what has no two columns; and a text of which most labels occur once, where neither a header
/// nor the configuration names the column: label and text are likely to be swapped. Throws Error{invalid_text}. `text`
/// outlives the result. `lenient`: lines without a label are left out, for a preview.
LabelledText read_labelled(std::string_view text, const DatasetConfig& config, bool lenient = false);

/// Whether a text is JSON Lines: an object begins its first line.
bool is_json_lines(std::string_view text);
/// The names that a field of JSON Lines, or a column, may have for what is read and for the answer, ended by null.
extern const char* const input_names[];
extern const char* const target_names[];
/// The first field of a line's object that has one of these names; refuses a line that is no object or has none.
const Json& json_field(const Line& line, const Json& object, const char* const* names);
/// A text in JSON; refuses another value.
std::string text_of(const Line& line, const Json& value);
/// The object of a line.
Json json_of(const Line& line, std::string_view text);

}  // namespace unfold
