// What a network is asked for. "next" is a text whose every character is foretold by those before it; every other task
// learns from examples (dataset.h).
#pragma once

#include <string>

#include "unfold/base/real.h"

namespace unfold {

struct TaskConfig {
  /// next, generate, classify, tag, translate, regress, notes, or tensor: whatever the caller makes of it.
  std::string name = "next";
  /// classify and regress: one answer for the whole sequence, from the last states ("last") or from their mean over
  /// time ("mean"). Empty: an answer at every step.
  std::string pool;
  /// generate and translate: how a sequence ends. "end": a symbol of its own; "halt": a unit that says so;
  /// "count": the length is drawn first, and the steps that are left are fed in.
  std::string length = "end";
  Index longest = 256;            // steps of a sequence at most
  Index inputs = 0, outputs = 0;  // tensor: numbers a step; outputs 0: the states of the last layer
  Index context = 0;              // tensor and generate: numbers of the given context
  bool pooled() const { return !pool.empty(); }
  bool learns_text() const { return name == "next"; }
};

/// Where examples come from, if the engine makes them. An empty name: from the given text.
struct CorpusConfig {
  std::string name;
  int difficulty = 0;  // 0: the usual one
  int count = 10000;
  std::uint64_t seed = 1;
};

}  // namespace unfold
