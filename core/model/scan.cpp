#include "unfold/model/scan.h"

#include <algorithm>

#include "unfold/base/parallel.h"

namespace unfold {
namespace {

constexpr Index column_group = 4;    // boundaries between threads, so that the micro-kernel gets whole tiles
constexpr Index least_columns = 64;  // of a slice: hoisted products want many at once

/// Slices of a pass that does `cost` multiply–adds a column.
Index slices_of(double cost, const Pass& p) {
  const Index columns = p.T * p.N, most = std::max<Index>(1, std::min(p.T, columns / least_columns));
  return std::clamp<Index>(Index(2 * cost * double(columns) / slice_work), 1, most);
}

/// How the passes through a scan are cut: every slice is some steps.
class Cut {
 public:
  Cut(const Scan& scan, const Pass& p)
      : T_(p.T), N_(p.N), forward_(scan.direction > 0), slices(slices_of(scan.cost, p)) {
    work = 2 * scan.cost * double(p.T * p.N) / double(slices);
  }

  /// Steps [begin, end) of a slice, in the order of the scan.
  std::pair<Index, Index> steps(Index slice) const { return {T_ * slice / slices, T_ * (slice + 1) / slices}; }
  /// The place in time of a step of the scan.
  Index time(Index step) const { return forward_ ? step : T_ - 1 - step; }
  /// Columns [begin, end) of a slice.
  std::pair<Index, Index> columns(Index slice) const {
    const auto [begin, end] = steps(slice);
    return forward_ ? std::pair(begin * N_, end * N_) : std::pair((T_ - end) * N_, (T_ - begin) * N_);
  }

 private:
  Index T_, N_;
  bool forward_;

 public:
  Index slices;
  double work = 0;  // floating-point operations of a slice
};

void run(const Operation& operation, const Pass& p, const Columns& c, bool back) {
  const Timed timed(operation.phase());
  if (back)
    operation.backward(p, c);
  else
    operation.forward(p, c);
}

const Operation& of(const Plan& plan, int number) { return *plan.operations[std::size_t(number)]; }

/// One operation backward, at columns [first, last).
void run_back(const Plan& plan, int number, const Pass& p, Index first, Index last) {
  parallel_for(last - first, column_group, 2 * of(plan, number).cost() * double(last - first),
               [&](Index begin, Index end) { run(of(plan, number), p, {first + begin, end - begin}, true); });
}

}  // namespace

void forward_columns(const Plan& plan, const Scan& scan, const Pass& p, Index first, Index last) {
  parallel_for(last - first, column_group, 2 * scan.once_cost * double(last - first), [&](Index begin, Index end) {
    for (const int i : scan.once) run(of(plan, i), p, {first + begin, end - begin}, false);
  });
}

void backward_columns(const Plan& plan, const Scan& scan, const Pass& p, Index first, Index last, Real* gradient) {
  for (auto i = scan.once.rbegin(); i != scan.once.rend(); ++i) run_back(plan, *i, p, first, last);
  const Timed timed(Phase::gradients);
  for (const auto& operation : plan.operations)
    if (operation->layer >= int(scan.first_layer)) operation->gradient(p, gradient, first, last);
}

Index forward_slices(const Scan& scan, const Pass& p) { return Cut(scan, p).slices; }

Index backward_slices(const Scan& scan, const Pass& p) {
  return Cut(scan, p).slices * (Index(scan.once.size()) + (scan.step.empty() ? 0 : 1));
}

void forward(const Plan& plan, const Scan& scan, const Pass& p, Index slice) {
  const Cut cut(scan, p);
  const auto [first, last] = cut.columns(slice);
  forward_columns(plan, scan, p, first, last);
  if (scan.step.empty()) return;
  parallel_for(p.N, column_group, cut.work, [&](Index begin, Index end) {
    if (slice == 0)
      for (const int i : scan.begin) run(of(plan, i), p, {begin, end - begin, 0, begin}, false);
    const auto [start, stop] = cut.steps(slice);
    for (Index step = start; step < stop; ++step) {
      const Index t = cut.time(step);
      const Columns columns{t * p.N + begin, end - begin, t, begin};
      for (const int i : scan.step) run(of(plan, i), p, columns, false);
    }
  });
}

void backward(const Plan& plan, const Scan& scan, const Pass& p, Index slice) {
  const Cut cut(scan, p);
  const Index scanned = scan.step.empty() ? 0 : cut.slices;
  if (slice < scanned) {
    slice = cut.slices - 1 - slice;
    parallel_for(p.N, column_group, cut.work, [&](Index begin, Index end) {
      const auto [start, stop] = cut.steps(slice);
      for (Index step = stop - 1; step >= start; --step) {
        const Index t = cut.time(step);
        const Columns columns{t * p.N + begin, end - begin, t, begin};
        for (auto i = scan.step.rbegin(); i != scan.step.rend(); ++i) run(of(plan, *i), p, columns, true);
      }
      if (slice > 0) return;
      for (auto i = scan.begin.rbegin(); i != scan.begin.rend(); ++i)
        run(of(plan, *i), p, {begin, end - begin, 0, begin}, true);
    });
    return;
  }
  // One operation at a time: maps of different delays add to the same columns of their source.
  slice -= scanned;
  const int number = *(scan.once.rbegin() + slice / cut.slices);
  const auto [first, last] = cut.columns(slice % cut.slices);
  run_back(plan, number, p, first, last);
}

Index gradient_slices(const Plan& plan, std::size_t layer, const Pass& p) {
  double cost = 0;
  for (const auto& operation : plan.operations)
    if (operation->layer == int(layer)) cost += operation->flops() / 6;
  return slices_of(cost, p);
}

void gradients(const Plan& plan, std::size_t layer, const Pass& p, Real* gradient, Index slice) {
  const Timed timed(Phase::gradients);
  const Index K = p.T * p.N, slices = gradient_slices(plan, layer, p);
  const Index first = K * slice / slices, last = K * (slice + 1) / slices;
  for (const auto& operation : plan.operations)
    if (operation->layer == int(layer)) operation->gradient(p, gradient, first, last);
}

}  // namespace unfold
