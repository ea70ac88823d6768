// Trained characters per second on the reference task, beside the peak of a multiply–add micro-kernel.
#pragma once

#include "unfold/config/config.h"

namespace unfold {

struct BenchOptions {
  int max_threads = 1;
  int chunks = 5;  // the median of these is reported
  double chunk_seconds = 0.6;
  std::string only;  // one row, e.g. "lstm 2x256" or "window 1024", or a configuration as JSON, whose row is named
                     // "configuration"; empty: the networks of the reference task
};

/// {kernels, fast, rows: [{name, threads, parameters, charactersPerSecond, slowest, fastest, gflops, limit, share,
/// profile}]}: `slowest` and `fastest` are the rates of those chunks, `limit` is the micro-kernel's peak in GFLOP/s on
/// as many threads, measured between the chunks of the same row.
Json benchmark(const BenchOptions& options);

/// GFLOP/s of the packed product at a shape that stays in the first-level cache, on the threads in force.
double micro_kernel_gflops();

}  // namespace unfold
