// Examples to learn from: what every task but "next" trains on. Made by a generator (datasets/) or read from a file.
#pragma once

#include <string>
#include <string_view>
#include <vector>

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
struct Example {
  std::vector<Token> input;
  std::vector<Real> numbers;
  std::vector<Token> target;
  std::vector<Real> values;
  std::vector<Real> context;
};

/// Of a roll of notes: those of a piano, from the MIDI note 21.
constexpr Index piano_keys = 88;

struct Dataset {
  /// Text of each input token, of each target token or label. A sequence that is generated or translated draws from
  /// the same symbols on both sides; then both lists are equal.
  std::vector<std::string> inputs, targets;
  Index numbers = 0, outputs = 0, context = 0;  // of an example's numbers and values a step, and of its context
  std::vector<Example> train, validation, test;

  /// Steps of an example's input side.
  Index steps(const Example& e) const;
};

/// Reads a text in the format that the task has, and holds back the configured share for validation (and as many for
/// the test; one each at least, of three or more examples), by a shuffle that depends on the seed alone. Throws
/// Error{invalid_text} with the line.
///
///   generate    a sequence a line; with a context its numbers, divided by commas, and a tab before it
///   classify    label, tab, sequence
///   tag         a sequence, tab, its labels: as many characters
///   translate   source, tab, target
///   regress     CSV: a number a column, a row a step; the next row is to be foretold. An empty line begins a series
///   (pooled)    a series a line, tab or semicolon, the numbers to foretell: commas divide steps (and answers),
///               spaces the numbers of a step
///   notes       {"train": [[[key, …], …], …], "valid": …, "test": …}, also inside {"splits": …}; keys 0 to 87
///
/// Symbols are the Unicode code points that occur, 65 000 at most ("unit" and "vocabulary" are of "next" alone). Lines
/// may end in CRLF; a byte-order mark and empty lines are passed over. A sequence has 1 to task.longest symbols.
///
/// CSV divides by comma, semicolon or tab; a first line without any number is a header. A series longer than
/// task.longest is cut into pieces, each beginning with the row that the last one foretold at its end; and if less than
/// three would come of it, into about ten. Numbers are decimal, within ±1e15.
///
/// "validation" is "valid"; other entries are passed over; neither order nor repetitions matter in a chord. Pieces are
/// not cut. Without "valid" and "test" they are held back from "train" like lines.
Dataset read_dataset(std::string_view text, const Config& config);

/// Examples of a corpus: `config.corpus` names it, its difficulty, how many examples, and the seed. One in ten is for
/// validation, as many for the test, and no example of these is in `train`, unless there are only a handful of
/// different ones. ("anbn" has one word of each length: its test is longer, its validation is like its training.) Fewer
/// than asked for where their numbers would not fit into 64 MB. Throws Error{invalid_config}.
Dataset make_corpus(const CorpusConfig& config);

/// The loss (nats, or mean squared error) of the answer without information, measured on the validation split (without
/// one, on the training examples): the frequencies of the training answers, or their mean. Of sequences: their
/// unigrams, the end counted, a symbol. Of notes: the sum over the keys, a step.
double trivial_loss(const Dataset& data, const TaskConfig& task);

}  // namespace unfold
