// A window of T steps and N columns as the operations of a plan see it: where each buffer lies, and what the run says
// of masks, lengths and time.
//
// A sequence is F × (T·N) numbers, column-major: column t·N + n is step t of sequence n.
#pragma once

#include <array>
#include <cstdint>

#include "unfold/base/real.h"
#include "unfold/model/mask.h"

namespace unfold {

/// The most states of one cell.
constexpr int max_states = 4;

/// A list with room for `most` elements in itself: what holds it is copied without allocating.
template <class T, std::size_t most>
class Few {
 public:
  void push_back(const T& x) { list_[count_++] = x; }
  std::size_t size() const { return count_; }
  bool empty() const { return count_ == 0; }
  T& operator[](std::size_t i) { return list_[i]; }
  const T& operator[](std::size_t i) const { return list_[i]; }
  T* begin() { return list_.data(); }
  T* end() { return list_.data() + count_; }
  const T* begin() const { return list_.data(); }
  const T* end() const { return list_.data() + count_; }

 private:
  std::array<T, most> list_{};
  std::size_t count_ = 0;
};
/// Buffers, one for each state of a layer.
using StateBuffers = Few<int, max_states>;

/// Which columns a buffer has.
enum class Extent : std::uint8_t {
  window,     // T·N: every step
  state,      // (delay + T)·N: the steps before the window first; after it, where the layer runs backward in time
  step,       // N: the present step
  once,       // 1
  scores,     // T·N, with one row for each step of the encoder
  score_step  // N, likewise
};

/// When memory is taken for a buffer.
enum class Lifetime : std::uint8_t {
  always,
  training,  // only where gradients are wanted
  dropout,   // only in training with dropout between layers; until then it is its alias
  request    // only where the caller asks for it: outside the arena
};

/// A buffer of a plan. It has no memory of its own: Workspace gives it a place in its arena.
struct BufferInfo {
  const char* name = "";
  int layer = -1;   // of the plan, which it belongs to
  int number = -1;  // tells buffers of one name apart; −1: there is one
  Index rows = 0;
  Extent extent = Extent::window;
  Lifetime lifetime = Lifetime::always;
  bool zeroed = false;    // before each backward pass: gradients add to it
  int sequence = 0;       // whose steps T counts: 0 the main sequence's, 1 the encoder's
  int direction = 1;      // of Extent::state: −1 backward in time
  Index delay = 0;        // of Extent::state: steps before the window, the largest delay with which it is read
  int alias = -1;         // a state whose steps 0 … T−1 it is, while it has no place of its own
  bool separate = false;  // with an alias: always has a place of its own

  /// Steps between the buffer's begin and what a reader `late` steps later than t sees at t = 0.
  Index place(Index late) const { return direction > 0 ? delay - late : late; }
  /// Numbers that it holds for T steps, S of the encoder, and N columns.
  Size elements(Index T, Index S, Index N) const;
};

/// What draws the input symbols of scheduled sampling: symbol t+1 of a column is the model's own, drawn from its
/// answer at t, with probability 1 − ε. A function of (seed, pass, place), whatever the threads.
struct Choosing {
  double epsilon = 1;
  std::uint64_t seed = 0, pass = 0;
};

/// Some neighbouring columns of a window: [first, first + count). While the scan runs they are of step t, sequences n,
/// n + 1, …
struct Columns {
  Index first = 0, count = 0;
  Index t = 0, n = 0;
};

/// Where a buffer lies, and how many numbers on its columns are: of a buffer for every step by their number in the
/// window, of one for the present step by their number in the batch. Without memory everything is null and zero.
struct Access {
  Real* place = nullptr;
  Index column = 0, sequence = 0, late = 0;
};

struct Pass {
  Index T = 0, N = 0;
  Index input_delay = 0;           // steps of `tokens` before the window
  Token* tokens = nullptr;         // (input_delay + T)·N
  const Index* lengths = nullptr;  // steps of each sequence, the rest is padding; null: all T
  bool fresh = false;              // the sequences begin here: first states come from the context
  const Pass* encoder = nullptr;   // the other sequence
  Choosing choosing;
  std::int64_t clock = 0;  // global number of the first step
  Dropping dropping;
  const Real* parameters = nullptr;
  const Real* packed = nullptr;
  const BufferInfo* info = nullptr;  // by number
  const Access* access = nullptr;    // by number

  /// The first of some columns, `late` steps earlier in the direction of the buffer's layer; null without memory.
  Real* at(int buffer, const Columns& c, Index late = 0) const {
    if (buffer < 0) return nullptr;
    const Access& a = access[buffer];
    return a.place + c.first * a.column + c.n * a.sequence + late * a.late;
  }
  /// True steps of sequence n.
  Index length(Index n) const { return lengths ? lengths[n] : T; }
  const Token* tokens_at(const Columns& c, Index late) const { return tokens + (input_delay - late) * N + c.first; }
};

/// What an operation reads: the tokens of the input, or rows of a buffer, `delay` steps earlier.
struct Signal {
  bool tokens = false;
  int value = -1, gradient = -1;  // buffers; no gradient: nobody asks for it
  Index row = 0, rows = 0;        // [row, row + rows) of its rows
  Index delay = 0;
};

/// Sums that operations add to: preactivations and their gradient, which may share one buffer.
struct Sum {
  int value = -1, gradient = -1;
  Index rows = 0;
  Size bias = -1;           // place of the summed biases in packed storage
  bool normalized = false;  // layer normalisation adds the bias
};

}  // namespace unfold
