// Special cases that must coincide: an edge of depth 0 is a matrix, a leak of 0 is none, … (systems.md).
#include "networks.h"
#include "support.h"

namespace unfold::test {
namespace {

constexpr Index V = 9, T = 10, N = 3;

struct Net {
  explicit Net(const std::string& json)
      : config(parse_config(json)), network(config, V), workspace(network, T, N, true) {}
  std::vector<Real> logits() {
    workspace.reset();
    run(network, workspace, random_tokens(T * N, V));
    return logits_of(network, workspace);
  }
  Config config;
  Network network;
  Workspace workspace;
};

std::string layers(const std::string& list) {
  return R"({"layers":[)" + list + R"(],"sequenceLength":10,"batchSize":3})";
}

std::vector<Real> trained(const std::string& json) {
  Session session(parse_config(json), letters(600, 7));
  for (int i = 0; i < 20; ++i) session.trainer().step();
  const std::span<Real> p = all_parameters(session.network());
  return {p.begin(), p.end()};
}

/// Both train to the same bits.
struct Pair {
  const char *name, *a, *b;
};
void PrintTo(const Pair& p, std::ostream* out) { *out << p.name; }

class SameTraining : public testing::TestWithParam<Pair> {};

TEST_P(SameTraining, Bitwise) {
  const std::vector<Real> a = trained(layers(GetParam().a));
  EXPECT_TRUE(same_bits(a, trained(layers(GetParam().b))));
  EXPECT_FALSE(same_bits(a, trained(layers(R"({"cell":"rnn","units":5})"))));
}

const Pair pairs[]{
    {"DeepTransitionOfDepth0IsVanilla", R"({"cell":"rnn","units":12})",
     R"({"cell":"rnn","units":12,"edges":[{"from":"input","hidden":[]},
         {"from":"self","hidden":[],"shortcut":true,"join":"all"}]})"},
    {"DeepGatesOfDepth0AreTheLstm", R"({"cell":"lstm","units":11})",
     R"({"cell":"lstm","units":11,"edges":[{"from":"input"},{"from":"self","delay":1,"hidden":[]}]})"},
    {"DeepGatesOfDepth0AreTheGru", R"({"cell":"gru","units":11,"reset":"before"})",
     R"({"cell":"gru","units":11,"reset":"before","edges":[{"from":"input"},{"from":"self","hidden":[]}]})"},
    {"LeakOf0IsNone", R"({"cell":"rnn","units":12})", R"({"cell":"rnn","units":12,"leak":0})"},
    {"LeakFrom0To0IsNone", R"({"cell":"gru","units":9})",
     R"({"cell":"gru","units":9,"leak":{"from":0,"to":0,"learned":false}})"},
    {"ZoneoutOf0IsNone", R"({"cell":"lstm","units":9})",
     R"({"cell":"lstm","units":9,"zoneout":0,"recurrentDropout":0,"residual":false,"layerNorm":false})"},
    {"ClockOf1IsNone", R"({"cell":"rnn","units":12})", R"({"cell":"rnn","units":12,"clock":[1,1,1]})"},
    {"ClockOf1IsNoneForTheLstm", R"({"cell":"lstm","units":8})", R"({"cell":"lstm","units":8,"clock":[1]})"},
};

INSTANTIATE_TEST_SUITE_P(Identities, SameTraining, testing::ValuesIn(pairs),
                         [](const auto& info) { return info.param.name; });

/// `larger` with the parameters it shares with `smaller`, the others 0, computes the same.
struct Zeroed {
  const char *name, *smaller, *larger;
};
void PrintTo(const Zeroed& z, std::ostream* out) { *out << z.name; }

class SameWhenZero : public testing::TestWithParam<Zeroed> {};

TEST_P(SameWhenZero, Bitwise) {
  Net smaller(GetParam().smaller), larger(GetParam().larger);
  randomize(all_parameters(smaller.network), 0.7);
  ASSERT_GT(larger.network.table().size(), smaller.network.table().size());
  copy_by_name(smaller.network, larger.network);
  smaller.network.touch();
  EXPECT_TRUE(same_bits(larger.logits(), smaller.logits()));
  randomize(all_parameters(larger.network), 0.7);
  larger.network.touch();
  EXPECT_FALSE(same_bits(larger.logits(), smaller.logits()));
}

