// Numbers of parameters: the published ones (Pascanu et al. 2014, systems.md 16–20), and the estimate's.
#include "networks.h"
#include "support.h"

namespace unfold::test {
namespace {

Index weights(const Network& network) {
  Index sum = 0;
  for (const Parameter& p : network.table())
    if (!p.vector) sum += p.size();
  return sum;
}

// Input to every transition layer, shortcuts as full matrices.
std::string rnn(const std::string& n) { return R"("layers":[{"cell":"rnn","bias":"none","units":)" + n + "}]"; }
std::string stacked(const std::string& n) {
  const std::string layer = R"({"cell":"rnn","bias":"none","units":)" + n + "}";
  return R"("layers":[)" + layer + "," + layer + "]";
}
std::string deep_transition(const std::string& n, const std::string& inner) {
  return R"("layers":[{"cell":"rnn","bias":"none","units":)" + n +
         R"(,"edges":[{"from":"input"},{"from":"self","hidden":[)" + inner + R"(],"shortcut":true,"join":"all"}]}])";
}
std::string deep_output(const std::string& n, const std::string& inner, const std::string& output) {
  return deep_transition(n, inner) + R"(,"readout":[{"from":0,"hidden":[)" + output + "]}]";
}

struct Published {
  const char* data;
  Index symbols;
  std::string fields;
  Index thousands;  // truncated
};
void PrintTo(const Published& p, std::ostream* out) { *out << p.data << " " << p.fields; }

class PublishedSizes : public testing::TestWithParam<Published> {};

TEST_P(PublishedSizes, AreOurs) {
  const Published& p = GetParam();
  // Zeros, because orthogonal matrices of this size take a while.
  const Config config =
      parse_config("{" + p.fields + R"(,"initialization":{"input":"zero","recurrent":"zero","readout":"zero"}})");
  const Network network(config, p.symbols);
  EXPECT_EQ(weights(network) / 1000, p.thousands);
  EXPECT_EQ(estimate(config, p.symbols, 0).parameters, network.table().size());
}

INSTANTIATE_TEST_SUITE_P(
    Pascanu2014, PublishedSizes,
    testing::Values(Published{"Nottingham", 88, rnn("600"), 465},
                    Published{"Nottingham", 88, deep_transition("400", "400"), 585},
                    Published{"Nottingham", 88, deep_output("400", "400", "400"), 745},
                    Published{"Nottingham", 88, stacked("400"), 550}, Published{"JSB", 88, rnn("200"), 75},
                    Published{"JSB", 88, stacked("400"), 550}, Published{"MuseData", 88, stacked("600"), 1185},
                    Published{"Characters", 50, rnn("600"), 420},
                    Published{"Characters", 50, deep_transition("400", "400"), 540},
                    Published{"Characters", 50, deep_output("400", "400", "600"), 790},
                    Published{"Characters", 50, stacked("400"), 520}, Published{"Words", 10000, rnn("200"), 4040},
                    Published{"Words", 10000, deep_transition("200", "200"), 6120},
                    Published{"Words", 10000, deep_output("200", "200", "200"), 6160},
                    Published{"Words", 10000, stacked("400"), 8480}),
    [](const auto& info) { return info.param.data + std::to_string(info.index); });

TEST(Sizes, TwoLayersOf128With65Symbols) {
  const Config config = parse_config(R"({"layers":[{"cell":"lstm","units":128},{"cell":"lstm","units":128}]})");
  EXPECT_EQ(Network(config, 65).table().size(), 240321);
  EXPECT_EQ(estimate(config, 65, 0).parameters, 240321);
}

class Estimates : public testing::TestWithParam<NetworkCase> {};

TEST_P(Estimates, AreTheTable) {
  for (const Index V : {1, 2, 27})
    for (const char* bias : {"none", "one", "two"}) {
      Json json = Json::parse(config_of(GetParam()));
      for (Json& layer : json["layers"]) layer["bias"] = bias;
      const Config config = parse_config(json);
      const Network network(config, V);
      EXPECT_EQ(estimate(config, V, 0).parameters, network.table().size()) << V << " " << bias;
      // Memory: parameters, gradient, two moments and the best weights, packed weights, and the workspace.
      Workspace workspace(network, config.sequence_length, config.batch_size, true);
      workspace.set_dropout(config.dropout);
      const double there =
          double(sizeof(Real)) * double(5 * network.table().size() + network.plan().packed + workspace.elements());
      EXPECT_EQ(estimate(config, V, 0).bytes - engine_bytes, there) << V << " " << bias;
    }
}

INSTANTIATE_TEST_SUITE_P(All, Estimates, testing::ValuesIn(networks()),
                         [](const auto& info) { return info.param.name; });

// Each buffer begins on a cache line.
TEST(Arena, HasWholeCacheLinesForEveryBuffer) {
  constexpr Size line = 64 / sizeof(Real);
  const Network network(parse_config(R"({"layers":[{"cell":"lstm","units":5}]})"), 3);
  const Room room{.steps = 3, .columns = 1, .training = true};
  Size sum = 0, uneven = 0;
  for (const BufferInfo& buffer : network.plan().buffers) {
    const Size elements = buffer.elements(room.steps, 0, room.columns);
    if (!network.plan().stored(buffer, room)) continue;
    sum += (elements + line - 1) / line * line;
    uneven += elements % line;
  }
  EXPECT_GT(uneven, 0);
  EXPECT_EQ(network.plan().arena(room), sum);
}

TEST(Estimate, CountsTheMomentsOfTheOptimizer) {
  const auto bytes = [](const Config& config) { return estimate(config, 27, 0).bytes; };
  const double without = bytes(parse_config(R"({"optimizer":"sgd"})"));
  std::vector<std::string> optimizers{R"({"name":"rmsprop","momentum":0.5})", R"({"name":"rmsprop","centered":true})"};
  for (const char* name : optimizer_names) optimizers.push_back(std::string("\"") + name + "\"");
  for (const std::string& optimizer : optimizers) {
    const Config config = parse_config(R"({"optimizer":)" + optimizer + "}");
    const auto moments = double(Optimizer(config.optimizer, 1).moments().size());
    const auto parameters = double(estimate(config, 27, 0).parameters);
    EXPECT_EQ(bytes(config) - without, double(sizeof(Real)) * moments * parameters) << optimizer;
  }
}

TEST(Estimate, CountsTheBestWeightsWhereThereAreAny) {
  for (const auto& [fields, copies] :
       {std::pair{R"("seed":1)", 1}, {R"("evaluateEvery":0)", 0}, {R"("validationSplit":0)", 0}}) {
    const Config config = parse_config("{" + std::string(fields) + R"(,"optimizer":"sgd"})");
    const auto parameters = double(estimate(config, 27, 0).parameters);
    const Config without = parse_config(R"({"optimizer":"sgd","evaluateEvery":0})");
    EXPECT_EQ(estimate(config, 27, 0).bytes - estimate(without, 27, 0).bytes, sizeof(Real) * copies * parameters);
    Session session(config, letters(3000, 27));
    EXPECT_EQ(session.trainer().best().values.size(), copies * session.network().table().size()) << fields;
  }
}

TEST(Estimate, DoesNotOverflow) {
  const std::string layer = R"({"cell":"lstm","units":8192})";
  std::string list = layer;
  for (int i = 1; i < 64; ++i) list += "," + layer;
  const Config config =
      parse_config(R"({"sequenceLength":65536,"batchSize":65536,"skipInputs":true,"layers":[)" + list + "]}");
  const Estimate size = estimate(config, 65535, 1000000);
  EXPECT_GT(size.bytes, 1e12);
  EXPECT_GT(size.parameters, Index(1) << 32);
  EXPECT_TRUE(refuses(ErrorCode::out_of_memory, "", [&] { Session(config, letters(1000, 5)); }));
}

TEST(Table, TilesTheVector) {
  for (const NetworkCase& c : networks()) {
    const Network network(parse_config(config_of(c)), 8);
    Index at = 0;
    for (const Parameter& p : network.table()) {
      EXPECT_EQ(p.offset, at) << c.name << " " << p.name;
      EXPECT_EQ(network.table().find(p.name) >= 0 ? network.table()[network.table().find(p.name)].offset : -1, at)
          << "a name of its own: " << p.name;
      at += p.size();
    }
    EXPECT_EQ(at, network.table().size());
    EXPECT_EQ(network.table().find("none such"), -1);
  }
}

}  // namespace
}  // namespace unfold::test
