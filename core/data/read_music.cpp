// Music from JSON: {"train": [[[number, …], …], …], "valid": …, "test": …}, also inside {"splits": …}. A step is a list
// of what sounds or, in a piano roll, as many zeros and ones as there are columns. "keys" says what the numbers of
// lists are, if the configuration does not.
#include <algorithm>
#include <utility>

#include "unfold/base/json_walk.h"
#include "unfold/base/phrase.h"
#include "unfold/data/examples.h"
#include "unfold/data/lines.h"

namespace unfold {
namespace {

/// Of all pieces: a step is two letters of the text, but 176 numbers here.
constexpr Index most_steps = 1 << 19;
/// MIDI notes are 0 to 127; the lowest key of a piano is the note 21.
constexpr int midi_notes = 128, lowest_note = 21;

constexpr const char* part_names[]{"train", "valid", "validation", "test"};

struct Piece {
  int part;           // of part_names
  Index from, steps;  // its first step in Music::ends, and how many it has
};

/// As it stands in the file.
struct Music {
  std::vector<std::uint8_t> numbers;  // of all steps
  std::vector<Index> ends;            // of each step in `numbers`
  std::vector<Piece> pieces;
  std::string keys;  // what the file says of them

  std::span<const std::uint8_t> step(Index t) const {
    const Index from = t == 0 ? 0 : ends[std::size_t(t - 1)];
    return std::span(numbers).subspan(std::size_t(from), std::size_t(ends[std::size_t(t)] - from));
  }
};

std::string place(const std::string& part, Index piece, Index step) {
  return phrase("text {}[{}][{}]", {part, piece, step});
}

/// Walks through the JSON. `arrays` says where it is in the arrays of pieces, steps and numbers.
class Reading final : public JsonHandler {
 public:
  explicit Reading(const Config& config, Music& to) : longest(config.task.read_length()), music(to) {}

  const Index longest;
  Music& music;
  int part = -1;                        // −1 outside of the parts
  Index count[4]{};                     // pieces of each part so far
  Index depth = 0;                      // of objects: 0, 1, or 2 inside "splits"
  Index arrays = 0;                     // open ones of a part: pieces, steps, numbers
  Index ignored = 0;                    // open ones of something else
  bool splits = false, keys = false;    // the last key
  unsigned seen = 0;                    // which of the parts
  std::string field, expected, actual;  // what went wrong

  bool inside() const { return part >= 0; }
  bool skips() const { return ignored > 0 || (depth > 0 && !inside() && !splits && !keys); }
  Index steps() const { return music.pieces.back().steps; }
  bool refuse(Words what, Words instead) {
    field = keys ? "text keys" : "text";
    if (inside()) {
      field += std::string(" ") + part_names[part];
      if (arrays >= 1) field += phrase("[{}]", {count[part] - (arrays >= 2)});
      if (arrays >= 2) field += phrase("[{}]", {steps() - (arrays == 3)});
    }
    expected = what.text();
    actual = instead.text();
    return false;
  }
  bool other(const char* what) {  // a value that is no array, object or number of music
    if (skips()) return true;
    static constexpr const char* wanted[]{"an array of pieces", "an array of steps", "an array of numbers",
                                          "keys or MIDI notes, whole numbers"};
    return refuse(keys ? "\"piano\" or \"midi\"" : inside() ? wanted[arrays] : "an object with \"train\"", what);
  }