const Zeroed zeroed[]{
    {"ShortcutsOfADeepTransition",
     R"({"layers":[{"cell":"rnn","units":7,"edges":[{"from":"input"},{"from":"self","hidden":[6,5],"join":"all"}]}]})",
     R"({"layers":[{"cell":"rnn","units":7,"edges":[{"from":"input"},
         {"from":"self","hidden":[6,5],"join":"all","shortcut":true}]}]})"},
    {"SkipConnections", R"({"layers":[{"cell":"lstm","units":7},{"cell":"rnn","units":6}]})",
     R"({"layers":[{"cell":"lstm","units":7},{"cell":"rnn","units":6}],"skipInputs":true,"skipOutputs":true})"},
    {"Peepholes", R"({"layers":[{"cell":"lstm","units":7}]})", R"({"layers":[{"cell":"peephole-lstm","units":7}]})"},
    {"ADelay", R"({"layers":[{"cell":"gru","units":7}]})",
     R"({"layers":[{"cell":"gru","units":7,"edges":[{"from":"input"},{"from":"self"},{"from":"self","delay":4}]}]})"},
    {"TheSecondBias", R"({"layers":[{"cell":"rnn","units":7,"bias":"none"}]})",
     R"({"layers":[{"cell":"rnn","units":7,"bias":"two"}]})"},
};

INSTANTIATE_TEST_SUITE_P(Identities, SameWhenZero, testing::ValuesIn(zeroed),
                         [](const auto& info) { return info.param.name; });

TEST(Identity, ADeepInputOfIdentitiesIsVanilla) {
  Net plain(R"({"layers":[{"cell":"rnn","units":7}]})");
  Net deep(R"({"layers":[{"cell":"rnn","units":7,"edges":[{"from":"input","hidden":[9],"activation":"identity"},
               {"from":"self"}]}]})");
  randomize(all_parameters(plain.network), 0.7);
  plain.network.touch();
  copy_by_name(plain.network, deep.network);
  for (Index v = 0; v < V; ++v) tensor(deep.network, "layers.0.ih.0.weight")[std::size_t(v * V + v)] = 1;
  EXPECT_TRUE(same_bits(deep.logits(), plain.logits()));
}

