// Mixtures of sines.
#include <utility>

#include "unfold/data/datasets/generator.h"

namespace unfold {
namespace {

constexpr std::size_t sine_steps = 64;

/// x_t = 1/K·Σ a_k·cos(ω_k·t + φ_k), by c_{t+1} = 2·cos ω·c_t − c_{t−1}: three cosines a sine, and exact answers.
void draw_sine(Draw& d) {
  std::vector<double> sum(sine_steps + 1);
  for (int k = 0; k < d.difficulty; ++k) {
    const double amplitude = (0.5 + 0.5 * d.rng.uniform()) / d.difficulty;
    const double frequency = 1.0 / 40 + d.rng.uniform() * (1.0 / 6 - 1.0 / 40);  // 6 to 40 steps a period
    const double omega = 2 * numeric::pi * frequency, phase = 2 * numeric::pi * d.rng.uniform();
    const double twice = 2 * numeric::cos(omega);
    double now = numeric::cos(phase), before = numeric::cos(phase - omega);
    for (double& x : sum) {
      x += amplitude * now;
      before = std::exchange(now, twice * now - before);
    }
  }
  d.example = forecast_example({sum.begin(), sum.end()}, 1);
}

}  // namespace

constexpr Generator sine{
    .info = {.name = "sine",
             .label = "Sines",
             .summary = "A sum of sines, unknown in frequency and phase; the next value is to be predicted.",
             .source = "Jaeger & Haas 2004, a simple relative",
             .task = TaskKind::regress,
             .difficulty = "sines",
             .min_difficulty = 1,
             .default_difficulty = 2,
             .max_difficulty = 8,
             .optimum = "squared error near 0: two values a sine tell all others",
             .metric = "mse",
             .trivial = "squared error about 0.29 / (number of sines): the answer is always 0"},
    .numbers = 1,
    .outputs = 1,
    .draw = draw_sine};

}  // namespace unfold
