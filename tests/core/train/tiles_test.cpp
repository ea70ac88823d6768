// Answers tile by tile give what they give as a whole, in less memory.
#include "support.h"
#include "unfold/api/session.h"
#include "unfold/model/matrix.h"
#include "unfold/train/trainer.h"

namespace unfold::test {
namespace {

/// Every window is tiled.
class Tiles : public testing::Test {
 protected:
  ~Tiles() override { most_answers = usual_; }
  static void tile() { most_answers = 0; }
  static void keep() { most_answers = Size(1) << 40; }

 private:
  Size usual_ = most_answers;
};

/// 13·7 = 91 columns: a whole tile and a part of one.
std::string config_with(const std::string& more) {
  return R"({"sequenceLength":13,"batchSize":7,"evaluateEvery":3,"task":{"name":"next","labelSmoothing":0.1},)" + more +
         "}";
}

const char* const nets[] = {R"("layers":[{"cell":"lstm","units":19}])",
                            R"("layers":[{"cell":"gru","units":12},{"cell":"lstm","units":9}],
       "dropout":0.3,"regularization":{"activation":1,"weightDrop":0.2},"accumulate":2)",
                            R"("layers":[{"cell":"gru","units":11},{"cell":"rnn","units":8}],
       "readout":[{"from":1,"hidden":[14,11],"shortcut":true},{"from":0}])"};

TEST_F(Tiles, ChangeNoBit) {
  for (const char* net : nets) {
    const Config config = parse_config(config_with(net));
    const auto run = [&] {
      Session session(config, letters(1500, 31));
      std::vector<double> seen;
      for (int i = 0; i < 6; ++i) {
        const StepReport r = session.trainer().step();
        seen.insert(seen.end(), {r.loss, r.gradient_norm});
      }
      seen.push_back(session.trainer().evaluate(Split::validation).loss);
      for (const Real x : all_parameters(session.network())) seen.push_back(double(x));
      return seen;
    };
    keep();
    const std::vector<double> whole = run();
    tile();
    EXPECT_EQ(run(), whole) << net;
  }
}

struct NoLoss final : TileLoss {
  void measure_tile(Real*, Index, Index, Index, bool) override {}
};

TEST_F(Tiles, AreWhatTheEstimateCounts) {
  const Config config = parse_config(config_with(nets[0]));
  const Network network(config, 31);
  NoLoss loss;
  const auto elements = [&] { return Workspace(network, 13, 7, true, 0, &loss).elements(); };
  keep();
  const Size whole = elements();
  tile();
  EXPECT_EQ(whole - elements(), cache_lines(31 * 13 * 7) - 31 * tile_columns);
  const Size others = 5 * network.table().size() + network.plan().packed;
  EXPECT_EQ(estimate(config, 31, 0).bytes - engine_bytes, double(sizeof(Real)) * double(others + elements()));
}

// Where the answers are read again, or symbols enter the readout, they stay whole.
TEST_F(Tiles, AreNotWhereTheWholeIsNeeded) {
  tile();
  const char* feedback = R"("feedback":"softmax","layers":[{"cell":"rnn","units":6,"edges":[{"from":"output"}]}])";
  NoLoss loss;
  const char* input = R"("readout":[{"from":0},{"from":"input"}])";
  for (const char* more : {feedback, input, R"("scheduledSampling":{"name":"linear"})"}) {
    const Network network(parse_config(config_with(more)), 5);
    EXPECT_EQ(Workspace(network, 13, 7, true, 0, &loss).tile(), 0) << more;
  }
  const Network plain(parse_config(config_with(nets[0])), 5);
  EXPECT_EQ(Workspace(plain, 13, 7, true, 0, &loss).tile(), tile_columns);
  EXPECT_EQ(Workspace(plain, 13, 7, true).tile(), 0) << "nobody measures a tile";
}

}  // namespace
}  // namespace unfold::test
