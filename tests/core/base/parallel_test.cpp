// The pool: every index once, whatever the sizes and whoever calls; no deadlock in thousands of short jobs.
#include "unfold/base/parallel.h"

#include <atomic>
#include <thread>

#include "support.h"

namespace unfold::test {
namespace {

constexpr double worth_it = 1e9;  // above the cost at which the caller works alone

class Parallel : public testing::TestWithParam<int> {
 protected:
  void SetUp() override { ASSERT_EQ(set_threads(GetParam()), GetParam()); }
  KeepSettings keep_;
};

TEST_P(Parallel, EveryIndexOnce) {
  for (const Index count : {1, 2, 3, 4, 5, 7, 8, 9, 15, 17, 63, 64, 65, 1001})
    for (const Index align : {1, 2, 4, 8, 16}) {
      std::vector<std::atomic<int>> visits(static_cast<std::size_t>(count));
      std::atomic<int> parts = 0, misaligned = 0;
      parallel_for(count, align, worth_it, [&](Index begin, Index end) {
        ++parts;
        if (begin % align != 0 || (end % align != 0 && end != count) || begin >= end) ++misaligned;
        for (Index i = begin; i < end; ++i) ++visits[std::size_t(i)];
      });
      for (Index i = 0; i < count; ++i) ASSERT_EQ(visits[std::size_t(i)], 1) << i << " of " << count;
      EXPECT_EQ(misaligned, 0) << count << " " << align;
      EXPECT_LE(parts, GetParam());
    }
}

TEST_P(Parallel, UsesAllThreads) {
  std::atomic<int> parts = 0;
  parallel_for(1000, 1, worth_it, [&](Index, Index) { ++parts; });
  EXPECT_EQ(parts, GetParam());
}

TEST_P(Parallel, NothingToDo) {
  bool called = false;
  parallel_for(0, 1, worth_it, [&](Index, Index) { called = true; });
  parallel_for(-1, 1, worth_it, [&](Index, Index) { called = true; });
  EXPECT_FALSE(called);
}

TEST_P(Parallel, SmallWorkStaysWithTheCaller) {
  int parts = 0;
  const auto caller = std::this_thread::get_id();
  parallel_for(1000, 1, 10, [&](Index begin, Index end) {
    ++parts;
    EXPECT_EQ(std::this_thread::get_id(), caller);
    EXPECT_EQ(end - begin, 1000);
  });
  EXPECT_EQ(parts, 1);
}

TEST_P(Parallel, ManyShortJobs) {
  const int jobs = GetParam() <= 2 ? 10000 : 2000;  // with more threads than cores each takes a millisecond
  std::vector<int> values(16, 0);
  for (int job = 0; job < jobs; ++job)
    parallel_for(16, 1, worth_it, [&](Index begin, Index end) {
      for (Index i = begin; i < end; ++i) ++values[std::size_t(i)];  // plain: an index belongs to one thread
    });
  EXPECT_EQ(values, std::vector<int>(16, jobs));
}

TEST_P(Parallel, NestedRunsWithinItsPart) {
  constexpr Index count = 40;
  std::vector<std::atomic<int>> visits(std::size_t(count * count));
  parallel_for(count, 1, worth_it, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i)
      parallel_for(count, 1, worth_it, [&, i](Index from, Index to) {
        for (Index j = from; j < to; ++j) ++visits[std::size_t(i * count + j)];
      });
  });
  for (const auto& visit : visits) ASSERT_EQ(visit, 1);
}

TEST_P(Parallel, ServesManyCallersAtOnce) {
  constexpr int jobs = 300;
  std::array<std::vector<int>, 3> values;
  std::vector<std::thread> callers;
  for (std::vector<int>& mine : values) {
    mine.assign(16, 0);
    callers.emplace_back([&mine] {
      for (int job = 0; job < jobs; ++job)
        parallel_for(16, 1, worth_it, [&](Index begin, Index end) {
          for (Index i = begin; i < end; ++i) ++mine[std::size_t(i)];
        });
    });
  }
  for (std::thread& caller : callers) caller.join();
  for (const std::vector<int>& mine : values) EXPECT_EQ(mine, std::vector<int>(16, jobs));
}

TEST_P(Parallel, WakesAfterSleeping) {
  std::atomic<int> parts = 0;
  for (int pause = 0; pause < 5; ++pause) {
    std::this_thread::sleep_for(std::chrono::milliseconds(3));  // longer than helpers spin
    parallel_for(64, 1, worth_it, [&](Index, Index) { ++parts; });
  }
  EXPECT_EQ(parts, 5 * GetParam());
}

INSTANTIATE_TEST_SUITE_P(Threads, Parallel, testing::Values(1, 2, 3, 4, 7));

TEST(Threads, AreClampedAndCanBeChangedAtAnyTime) {
  const KeepSettings keep;
  EXPECT_EQ(set_threads(0), 1);
  EXPECT_EQ(set_threads(-5), 1);
  EXPECT_EQ(set_threads(1000), 64);
  EXPECT_EQ(threads(), 64);
  EXPECT_GE(hardware_threads(), 1);
  for (int round = 0; round < 50; ++round) {
    const int count = set_threads(1 + round % 5);
    std::atomic<int> parts = 0;
    parallel_for(100, 1, worth_it, [&](Index, Index) { ++parts; });
    ASSERT_EQ(parts, count);
  }
}

TEST(Threads, CanBeChangedWhileOthersWork) {
  const KeepSettings keep;
  std::vector<int> values(16, 0);
  int jobs = 0;
  std::atomic<bool> changed = false;
  std::thread worker([&] {
    do {
      parallel_for(16, 1, worth_it, [&](Index begin, Index end) {
        for (Index i = begin; i < end; ++i) ++values[std::size_t(i)];
      });
      ++jobs;
    } while (!changed);
  });
  for (int round = 0; round < 100; ++round) set_threads(1 + round % 4);
  changed = true;
  worker.join();
  EXPECT_EQ(values, std::vector<int>(16, jobs));
}

// Each model as if it were alone.
TEST(Threads, TrainTwoModelsAtOnce) {
  const KeepSettings keep;
  set_threads(3);
  const auto trained = [](const char* cell) {
    Session session(parse_config(std::string(R"({"sequenceLength":12,"batchSize":16,"layers":[{"cell":")") + cell +
                                 R"(","units":48}]})"),
                    letters(2000, 9));
    for (int step = 0; step < 12; ++step) session.trainer().step();
    const std::span<Real> p = all_parameters(session.network());
    return std::vector<Real>(p.begin(), p.end());
  };
  const char* cells[]{"gru", "lstm"};
  std::vector<Real> alone[2], together[2];
  for (std::size_t i = 0; i < 2; ++i) alone[i] = trained(cells[i]);
  std::vector<std::thread> callers;
  for (std::size_t i = 0; i < 2; ++i) callers.emplace_back([&, i] { together[i] = trained(cells[i]); });
  for (std::thread& caller : callers) caller.join();
  for (std::size_t i = 0; i < 2; ++i) EXPECT_TRUE(same_bits(together[i], alone[i])) << cells[i];
}

}  // namespace
}  // namespace unfold::test
