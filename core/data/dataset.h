// Examples to learn from: what every task but "next" trains on. Made by a generator (datasets/) or read from a file.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "unfold/base/json.h"
#include "unfold/base/real.h"
#include "unfold/config/config.h"

namespace unfold {

/// One sequence and its answer. Numbers lie step after step. What a task does not use stays empty.
///
///   task        reads                 answers
///   generate    (context)             target: the sequence itself, without an end symbol
///   classify    input or numbers      target: one label
///   tag         input or numbers      target: one label a step (no_token: a step that does not count)
///   translate   input                 target: a sequence of its own length, without an end symbol
///   regress     numbers               values: `outputs` numbers a step, or once if TaskConfig::pooled()
///   notes       numbers               values: as many a step, each 0 or 1: what comes one step later
///
/// NaN stands for a number or value that is missing (Missing::mask): it is read as 0, and its error does not count.
struct Example {
  std::vector<Token> input;
  std::vector<Real> numbers;
  std::vector<Token> target;
  std::vector<Real> values;
  std::vector<Real> context;
  Index skip = 0;  // regress: the first steps, whose answers do not count: the past of those that are measured
};

/// A column of a table of numbers that the examples use. A value v becomes (v − mean) / scale, or, with `log`, that of
/// sign(v)·ln(1 + |v|); see data/scaling.h.
struct Column {
  std::string name;                  // in the file's header, or "column 3" without one
  bool input = true, target = true;  // an example reads it; an example answers with it
  double mean = 0, scale = 1;
  bool log = false;
};

/// What was found out about a file, and what was done with it.
struct FileFormat {
  std::string format;                      // "lines", "table", "CoNLL" or "JSON Lines"; empty: not read from a file
  std::string separator;                   // of columns: "tab", "comma", "semicolon" or "space"; empty: none
  bool header = false;                     // the first line names the columns
  std::vector<std::string> columns, uses;  // their names, and "input", "target" or "none" for each
  std::vector<std::string> notes;          // sentences: what was recognised, cut or left out
};

/// Of a roll of notes: those of a piano, from the MIDI note 21.
constexpr Index piano_keys = 88;

struct Dataset {
  /// Text of each input token, of each target token or label. A sequence that is generated or translated draws from
  /// the same symbols on both sides; then both lists are equal.
  std::vector<std::string> inputs, targets;
  Index numbers = 0, outputs = 0, context = 0;  // of an example's numbers and values a step, and of its context
  /// Of examples that were read from a table: a step's numbers are the columns with `input`, in this order, its values
  /// those with `target`. Empty for every other dataset.
  std::vector<Column> columns;
  bool words = false;   // the inputs are words, with spaces between them
  Index truncated = 0;  // sequences that were cut to task.max_length
  FileFormat file;
  std::vector<Example> train, validation, test;

  /// Steps of an example's input side.
  Index steps(const Example& e) const;
};

/// Reads a text in the format of the task, which stands at the task's class in generate/tasks/. The configured share
/// is held back for validation, and as much for the test (at least one example each, if there are three or more), by a
/// shuffle that depends on the seed alone; of a single series of rows, the last ones (data/series.h). Numbers of
/// regress stay those of the file, and `columns` says how the training examples are scaled (config.dataset.scaling).
/// Throws Error{invalid_text} with the line, Error{invalid_argument} for a task without examples.
///
/// Symbols are the Unicode code points that occur, 65 000 at most (`unit` and `vocabulary` of a configuration concern
/// "next" alone). Lines may end in CRLF; a byte-order mark and empty lines are skipped. A sequence has 1 to
/// task.read_length() symbols. Numbers are decimal, within ±1e15. Tables: data/table.h.
///
/// `known`: the columns of a model that exists; a table is then read by their names, and keeps their scales.
Dataset read_dataset(std::string_view text, const Config& config, const std::vector<Column>* known = nullptr);

/// What read_dataset would make of a text, before anything is trained: {format: "table", …} (see preview_table) or
/// {format: "lines", rows, first: lines, notes}; of a text to go on writing {format: "text", …}. Throws as read_dataset
/// where the text cannot be read at all.
Json preview(std::string_view text, const Config& config);

/// Makes the examples of a generated dataset: `config` has its name, its difficulty, how many examples, and the seed.
/// One in ten is for validation, as many for the test, and no example of these is in `train`, unless there are only a
/// handful of different ones. ("anbn" has one word of each length: its test is longer, its validation is like its
/// training.) Fewer than asked for where their numbers would not fit into 64 MB. Throws Error{invalid_config}.
Dataset make_corpus(const DatasetConfig& config);

/// The loss (nats, or the loss of numbers in the unit of Metrics::loss) of the trivial baseline, the best constant
/// prediction: the frequencies of the training answers, or what best_constant finds. It is measured on the validation
/// split, without one on the training examples. Of sequences: their unigrams, the end counted, per symbol. Of notes:
/// the sum over the keys, per step.
double trivial_loss(const Dataset& data, const TaskConfig& task);

}  // namespace unfold
