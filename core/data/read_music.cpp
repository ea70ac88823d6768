// Piano rolls: {"train": [[[key, …], …], …], "valid": …, "test": …}, also inside {"splits": …}.
#include <algorithm>
#include <utility>

#include "unfold/base/json_walk.h"
#include "unfold/data/examples.h"
#include "unfold/data/lines.h"

namespace unfold {
namespace {

/// Of all pieces: a step is two letters of the text, but 176 numbers here.
constexpr Index most_steps = 1 << 19;

/// Walks through the JSON and builds nothing but the pieces. `path` says where it is: the part, and the places in the
/// arrays of pieces, steps and keys.
class Rolls final : public JsonHandler {
 public:
  explicit Rolls(const Config& config, Dataset& data_) : longest(config.task.read_length()), data(data_) {}

  const Index longest;
  Dataset& data;
  std::vector<Example>* part = nullptr;  // null outside of the three
  std::string name;                      // of the part
  Index depth = 0;                       // of objects: 0, 1, or 2 inside "splits"
  Index arrays = 0;                      // open ones of a part: pieces, steps, keys
  Index ignored = 0;                     // open ones of something else
  bool splits = false;                   // the last key
  unsigned seen = 0;                     // which of the parts
  std::vector<Real> rows;                // of the piece
  Index steps = 0;                       // of all pieces
  std::string field, expected, actual;   // what went wrong

  bool refuse(Words what, Words instead) {
    field = "text";
    if (part) {
      field += " " + name;
      if (arrays >= 1) field += "[" + std::to_string(part->size()) + "]";
      if (arrays >= 2) field += "[" + std::to_string(Index(rows.size()) / piano_keys - (arrays == 3)) + "]";
    }
    expected = what.text();
    actual = instead.text();
    return false;
  }
  bool other(const char* what) {  // a value that is no array, object or key of the piano
    if (ignored > 0 || (depth > 0 && !part && !splits)) return true;
    static constexpr const char* wanted[]{"an array of pieces", "an array of steps", "an array of keys",
                                          "keys 0 to 87"};
    return refuse(part ? wanted[arrays] : "an object with \"train\"", what);
  }

  bool start_object() override {
    if (ignored > 0 || (depth > 0 && !part && !splits)) return descend();
    if (part) return other("an object");
    ++depth;
    splits = false;
    return true;
  }
  bool descend() { return ++ignored <= 32 || refuse("nesting of at most 32", "deeper"); }
  bool end_object() override {
    if (ignored > 0)
      --ignored;
    else
      --depth;
    return true;
  }
  bool key(std::string& k) override {
    if (ignored > 0) return true;
    static constexpr const char* names[]{"train", "valid", "validation", "test"};
    std::vector<Example>* const parts[]{&data.train, &data.validation, &data.validation, &data.test};
    part = nullptr;
    splits = depth == 1 && k == "splits";
    for (int i = 0; i < 4; ++i)
      if (k == names[i]) {
        const unsigned bit = i < 2 ? 1u << i : 1u << (i - 1);
        if (seen & bit) return refuse("each part once", excerpt(k) + " again");
        seen |= bit;
        part = parts[i];
        name = k;
      }
    return true;
  }
  bool start_array() override {
    if (ignored > 0 || (depth > 0 && !part && !splits)) return descend();
    if (!part || arrays == 3) return other("an array");
    if (++arrays == 3) {
      rows.resize(rows.size() + piano_keys);
      if (Index(rows.size()) / piano_keys > longest + 1)
        return refuse("a piece of at most " + std::to_string(longest) + " steps and one (task.maxLength)", "more");
      if (++steps > most_steps) return refuse("at most " + std::to_string(most_steps) + " steps in all", "more");
    }
    return true;
  }
  bool end_array() override {
    if (ignored > 0) {
      --ignored;
      return true;
    }
    if (arrays == 2) {
      if (Index(rows.size()) < 2 * piano_keys)
        return refuse("a piece of two steps or more", std::to_string(Index(rows.size()) / piano_keys));
      part->push_back(forecast_example(rows, piano_keys));
      rows.clear();
    }
    if (--arrays == 0) part = nullptr;
    return true;
  }
  bool number_unsigned(std::uint64_t x) override {
    if (!part || arrays < 3 || ignored > 0) return other("a number");
    if (x >= piano_keys) return refuse("keys 0 to 87 (a MIDI note less 21)", std::to_string(x));
    rows[rows.size() - piano_keys + std::size_t(x)] = 1;
    return true;
  }
  bool null() override { return other("null"); }
  bool boolean(bool) override { return other("a boolean"); }
  bool number_negative(std::int64_t) override { return other("a negative number"); }
  bool number(double) override { return other("a fraction"); }
  bool string(std::string&) override { return other("a string"); }
};

}  // namespace

Dataset read_music(std::string_view text, const Config& config) {
  Dataset data;
  data.numbers = data.outputs = piano_keys;
  Rolls rolls(config, data);
  if (const std::size_t stop = walk_json(text, rolls); stop != std::string_view::npos) {
    if (!rolls.field.empty()) refuse_text(rolls.field, rolls.expected, rolls.actual);
    const std::string_view before = text.substr(0, stop);
    refuse_text(line_field(1 + std::count(before.begin(), before.end(), '\n')), "JSON", "text that is not JSON");
  }
  if (data.train.empty()) refuse_text("text", "at least one piece in \"train\"", "none");
  if (data.validation.empty() && data.test.empty()) hold_back(std::exchange(data.train, {}), config, data);
  return data;
}

}  // namespace unfold