TEST(Identity, ADeepOutputOfDepth0IsTheReadout) {
  EXPECT_TRUE(same_bits(trained(R"({"layers":[{"cell":"gru","units":7}],"sequenceLength":10,"batchSize":3})"),
                        trained(R"({"layers":[{"cell":"gru","units":7}],"sequenceLength":10,"batchSize":3,
                                    "readout":[{"from":0,"hidden":[],"shortcut":true}]})")));
}

TEST(Identity, AnEmbeddingOfIdentitiesIsOneHot) {
  Net plain(R"({"layers":[{"cell":"gru","units":7},{"cell":"rnn","units":5}],"skipInputs":true})");
  Net embedded(R"({"layers":[{"cell":"gru","units":7},{"cell":"rnn","units":5}],"skipInputs":true,"embedding":9})");
  randomize(all_parameters(plain.network), 0.7);
  plain.network.touch();
  copy_by_name(plain.network, embedded.network);
  for (Index v = 0; v < V; ++v) tensor(embedded.network, "embedding.weight")[std::size_t(v * V + v)] = 1;
  EXPECT_TRUE(same_bits(embedded.logits(), plain.logits()));
}

TEST(Identity, ATiedReadoutIsTheEmbedding) {
  Net tied(R"({"layers":[{"cell":"rnn","units":6}],"embedding":6,"tieWeights":true})");
  Net untied(R"({"layers":[{"cell":"rnn","units":6}],"embedding":6})");
  randomize(all_parameters(tied.network), 0.7);
  tied.network.touch();
  copy_by_name(tied.network, untied.network);
  std::ranges::copy(tensor(tied.network, "embedding.weight"), tensor(untied.network, "readout.weight").begin());
  EXPECT_TRUE(same_bits(untied.logits(), tied.logits()));
}

// o = V·(h₂ + h₁): what a residual layer hands on is the sum, so the readout of both with equal weights is the same.
TEST(Identity, AResidualConnectionAddsWhatLiesBelow) {
  Net residual(R"({"layers":[{"cell":"rnn","units":6},{"cell":"rnn","units":6,"residual":true}]})");
  Net skip(R"({"layers":[{"cell":"rnn","units":6},{"cell":"rnn","units":6}],"skipOutputs":true})");
  randomize(all_parameters(residual.network), 0.7);
  residual.network.touch();
  copy_by_name(residual.network, skip.network);
  std::ranges::copy(tensor(residual.network, "readout.weight"), tensor(skip.network, "readout.weight_0").begin());
  const std::vector<Real> expected = skip.logits();
  EXPECT_LE(relative_error(residual.logits(), {expected.begin(), expected.end()}), 1e-6);
}

/// Time, feedback and regularisation cost nothing when unused: no operation is left of them.
TEST(Identity, APlainLayerHasNoOperationToSpare) {
  using Names = std::vector<std::string>;
  for (const char* cell : {"rnn", "lstm", "peephole-lstm", "gru"}) {
    Net plain(layers(R"({"cell":")" + std::string(cell) + R"(","units":5})"));
    const Plan& plan = plain.network.plan();
    const auto names = [&](const std::vector<int>& operations) {
      Names list;
      for (const int i : operations) list.emplace_back(plan.operations[std::size_t(i)]->name());
      return list;
    };
    EXPECT_EQ(names(plan.layers[0].once), Names{"lookup"}) << cell;
    EXPECT_EQ(names(plan.layers[0].step), (Names{"linear", "cell", "paddingMask", "dropout"})) << cell;
  }
}

// Nothing multiplies matrices at every step where a cell reads no previous state through one.
TEST(Identity, ACellWithoutARecurrentMatrixHasAllProductsHoisted) {
  for (const char* cell : {"indrnn", "lru", "mingru", "minlstm", "rru", "rwkv", "sru"}) {
    const std::string layer = R"({"cell":")" + std::string(cell) + R"(","units":5})";
    Net net(layers(layer + "," + layer));
    const Plan& plan = net.network.plan();
    for (const int l : {0, 1}) {
      std::string once, step;
      for (const int o : plan.layers[std::size_t(l)].once) once += plan.operations[std::size_t(o)]->name();
      for (const int o : plan.layers[std::size_t(l)].step) step += plan.operations[std::size_t(o)]->name();
      EXPECT_EQ(once, l == 0 ? "lookup" : "linear") << cell;
      EXPECT_EQ(step, "cellpaddingMaskdropout") << cell;
    }
  }
}

TEST(Identity, AnIndRnnIsAnRnnWithADiagonalMatrix) {
  for (const char* activation : {"tanh", "relu"}) {
    const auto net = [&](const std::string& cell) {
      return layers(R"({"cell":")" + cell + R"(","units":7,"activation":")" + activation + "\"}");
    };
    Net independent(net("indrnn")), rnn(net("rnn"));
    randomize(all_parameters(independent.network), 0.7);
    independent.network.touch();
    const std::span<Real> u = tensor(independent.network, "layers.0.recurrent_h");
    for (const Parameter& p : rnn.network.table()) {
      const std::span<Real> to = tensor(rnn.network, p.name);
      if (p.name != "layers.0.weight_hh")
        std::ranges::copy(tensor(independent.network, p.name), to.begin());
      else
        for (std::size_t k = 0; k < to.size(); ++k) to[k] = k % 8 == 0 ? u[k / 8] : Real(0);
    }
    rnn.network.touch();
    const std::vector<Real> expected = rnn.logits();
    EXPECT_LE(relative_error(independent.logits(), {expected.begin(), expected.end()}), 1e-6) << activation;
  }
}

TEST(Identity, ParametersDoNotDependOnTime) {
  const Net short_one(R"({"layers":[{"cell":"lstm","units":7}],"sequenceLength":1})");
  const Net long_one(R"({"layers":[{"cell":"lstm","units":7}],"sequenceLength":1000})");
  EXPECT_EQ(short_one.network.table().size(), long_one.network.table().size());
}

// Products, blocks, upper layers ------------------------------------------------------------------------------------

double apart(Network& a, Network& b) {
  const auto logits = [](Network& network) {
    Workspace workspace(network, T, N, false);
    run(network, workspace, random_tokens(T * N, V));
    return logits_of(network, workspace);
  };
  const std::vector<Real> x = logits(a), y = logits(b);
  double largest = 0;
  for (std::size_t i = 0; i < x.size(); ++i) largest = std::max(largest, std::abs(double(x[i]) - double(y[i])));
  return largest;
}

