// Melodies over chords: a small grammar of bars, in all twelve keys.
#include "unfold/data/datasets/generator.h"

namespace unfold {
namespace {

constexpr Index middle_c = 39, beats = 4;
constexpr int major_scale[]{0, 2, 4, 5, 7, 9, 11};
/// What may follow a chord, by its degree: four equally frequent ways.
constexpr int follows[7][beats]{{3, 4, 5, 1}, {4, 4, 4, 3}, {}, {4, 0, 1, 4}, {0, 0, 0, 5}, {1, 3, 3, 4}, {}};

/// A bar is a triad and its root an octave below, held for four beats, and a melody that begins with a note of the
/// chord and goes on by steps of the scale. It ends V, I.
void draw_melody(Draw& d) {
  const Index bars = d.difficulty, tonic = middle_c + d.between(-6, 5);
  std::vector<Real> rows(std::size_t(bars * beats * piano_keys));
  Index degree = d.between(7, 11);  // of the melody, above the tonic
  int chord = 0;
  for (Index bar = 0; bar < bars; ++bar) {
    if (bar > 0) chord = follows[chord][d.below(4)];
    if (bar == bars - 2) chord = 4;
    if (bar == bars - 1) chord = 0;
    const auto in_chord = [&](Index x) { return (x - chord + 14) % 7 % 2 == 0 && (x - chord + 14) % 7 < 6; };
    for (Index beat = 0; beat < beats; ++beat) {
      const auto strike = [&](Index x, Index octaves = 0) {
        rows[std::size_t((bar * beats + beat) * piano_keys + tonic + 12 * (x / 7 + octaves) + major_scale[x % 7])] = 1;
      };
      if (beat > 0) degree += d.below(3) - 1;
      if (degree < 7) degree = 8;
      if (degree > 14) degree = 13;
      if (beat == 0 && !in_chord(degree)) degree += in_chord(degree + 1) ? 1 : -1;
      strike(chord, -1);
      for (const int third : {0, 2, 4}) strike(chord + third);
      strike(degree);
    }
  }
  d.example = forecast_example(rows, piano_keys);
}

}  // namespace

constexpr Generator melodies{
    .info = {.name = "melodies",
             .label = "Melodies",
             .summary = "Chords that follow a plan and a melody above them, as a roll of 88 keys.",
             .source = "after Boulanger-Lewandowski, Bengio & Vincent 2012",
             .task = TaskKind::notes,
             .difficulty = "bars",
             .min_difficulty = 2,
             .default_difficulty = 8,
             .max_difficulty = 64,
             .optimum = "within a bar ln 3 nats a step, for the melody; at a new bar two coins for the chord",
             .metric = "nats",
             .trivial = "every key by its own frequency: about 15 nats a step"},
    .numbers = piano_keys,
    .outputs = piano_keys,
    .draw = draw_melody};

}  // namespace unfold
