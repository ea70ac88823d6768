#include "bench.h"

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "kernels/kernels.h"
#include "parallel.h"
#include "profile.h"
#include "rng.h"
#include "sorting.h"
#include "trainer.h"

namespace unfold {
namespace {

using Clock = std::chrono::steady_clock;

double since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

double median(std::vector<double> values) {
  sort(values);
  return values[values.size() / 2];
}

struct Row {
  const char *name, *network;  // network: members of a configuration
};

constexpr Row rows[] = {
    {"lstm 1x128", R"("layers":[{"cell":"lstm","hidden":128}])"},
    {"lstm 2x256", R"("layers":[{"cell":"lstm","hidden":256},{"cell":"lstm","hidden":256}])"},
    {"lstm 2x512", R"("layers":[{"cell":"lstm","hidden":512},{"cell":"lstm","hidden":512}])"},
    {"gru 2x256", R"("layers":[{"cell":"gru","hidden":256},{"cell":"gru","hidden":256}])"},
    {"rnn 1x256", R"("preset":"rnn","hidden":256)"},
    {"dt(s)-rnn 1x256", R"("preset":"dt(s)-rnn","hidden":256)"},
    {"rnn 2x256", R"("layers":[{"cell":"rnn","hidden":256},{"cell":"rnn","hidden":256}])"},
};

/// A text of the reference task's size: 65 symbols in a fixed pseudo-random order.
std::vector<Token> corpus() {
  std::vector<Token> tokens(200000);
  Rng rng(1, Stream::test);
  for (Token& t : tokens) t = Token(rng.word() % 65);
  return tokens;
}

Json measure(const Row& row, int count, const BenchOptions& options, const std::vector<Token>& tokens) {
  set_threads(count);
  const Config config = parse_config(std::string(R"({"window":64,"batch":32,"evaluateEvery":0,)") + row.network + "}");
  Network network(config, 65);
  Trainer trainer(config, network, tokens);
  const double characters = double(config.window) * config.batch;
  for (int i = 0; i < 2; ++i) trainer.step();  // first touch of memory
  std::vector<double> rates, limits;
  for (int chunk = 0; chunk < options.chunks; ++chunk) {
    limits.push_back(micro_kernel_gflops());
    const auto start = Clock::now();
    int steps = 0;
    do {
      trainer.step();
      ++steps;
    } while (since(start) < options.chunk_seconds);
    rates.push_back(steps * characters / since(start));
  }
  start_profile();
  const auto start = Clock::now();
  do trainer.step();
  while (since(start) < options.chunk_seconds);
  const double total = since(start);
  Json profile = Json::object();
  const auto seconds = stop_profile();
  for (std::size_t i = 0; i < seconds.size(); ++i) put(profile, {{phase_names[i], seconds[i] / total}});
  const double rate = median(rates), gflops = rate * network.flops_per_token() / 1e9, limit = median(limits);
  return object({{"name", row.name},
                 {"threads", count},
                 {"charactersPerSecond", rate},
                 {"gflops", gflops},
                 {"limit", limit},
                 {"share", gflops / limit},
                 {"profile", profile}});
}

}  // namespace

double micro_kernel_gflops() {
  constexpr Index K = 256, N = 24;
  const Index M = kernels::active().panel;
  const int parts = threads();
  std::vector<Buffer> a, b, c;
  for (int i = 0; i < parts; ++i) {
    a.emplace_back(kernels::packed_size(M, K));
    b.emplace_back(K * N);
    c.emplace_back(M * N);
  }
  const int repeats = 400;
  double best = 0;
  for (int run = 0; run < 5; ++run) {
    const auto start = Clock::now();
    parallel_for(parts, 1, 1e9, [&](Index begin, Index end) {
      for (Index i = begin; i < end; ++i)
        for (int r = 0; r < repeats; ++r) {
          const auto at = std::size_t(i);
          kernels::gemm(a[at].data(), M, K, b[at].data(), K, N, c[at].data(), M, c[at].data(), M);
        }
    });
    best = std::max(best, 2.0 * double(M * K * N) * repeats * parts / since(start) / 1e9);
  }
  return best;
}

Json benchmark(const BenchOptions& options) {
  const int before = threads();
  const std::vector<Token> tokens = corpus();
  Json measured = Json::array();
  for (const Row& row : rows)
    for (int count = 1; count <= options.max_threads; count *= 2)
      if (options.only.empty() || options.only == row.name) measured.push_back(measure(row, count, options, tokens));
  set_threads(before);
  return object({{"kernels", kernels::active().name}, {"fast", kernels::active().fast}, {"rows", measured}});
}

}  // namespace unfold
