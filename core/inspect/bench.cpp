#include "unfold/inspect/bench.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "unfold/base/clock.h"
#include "unfold/base/parallel.h"
#include "unfold/base/profile.h"
#include "unfold/base/rng.h"
#include "unfold/base/sorting.h"
#include "unfold/kernels/kernels.h"
#include "unfold/train/trainer.h"

namespace unfold {
namespace {

double since(double start) { return seconds_now() - start; }

double median(std::vector<double> values) {
  sort(values);
  return values[values.size() / 2];
}

struct Row {
  const char *name = "", *network = "";  // network: members of a configuration
  int window = 64, batch = 32;
  Index characters = 200000;
  bool growth = false;  // measured when asked for by its name only
};

constexpr const char* small = R"("layers":[{"cell":"lstm","units":128}])";

constexpr Row bench_rows[] = {
    {"lstm 1x16", R"("layers":[{"cell":"lstm","units":16}])"},
    {"lstm 1x128", small},
    {"lstm 2x256", R"("layers":[{"cell":"lstm","units":256},{"cell":"lstm","units":256}])"},
    {"lstm 2x512", R"("layers":[{"cell":"lstm","units":512},{"cell":"lstm","units":512}])"},
    {"gru 2x256", R"("layers":[{"cell":"gru","units":256},{"cell":"gru","units":256}])"},
    {"rnn 2x256", R"("layers":[{"cell":"rnn","units":256},{"cell":"rnn","units":256}])"},
    {"rnn 1x256", R"("preset":"rnn","units":256)"},
    {"dt(s)-rnn 1x256", R"("preset":"dt(s)-rnn","units":256)"},
    {"window 16", small, 16, 32, 200000, true},
    {"window 256", small, 256, 32, 200000, true},
    {"window 1024", small, 1024, 32, 200000, true},
    {"batch 1", small, 64, 1, 200000, true},
    {"batch 4", small, 64, 4, 200000, true},
    {"batch 16", small, 64, 16, 200000, true},
    {"batch 64", small, 64, 64, 200000, true},
    {"batch 256", small, 64, 256, 200000, true},
    {"text 100 KB", small, 64, 32, 100000, true},
    {"text 10 MB", small, 64, 32, 10000000, true},
    {"text 100 MB", small, 64, 32, 100000000, true},
    {"hidden 256", R"("layers":[{"cell":"lstm","units":256}])", 64, 32, 200000, true},
    {"hidden 512", R"("layers":[{"cell":"lstm","units":512}])", 64, 32, 200000, true},
    {"hidden 1024", R"("layers":[{"cell":"lstm","units":1024}])", 64, 32, 200000, true},
};

/// Text of the reference task: 65 symbols in a fixed pseudo-random order.
std::vector<Token> corpus(Index characters) {
  std::vector<Token> tokens(static_cast<std::size_t>(characters));
  Rng rng(1, Stream::test);
  for (Token& t : tokens) t = Token(rng.word() % 65);
  return tokens;
}

Config config_of(const Row& row) {
  Config config = parse_config(std::string("{") + row.network + "}");
  config.sequence_length = row.window;
  config.batch_size = row.batch;
  return config;
}

Json measure(const char* name, Config config, int count, const BenchOptions& options,
             const std::vector<Token>& tokens) {
  set_threads(count);
  config.evaluate_every = 0;
  Network network(config, 65);
  Trainer trainer(config, network, tokens);
  const double characters = double(config.sequence_length) * config.batch_size;
  for (int i = 0; i < 2; ++i) trainer.step();  // first touch of memory
  std::vector<double> rates, limits;
  for (int chunk = 0; chunk < options.chunks; ++chunk) {
    limits.push_back(micro_kernel_gflops());
    const double start = seconds_now();
    int steps = 0;
    do {
      trainer.step();
      ++steps;
    } while (since(start) < options.chunk_seconds);
    rates.push_back(steps * characters / since(start));
  }
  start_profile();
  const double start = seconds_now();
  do trainer.step();
  while (since(start) < options.chunk_seconds);
  const double total = since(start);
  Json profile = Json::object();
  const auto seconds = stop_profile();
  for (std::size_t i = 0; i < seconds.size(); ++i) put(profile, {{phase_names[i], seconds[i] / total}});
  const double rate = median(rates), gflops = rate * network.flops_per_token() / 1e9, limit = median(limits);
  return object({{"name", name},
                 {"threads", count},
                 {"parameters", network.table().size()},
                 {"charactersPerSecond", rate},
                 {"slowest", *std::min_element(rates.begin(), rates.end())},
                 {"fastest", *std::max_element(rates.begin(), rates.end())},
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
    const double start = seconds_now();
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
  Json measured = Json::array();
  const auto add = [&](const char* name, const Config& config, Index characters) {
    const std::vector<Token> tokens = corpus(characters);
    for (int count = 1; count <= options.max_threads; count *= 2)
      measured.push_back(measure(name, config, count, options, tokens));
  };
  if (options.only.starts_with('{'))
    add("configuration", parse_config(options.only), Row{}.characters);
  else
    for (const Row& row : bench_rows)
      if (options.only.empty() ? !row.growth : options.only == row.name) add(row.name, config_of(row), row.characters);
  set_threads(before);
  return object({{"kernels", kernels::active().name}, {"fast", kernels::active().fast}, {"rows", measured}});
}

}  // namespace unfold
