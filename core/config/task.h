// What a network is asked to learn. "next" predicts every character of a text from those before it; every other task
// learns from examples (data/dataset.h), or leaves the loss to the caller (tensor).
//
// Each task is one file of generate/tasks/, and one line of the table there (tasks.cpp).
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "unfold/base/real.h"

namespace unfold {

/// In the order of the table of tasks.
enum class TaskKind { next, generate, classify, tag, translate, regress, notes, tensor };

/// Where a task's training data come from.
enum class TaskData { text, examples, caller };

/// What the answer is computed from: every step's states, which gives an answer at every step ("none" in a
/// configuration), or one vector for the whole sequence, the last states or their mean over time.
enum class Pooling { none, last, mean };

/// How a predicted sequence ends. end: a symbol of its own; halt: a unit that says so; count: the length is drawn
/// first, and the number of steps that remain is an input.
enum class Termination { end, halt, count };

/// What numbers of a file become before a network reads them; see data/scaling.h.
enum class Scaling { none, standard, minmax, log };

/// How predicted numbers are measured (model/loss.h).
enum class Loss { squared, absolute, huber, quantile, gaussian };
struct NumberLoss {
  Loss kind = Loss::squared;
  double delta = 1;               // huber, in scaled units
  std::vector<double> quantiles;  // quantile: an odd number of them, ascending

  static constexpr std::size_t most_quantiles = 15;
  /// Outputs of the network for each number, one after the other: its quantiles, or its mean and log variance.
  Index outputs() const {
    if (kind == Loss::quantile) return Index(quantiles.size());
    return kind == Loss::gaussian ? 2 : 1;
  }
  /// Which of them is the answer.
  Index answer() const { return kind == Loss::quantile ? Index(quantiles.size() / 2) : 0; }
  /// The share of true numbers that should lie between the outermost quantiles, or within 1.96 standard deviations of
  /// the mean; 0: there is no band.
  double band() const {
    if (kind == Loss::quantile) return quantiles.back() - quantiles.front();
    return kind == Loss::gaussian ? 0.95 : 0;
  }
};

/// What a task allows in a configuration. The texts are literals.
struct TaskInfo {
  enum class Pools { never, optional, always };

  TaskKind kind;
  const char* name;
  TaskData data = TaskData::examples;
  bool numbers = false;         // reads and answers numbers, not symbols: there is no embedding
  bool autoregressive = false;  // predicts the symbols that it reads next: it can be fed its own answers
  bool bidirectional = false;   // an answer may depend on later steps
  bool sequences = false;       // predicts sequences that end: `termination` and `maxLength`
  bool encoder = false;         // a source sequence is read by layers of its own
  bool labels = false;          // answers with one of a set of labels
  bool reads_symbols = false;   // an example has a sequence of symbols as its input
  bool context = false;         // may be given a context
  bool sizes = false;           // the caller says how many inputs and outputs there are
  Pools pools = Pools::never;
};

const TaskInfo& task_info(TaskKind kind);
/// Their names, in the order of TaskKind.
std::span<const char* const> task_names();

struct TaskConfig {
  TaskKind kind = TaskKind::next;
  Pooling pooling = Pooling::none;             // classify and regress
  Termination termination = Termination::end;  // generate and translate
  /// Steps of a sequence at most; 0: what the data have, up to most_steps, and usual_length where something is written
  /// or cut into windows.
  Index max_length = 0;
  bool truncate = false;  // longer sequences are cut, not refused
  /// classify, regress, tag and notes: examples are read in windows of sequenceLength steps, each of which begins with
  /// the states that the one before it ended with; gradients stop there (truncated back-propagation). Pooled, an answer
  /// stands behind the last window alone, from which it is learned: the windows before it only carry the state.
  bool carry_state = false;
  double label_smoothing = 0;  // of symbols and labels (Szegedy et al. 2016)
  bool class_weights = false;  // classify and tag: rare labels weigh as much as frequent ones
  NumberLoss loss;             // regress
  /// regress, of the next row: in training, at this many last steps of an example the inputs are the network's own
  /// answers one step earlier, and the errors of these steps flow back through them (Goodfellow et al. 2016, 10.2.1).
  Index feedback_steps = 0;
  Index inputs = 0, outputs = 0;  // tensor: numbers a step; outputs 0: the states of the last layer
  Index context = 0;              // tensor and generate: numbers of the given context

  const TaskInfo& info() const { return task_info(kind); }
  const char* name() const { return info().name; }
  bool pooled() const { return pooling != Pooling::none; }
  /// Answers each row of numbers with the next one.
  bool predicts_rows() const { return kind == TaskKind::regress && !pooled(); }
  bool learns_text() const { return info().data == TaskData::text; }
  /// Most steps of a sequence that is read, and of one that is written.
  Index read_length() const { return max_length > 0 ? max_length : most_steps; }
  Index written_length() const { return max_length > 0 ? max_length : usual_length; }

  static constexpr Index most_steps = 65536, usual_length = 256;
};

/// What the numbers of music are: keys of a piano, 0 to 87, or MIDI notes, 21 (its lowest key) to 108.
enum class Keys { undeclared, piano, midi };

/// On which side of a line the label stands; whether a file begins with a header.
enum class LabelSide { automatic, first, last };
enum class Header { automatic, yes, no };
/// What becomes of a symbol that the model does not know: an error that names it, nothing, or a symbol that training
/// has learned to stand for all of these.
enum class Unknown { error, skip, symbol };

/// What becomes of the dates of a table: left out, or inputs (hour, weekday and month, each as sine and cosine).
enum class Dates { ignore, features };

/// What becomes of a missing value of a table: the text is refused; the value before it, within its series; the line
/// between its neighbours; or the input is zero and the loss does not count it.
enum class Missing { refuse, forward, interpolate, mask };

/// Where examples come from. With a name, the engine makes them; else they are in the given text, and the rest says how
/// it is read (data/table.h).
struct DatasetConfig {
  std::string name;
  int difficulty = 0;  // 0: the default of the dataset
  int count = 10000;
  std::uint64_t seed = 1;
  std::vector<std::string> inputs, targets, ignore;  // columns by name; empty: chosen by what they hold
  std::string id;                                    // the column that says which series a row belongs to
  Dates dates = Dates::ignore;
  Missing missing = Missing::refuse;
  Scaling scaling = Scaling::standard;  // of the text's numbers; those of a generated dataset stay as they are
  LabelSide label = LabelSide::automatic;
  Header header = Header::automatic;
  Unknown unknown = Unknown::error;
  Keys keys = Keys::undeclared;  // notes
  int grid = 0;                  // notes: steps a quarter note; 0: unknown. For whoever writes and reads music
  int roll = -1;                 // notes: the MIDI note of the first column of a piano roll; -1: by its width

  bool generated() const { return !name.empty(); }
};

}  // namespace unfold
