// Counter-based random numbers: Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as
// 1, 2, 3"). A number is a pure function of (seed, stream, counter): no hidden state, no dependence on the
// order or the thread that asks, nothing to save but a counter.
#pragma once

#include <array>
#include <cstdint>
#include <utility>

#include "unfold/base/numeric.h"
#include "unfold/base/real.h"

namespace unfold {

/// Which part of the system draws; keeps the draws of different parts independent under one seed.
enum class Stream : std::uint32_t {
  initialization = 1,
  dropout = 2,
  sampling = 3,
  corpus = 4,
  choice = 5,
  examples = 6,
  unknown = 7,
  noise = 8,
  test = 9
};

/// Four words for (key, counter).
inline std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 2> key, std::array<std::uint32_t, 4> c) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t p0 = std::uint64_t(0xD2511F53u) * c[0], p1 = std::uint64_t(0xCD9E8D57u) * c[2];
    c = {std::uint32_t(p1 >> 32) ^ c[1] ^ key[0], std::uint32_t(p1), std::uint32_t(p0 >> 32) ^ c[3] ^ key[1],
         std::uint32_t(p0)};
    key[0] += 0x9E3779B9u;
    key[1] += 0xBB67AE85u;
  }
  return c;
}

/// A sequence of numbers for one (seed, stream, index), e.g. index = the number of a parameter tensor.
class Rng {
 public:
  Rng(std::uint64_t seed, Stream stream, std::uint32_t index = 0, std::uint64_t counter = 0)
      : key_{std::uint32_t(seed), std::uint32_t(seed >> 32)},
        stream_(std::uint32_t(stream)),
        index_(index),
        counter_(counter) {}

  std::uint32_t word() {
    const std::uint64_t block = counter_ / 4, lane = counter_ % 4;
    if (lane == 0 || !have_) {
      words_ = philox(key_, {std::uint32_t(block), std::uint32_t(block >> 32), index_, stream_});
      have_ = true;
    }
    ++counter_;
    return words_[lane];
  }

  /// Uniform in [0, 1), 53 bits.
  double uniform() {
    const std::uint64_t high = word() >> 5, low = word() >> 6;
    return double(high * 67108864u + low) * (1.0 / 9007199254740992.0);
  }

  /// Standard normal by Marsaglia's polar method (needs only sqrt and our log).
  double normal();
  /// The next `count` of them, on all threads: those that normal() would give, and the same counter afterwards.
  void normals(double* to, Index count);

  std::uint64_t counter() const { return counter_; }

 private:
  /// One candidate of the polar method, of two uniform numbers: whether it is taken.
  bool candidate(double& x);
  void jump(std::uint64_t counter) {
    counter_ = counter;
    have_ = false;
  }

  std::array<std::uint32_t, 2> key_;
  std::uint32_t stream_, index_;
  std::uint64_t counter_;
  std::array<std::uint32_t, 4> words_{};
  bool have_ = false;
};

/// A random permutation in place (Fisher & Yates 1938, in Durstenfeld's form): draw(n) gives a number from 0 to n − 1.
template <class List, class Draw>
void shuffle(List& list, const Draw& draw) {
  for (std::size_t n = list.size(); n > 1; --n) std::swap(list[n - 1], list[draw(n)]);
}

}  // namespace unfold