/// A block-diagonal matrix is a dense one whose other entries are zero.
TEST(Identity, BlocksAreADenseMatrixWithZeros) {
  constexpr Index H = 6, side = 3;
  for (const char* cell : {"rnn", "lstm", "gru"}) {
    const auto fields = [&](int blocks) {
      return R"({"layers":[{"cell":")" + std::string(cell) +
             R"(","units":6,"edges":[{"from":"input"},{"from":"self","blocks":)" + std::to_string(blocks) + "}]}]}";
    };
    Network dense(parse_config(fields(1)), V), blocked(parse_config(fields(2)), V);
    for (const Parameter& p : dense.table())
      if (p.name != "layers.0.weight_hh") std::ranges::copy(tensor(blocked, p.name), tensor(dense, p.name).begin());
    const auto small = tensor(blocked, "layers.0.weight_hh");
    const auto large = tensor(dense, "layers.0.weight_hh");
    ASSERT_EQ(small.size() * 2, large.size());
    std::ranges::fill(large, Real(0));
    for (Index r = 0; r < Index(large.size()) / H; ++r)
      for (Index c = 0; c < side; ++c)
        large[std::size_t(r * H + (r % H) / side * side + c)] = small[std::size_t(r * side + c)];
    for (Network* network : {&dense, &blocked}) network->touch();
    EXPECT_LT(apart(dense, blocked), 1e-6) << cell;
  }
}

/// h₁ of a delayed edge from the upper layer is what that layer had a step before: with the identity above, it is the
/// layer's own previous state.
TEST(Identity, AnUpperLayerIsReadAStepLate) {
  Network own(parse_config(R"({"layers":[{"cell":"rnn","units":5},
      {"cell":"rnn","units":5,"activation":"identity","bias":"none","edges":[{"from":0}]}]})"),
              V);
  Network upper(parse_config(R"({"layers":[{"cell":"rnn","units":5,"edges":[{"from":"input"},{"from":1,"delay":1}]},
      {"cell":"rnn","units":5,"activation":"identity","bias":"none","edges":[{"from":0}]}]})"),
                V);
  const auto identity = [](Network& network) {
    const auto w = tensor(network, "layers.1.weight_ih");
    for (std::size_t i = 0; i < w.size(); ++i) w[i] = i % 6 == 0 ? 1 : 0;
    network.touch();
  };
  for (const Parameter& p : own.table()) {
    const std::string name = p.name == "layers.0.weight_hh" ? "layers.0.weight_l1" : p.name;
    std::ranges::copy(tensor(own, p.name), tensor(upper, name).begin());
  }
  identity(own);
  identity(upper);
  EXPECT_LT(apart(own, upper), 1e-6);
}

/// A factor that is one everywhere leaves the other: z = W·(1∘x) = W·x.
TEST(Identity, AProductWithOnesIsItsOtherFactor) {
  Network plain(parse_config(R"({"embedding":4,"layers":[{"cell":"lstm","units":5}]})"), V);
  Network multiplied(parse_config(R"({"embedding":4,"layers":[{"cell":"lstm","units":5,"edges":[
      {"from":{"product":[{"from":"input"},{"from":"self","delay":1,"units":4}]}},{"from":"self"}]}]})"),
                     V);
  for (const Parameter& p : plain.table()) {
    const std::string name = p.name == "layers.0.weight_ih" ? "layers.0.weight_product0" : p.name;
    std::ranges::copy(tensor(plain, p.name), tensor(multiplied, name).begin());
  }
  std::ranges::fill(tensor(multiplied, "layers.0.product0.right.weight"), Real(0));
  std::ranges::fill(tensor(multiplied, "layers.0.product0.right.bias"), Real(1));
  multiplied.touch();
  EXPECT_LT(apart(plain, multiplied), 1e-6);
}

// Leak ------------------------------------------------------------------------------------------------------------

// (z − μ)/√(σ² + ε) with PyTorch's ε, where z is so small that ε decides.
TEST(LayerNorm, HasTheEpsilonOfPyTorch) {
  Network network(parse_config(R"({"layers":[{"cell":"rnn","units":4,"activation":"identity","layerNorm":true}]})"), 1);
  std::ranges::fill(tensor(network, "layers.0.weight_hh"), Real(0));
  for (const double a : {1e-3, 3e-3, 1e-2, 1.0}) {
    for (Index k = 0; k < 4; ++k) tensor(network, "layers.0.weight_ih")[std::size_t(k)] = Real(k % 2 == 0 ? a : -a);
    network.touch();
    Workspace w(network, 1, 1, false);
    w.tokens(0)[0] = 0;
    network.forward(w);
    for (Index k = 0; k < 4; ++k)
      EXPECT_NEAR(w.hidden(0, 0)[k], (k % 2 == 0 ? a : -a) / std::sqrt(a * a + 1e-5), 1e-5) << a;
  }
}

