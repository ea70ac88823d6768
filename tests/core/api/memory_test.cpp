// Training allocates nothing; memory that runs out is an error to recover from; hostile files take no more than
// twice their size and 16 MB; nothing leaks.
#include "api/memory.h"

#include "io/forged.h"
#include "networks.h"
#include "unfold/base/memory_reserve.h"
#include "unfold/base/parallel.h"
#include "unfold/base/utf8.h"

namespace unfold::test {
namespace {

class NoAllocation : public testing::TestWithParam<NetworkCase> {
 protected:
  KeepSettings keep_;
};

TEST_P(NoAllocation, InTrainingSteps) {
  for (const int count : {1, 4}) {
    set_threads(count);
    for (const char* optimizer : {"adam", "momentum"}) {
      Session session(
          parse_config(config_of(GetParam(), std::string(R"("sequenceLength":12,"batchSize":10,"clip":{"norm":0.1,
                                             "value":0.01},"optimizer":")") +
                                                 optimizer + "\"")),
          letters(900, 9));  // an epoch is 6 windows
      Trainer& trainer = session.trainer();
      for (int i = 0; i < 4; ++i) trainer.step();
      const long before = memory::allocations();
      for (int i = 0; i < 20; ++i) trainer.step();
      const long after = memory::allocations();
      EXPECT_EQ(after, before) << count << " threads, " << optimizer;
      EXPECT_GE(trainer.progress().epoch, 2);
    }
  }
}

TEST_P(NoAllocation, InSampling) {
  Network network(parse_config(config_of(GetParam())), 9);
  Sampler sampler(network, {.top_k = 5, .top_p = 0.9});
  sampler.prompt({1, 2});
  sampler.next();
  const long before = memory::allocations();
  for (int i = 0; i < 20; ++i) sampler.next();
  EXPECT_EQ(memory::allocations(), before);
}

INSTANTIATE_TEST_SUITE_P(All, NoAllocation, testing::ValuesIn(networks()),
                         [](const auto& info) { return info.param.name; });

// Leaks -------------------------------------------------------------------------------------------------------------

TEST(Memory, IsFlatOverManyModels) {
  const std::string text = letters(500, 9);
  long held = 0;
  for (int cycle = 0; cycle < 60; ++cycle) {
    {
      const NetworkCase& network = networks()[std::size_t(cycle) % networks().size()];
      Session session(parse_config(config_of(network, R"("sequenceLength":6,"batchSize":2)")), text);
      session.trainer().step();
      Session again(session.save(true), text);
      again.trainer().step();
      again.trainer().evaluate();
      std::string written;
      again.sample_start("ab", {}, 5);
      again.sample_next(5, written);
    }
    if (cycle == int(networks().size())) held = memory::live_bytes();  // scratch that threads keep is there by now
    if (cycle > int(networks().size())) ASSERT_EQ(memory::live_bytes(), held) << cycle;
  }
}

// Hostile files -----------------------------------------------------------------------------------------------------

/// Opens the file, which must be refused, and checks what that took.
void expect_cheap_refusal(const NamedFile& file) {
  const long before = memory::live_bytes();
  memory::reset_peak();
  bool refused = false;
  try {
    Session(file.bytes, good_text());
  } catch (const std::exception&) {
    refused = true;
  }
  const long most = memory::peak_bytes() - before, after = memory::live_bytes() - before;
  EXPECT_TRUE(refused) << file.name;
  EXPECT_LE(most, 2 * long(file.bytes.size()) + (16 << 20)) << file.name;
  EXPECT_EQ(after, 0) << file.name << " leaks";
}

TEST(Memory, RefusingAFileIsCheap) {
  Session(good_checkpoint(), good_text());  // what is allocated once and for all
  for (const NamedFile& file : bad_containers()) expect_cheap_refusal(file);
  for (const NamedFile& file : bad_checkpoints()) expect_cheap_refusal(file);
}

// A small file that claims a large network: its tensors are not there, so nothing of it may be made.
TEST(Memory, AConfigurationLargerThanItsFileIsRefusedBeforeAllocating) {
  for (const char* hidden : {"\"units\":4096", "\"units\":1500"})
    expect_cheap_refusal({hidden, forged([&](Forge& f) {
                            f.replace("config", "\"units\":2", hidden);
                            for (const char* fill : {"\"input\":\"xavier\"", "\"recurrent\":\"orthogonal\""}) {
                              const std::string text = fill;
                              f.replace("config", text, text.substr(0, text.find(':')) + ":\"zero\"");
                            }
                          })});
}

// Out of memory -----------------------------------------------------------------------------------------------------

int refused = 0;  // calls that failed for want of memory, in all

/// Runs f with its n-th allocation of at least that size failing, for n = 0, 1, 2, … until it succeeds; `check`
/// after each failure.
template <class F, class G>
void fail_everywhere(std::size_t at_least, const F& f, const G& check) {
  for (long n = 0;; ++n) {
    ASSERT_LT(n, 100000);
    bool threw = false;
    memory::fail_after(n, at_least);
    try {
      f();
    } catch (const std::bad_alloc&) {
      threw = true;
    } catch (const Error& e) {
      threw = true;
      if (memory::failed()) EXPECT_EQ(e.code, ErrorCode::out_of_memory) << e.what();
    }
    const bool reached = memory::failed();
    memory::fail_after(-1);
    refused += threw;
    check();
    if (!reached || testing::Test::HasFatalFailure()) break;
    EXPECT_TRUE(threw) << "allocation " << n << " failed unnoticed";
  }
}

// Memory that ends for good in the middle of a call, rather than for one allocation: without the memory reserve the
// JSON library's destructors end the program here.
TEST(Memory, ThatEndsInACallIsAnErrorNotTheEnd) {
  std::string text;
  for (std::uint32_t symbol = 0x4E00; symbol < 0xD7A4; ++symbol) append_utf8(symbol, text);  // lists of 35 236
  Session session(
      parse_config(R"({"vocabulary":65535,"layers":[{"cell":"rnn","units":2}],"sequenceLength":2,"batchSize":2})"),
      text);
  session.trainer().step();
  const Bytes saved = session.save(true);
  const auto survives = [&](const char* name, auto call) {
    int errors = 0;
    bool in_one_piece = false;
    for (long more = 0; !in_one_piece && more < (64 << 20); more += 150011) {
      keep_memory_reserve();
      memory::limit_live(memory::live_bytes() + more);
      try {
        call();
        in_one_piece = !memory::failed();
      } catch (const std::bad_alloc&) {
        ++errors;
      } catch (const Error& e) {
        EXPECT_EQ(e.code, ErrorCode::out_of_memory) << e.what();
        ++errors;
      }
      memory::limit_live(-1);
    }
    EXPECT_TRUE(in_one_piece) << name;
    EXPECT_GT(errors, 0) << name;
    ASSERT_TRUE(same_bytes(session.save(true), saved)) << name;
  };
  survives("save", [&] { session.save(true); });
  Session small(parse_config(R"({"layers":[{"cell":"rnn","units":2}],"sequenceLength":2,"batchSize":2})"), good_text());
  for (long more = 0; more < 40000; more += 97) {  // where the lists are short, what is kept serves them all
    keep_memory_reserve();
    memory::limit_live(memory::live_bytes() + more);
    EXPECT_NO_THROW(small.save(true)) << more;
    memory::limit_live(-1);
  }
}

class OutOfMemory : public testing::TestWithParam<NetworkCase> {
 protected:
  OutOfMemory() { set_threads(1); }
  Config config() const { return parse_config(config_of(GetParam(), R"("sequenceLength":4,"batchSize":2)")); }
  KeepSettings keep_;
  std::string text_ = letters(120, 5);
};

TEST_P(OutOfMemory, CreatingFailsCleanly) {
  const Config c = config();
  long before = 0;
  for (int warm = 0; warm < 2; ++warm) {  // scratch is kept from the first time
    Session(c, text_).trainer().step();
    before = memory::live_bytes();
  }
  fail_everywhere(
      0, [&] { Session(c, text_).trainer().step(); }, [&] { ASSERT_EQ(memory::live_bytes(), before) << "a leak"; });
}

TEST_P(OutOfMemory, AModelSurvivesWhatFails) {
  // The JSON library allocates in its destructors, which then terminate: small allocations are spared.
  constexpr std::size_t large = 1024;
  Session session(config(), text_), untouched(config(), text_);
  session.trainer().step(), untouched.trainer().step();
  const Bytes saved = session.save(true);
  const auto trains_on = [&] { ASSERT_EQ(session.trainer().step().loss, untouched.trainer().step().loss); };
  const auto usable = [&] {
    trains_on();
    ASSERT_TRUE(same_bytes(session.save(true), untouched.save(true)));
  };
  fail_everywhere(large, [&] { session.save(true); }, usable);
  fail_everywhere(large, [&] { Session(saved, text_); }, usable);
  fail_everywhere(0, [&] { session.trainer().evaluate(); }, trains_on);
  fail_everywhere(
      0,
      [&] {
        session.sample_start("ab", {.top_k = 3}, 5);
        std::string written;
        session.sample_next(5, written);
      },
      trains_on);
  untouched.update(R"({"dropout":0.5})");
  fail_everywhere(
      large, [&] { session.update(R"({"dropout":0.5})"); },
      [&] { ASSERT_TRUE(std::isfinite(session.trainer().step().loss)); });
  EXPECT_GT(refused, 0);
}

INSTANTIATE_TEST_SUITE_P(Some, OutOfMemory,
                         testing::Values(network_named("lstm_two_layers"), network_named("gru_before"),
                                         network_named("delays"), network_named("clocked"), network_named("residual")),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace unfold::test