  bool start_object() override {
    if (skips()) return descend();
    if (inside() || keys) return other("an object");
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
    part = -1;
    splits = depth == 1 && k == "splits";
    keys = k == "keys";
    for (int i = 0; i < 4; ++i)
      if (k == part_names[i]) {
        const unsigned bit = i < 2 ? 1u << i : 1u << (i - 1);
        if (seen & bit) return refuse("each part once", excerpt(k) + " again");
        seen |= bit;
        part = i;
      }
    return true;
  }
  bool start_array() override {
    if (skips()) return descend();
    if (!inside() || arrays == 3) return other("an array");
    if (++arrays == 2) {
      music.pieces.push_back({part, Index(music.ends.size()), 0});
      ++count[part];
    }
    if (arrays < 3) return true;
    ++music.pieces.back().steps;
    music.ends.push_back(Index(music.numbers.size()));
    if (steps() > longest + 1)
      return refuse(phrase("a piece of at most {} steps and one (task.maxLength)", {longest}), "more");
    if (Index(music.ends.size()) > most_steps) return refuse(phrase("at most {} steps in all", {most_steps}), "more");
    return true;
  }
  bool end_array() override {
    if (ignored > 0) {
      --ignored;
      return true;
    }
    if (arrays == 3) music.ends.back() = Index(music.numbers.size());
    if (arrays == 2 && steps() < 2) return refuse("a piece of two steps or more", std::to_string(steps()));
    if (--arrays == 0) part = -1;
    return true;
  }
  bool number_unsigned(std::uint64_t x) override {
    if (!inside() || arrays < 3 || ignored > 0) return other("a number");
    if (x >= midi_notes) return refuse("keys 0 to 87, or MIDI notes 21 to 108", std::to_string(x));
    music.numbers.push_back(std::uint8_t(x));
    return true;
  }
  bool string(std::string& text) override {
    if (!keys || ignored > 0 || (text != "piano" && text != "midi")) return other("a string");
    music.keys = text;
    return true;
  }
  bool null() override { return other("null"); }
  bool boolean(bool) override { return other("a boolean"); }
  bool number_negative(std::int64_t) override { return other("a negative number"); }
  bool number(double) override { return other("a fraction"); }
};

/// Columns of a roll, 0 if the steps are lists: no list of three or more repeats its numbers all along.
Index columns_of(const Music& m) {
  const Index columns = m.ends.empty() ? 0 : m.ends[0];
  if (columns < 3) return 0;
  for (Index t = 0; t < Index(m.ends.size()); ++t)
    if (Index(m.step(t).size()) != columns) return 0;
  return std::all_of(m.numbers.begin(), m.numbers.end(), [](std::uint8_t x) { return x <= 1; }) ? columns : 0;
}

/// The MIDI note of a number 0, or of a roll's first column.
int first_note(const Music& m, Index columns, const DatasetConfig& c) {
  if (columns > 0) {
    if (c.roll >= 0) return c.roll;
    if (columns == piano_keys || columns == midi_notes) return columns == piano_keys ? lowest_note : 0;
    refuse_text("dataset.roll", "the MIDI note of a roll's first column (known of 88 and 128)",
                phrase("{} columns", {columns}));
  }
  if (c.roll >= 0) refuse_text("text", "steps of as many zeros and ones (dataset.roll)", "lists of numbers");
  const char* const told = c.keys == Keys::undeclared ? "" : c.keys == Keys::midi ? "midi" : "piano";
  if (*told && !m.keys.empty() && m.keys != told)
    refuse_text("text keys", phrase("\"{}\" (dataset.keys)", {told}), phrase("\"{}\"", {m.keys}));
  const std::string keys = m.keys.empty() ? told : m.keys;
  if (keys.empty())
    refuse_text("dataset.keys", "piano (numbers are keys, 0 to 87) or midi (notes, 21 to 108)", "nothing");
  return keys == "midi" ? 0 : lowest_note;
}

/// The rows of a piece, a number for each key of a piano.
std::vector<Real> rows_of(const Music& m, const Piece& piece, Index columns, int first, Index number) {
  std::vector<Real> rows(std::size_t(piece.steps * piano_keys));
  for (Index t = 0; t < piece.steps; ++t) {
    const std::span<const std::uint8_t> step = m.step(piece.from + t);
    for (std::size_t i = 0; i < step.size(); ++i) {
      if (columns > 0 && step[i] == 0) continue;
      const Index value = columns > 0 ? Index(i) : Index(step[i]);
      const Index key = value + first - lowest_note;
      if (key < 0 || key >= piano_keys)
        refuse_text(place(part_names[piece.part], number, t),
                    first == lowest_note ? "keys 0 to 87" : "notes of a piano, 21 to 108",
                    std::to_string(first == lowest_note ? value : value + first));
      rows[std::size_t(t * piano_keys + key)] = 1;
    }
  }
  return rows;
}

}  // namespace

Dataset read_music(std::string_view text, const Config& config) {
  Dataset data;
  data.numbers = data.outputs = piano_keys;
  Music music;
  Reading reading(config, music);
  if (const std::size_t stop = walk_json(text, reading); stop != std::string_view::npos) {
    if (!reading.field.empty()) refuse_text(reading.field, reading.expected, reading.actual);
    const std::string_view before = text.substr(0, stop);
    refuse_text(line_field(1 + std::count(before.begin(), before.end(), '\n')), "JSON", "text that is not JSON");
  }
  if (reading.count[0] == 0) refuse_text("text", "at least one piece in \"train\"", "none");
  const Index columns = columns_of(music);
  const int first = first_note(music, columns, config.dataset);
  std::vector<Example>* const parts[]{&data.train, &data.validation, &data.validation, &data.test};
  for (const Piece& piece : music.pieces) {
    std::vector<Example>& part = *parts[piece.part];
    part.push_back(forecast_example(rows_of(music, piece, columns, first, Index(part.size())), piano_keys));
  }
  if (data.validation.empty() && data.test.empty()) hold_back(std::exchange(data.train, {}), config, data);
  return data;
}

}  // namespace unfold