TEST(Leak, ImpulseDecaysAsAlphaToTheT) {
  const Index H = 9, steps = 40;
  Network network(parse_config(R"({"layers":[{"cell":"rnn","units":9,"activation":"identity",
                                   "leak":{"from":0.1,"to":0.9}}]})"),
                  2);
  std::ranges::fill(all_parameters(network), Real(0));
  for (Index k = 0; k < H; ++k) tensor(network, "layers.0.weight_ih")[std::size_t(2 * k)] = 1;
  network.touch();
  Workspace workspace(network, steps, 1, false);
  std::vector<Token> impulse(std::size_t(steps), no_token);  // "nothing" adds nothing
  impulse[0] = 0;
  run(network, workspace, impulse);
  for (Index t = 0; t < steps; ++t)
    for (Index k = 0; k < H; ++k) {
      const double alpha = 0.1 + 0.8 * double(k) / double(H - 1), expected = (1 - alpha) * std::pow(alpha, double(t));
      EXPECT_NEAR(workspace.hidden(0, t)[k], expected, 4e-6 * expected + 1e-37) << "unit " << k << ", step " << t;
    }
}

// Clock -----------------------------------------------------------------------------------------------------------

class Clock : public testing::TestWithParam<const char*> {};

TEST_P(Clock, GroupsRestBetweenTheirTicks) {
  const Index H = 8, steps = 5, windows = 5;
  const int periods[]{1, 2, 3, 5};
  Network network(
      parse_config(std::string(R"({"layers":[{"cell":")") + GetParam() + R"(","units":8,"clock":[1,2,3,5]}]})"), V);
  randomize(all_parameters(network), 0.8);
  network.mask(network.parameters());
  Workspace workspace(network, steps, N, false);
  for (Index w = 0; w < windows; ++w) {  // the clock goes on from window to window
    run(network, workspace, random_tokens(steps * N, V, std::uint64_t(w + 1)));
    for (Index t = 0; t < steps; ++t)
      for (Index i = 0; i < H * N; ++i) {
        const bool ticks = (w * steps + t) % periods[i % H / 2] == 0;
        EXPECT_EQ(workspace.hidden(0, t)[i] != workspace.hidden(0, t - 1)[i], ticks) << "step " << w * steps + t;
        if (workspace.cell_state(0, t))
          EXPECT_EQ(workspace.cell_state(0, t)[i] != workspace.cell_state(0, t - 1)[i], ticks);
      }
    workspace.carry();
  }
}

INSTANTIATE_TEST_SUITE_P(Cells, Clock, testing::Values("rnn", "lstm", "gru"));

// Periods 1 1 1 2 2 2 4 4; the blocks are units 0–3 and 4–7.
TEST(Clockwork, BlocksHoldBackTheWeightsOfTheirOwnUnits) {
  const Config config = parse_config(R"({"layers":[{"cell":"gru","units":8,"clock":[1,2,4],
                                         "edges":[{"from":"input"},{"from":"self","blocks":2}]}]})");
  Network network(config, 5);
  const Parameter& weight = network.table()[network.table().find("layers.0.weight_hh")];
  ASSERT_EQ(weight.cols, 4);
  for (Index r = 0; r < weight.rows; ++r)
    for (Index c = 0; c < 4; ++c) {
      const Index unit = r % 8, source = unit / 4 * 4 + c;
      const int periods[] = {1, 1, 1, 2, 2, 2, 4, 4};
      const bool held = periods[source] < periods[unit];
      EXPECT_EQ(network.parameters()[weight.offset + r * 4 + c] == 0, held) << r << " " << c;
    }
}

TEST(Clockwork, SlowGroupsDoNotSeeFastOnes) {
  Session session(
      parse_config(R"({"layers":[{"cell":"rnn","units":6,"clock":[1,4,16]}],"sequenceLength":10,"batchSize":3,
                                   "optimizer":{"name":"adamw","weightDecay":0.1}})"),
      letters(600, 7));
  for (int i = 0; i < 20; ++i) session.trainer().step();
  const std::span<Real> w = tensor(session.network(), "layers.0.weight_hh");
  for (std::size_t to = 0; to < 6; ++to)
    for (std::size_t from = 0; from < 6; ++from)
      EXPECT_EQ(w[to * 6 + from] == 0, from / 2 < to / 2) << "from unit " << from << " to " << to;
}

}  // namespace
}  // namespace unfold::test
