// Every refusal names the field, what was expected there and what came instead.
#include <limits>

#include "support.h"
#include "unfold/config/config.h"

namespace unfold::test {
namespace {

struct Bad {
  const char *text, *field, *actual;
};
void PrintTo(const Bad& b, std::ostream* out) { *out << b.text; }

class ConfigErrors : public testing::TestWithParam<Bad> {};

TEST_P(ConfigErrors, NameFieldExpectedActual) {
  const auto parse = [] { parse_config(std::string(GetParam().text)); };
  EXPECT_TRUE(refuses(ErrorCode::invalid_config, GetParam().field, parse));
  if (const auto error = error_of(parse)) EXPECT_EQ(error->actual, GetParam().actual);
}

const Bad fields[]{
    {R"({"hiden":5})", "hiden", "an unknown field"},
    {R"({"__proto__":{}})", "__proto__", "an unknown field"},
    {R"({"":1})", "\"\"", "an unknown field"},
    {R"({"version":2})", "version", "2"},
    {R"({"seed":-1})", "seed", "-1"},
    {R"({"seed":1.5})", "seed", "1.5"},
    {R"({"seed":9007199254740993})", "seed", "9007199254740993"},
    {R"({"seed":18446744073709551615})", "seed", "18446744073709551615"},
    {R"({"unit":"syllable"})", "unit", "\"syllable\""},
    {R"({"vocabulary":1})", "vocabulary", "1"},
    {R"({"vocabulary":65536})", "vocabulary", "65536"},
    {R"({"validationSplit":0.6})", "validationSplit", "0.6"},
    {R"({"validationSplit":"0.1"})", "validationSplit", "\"0.1\""},
    {R"({"sequenceLength":0})", "sequenceLength", "0"},
    {R"({"sequenceLength":65537})", "sequenceLength", "65537"},
    {R"({"batchSize":0})", "batchSize", "0"},
    {R"({"batchSize":true})", "batchSize", "true"},
    {R"({"dropout":-0.1})", "dropout", "-0.1"},
    {R"({"dropout":0.96})", "dropout", "0.96"},
    {R"({"evaluateEvery":-1})", "evaluateEvery", "-1"},
    {R"({"skipInputs":1})", "skipInputs", "1"},
};
const Bad embeddings[]{
    {R"({"embedding":-1})", "embedding", "-1"},
    {R"({"embedding":8193})", "embedding", "8193"},
    {R"({"tieWeights":true})", "tieWeights", "none"},
    {R"({"tieWeights":true,"embedding":5})", "tieWeights", "128"},
    {R"({"tieWeights":true,"embedding":5,"layers":[{"units":5}],"readout":[{"from":0,"hidden":[7]}]})", "tieWeights",
     "7"},
    {R"({"tieWeights":1,"embedding":128})", "tieWeights", "1"},
    {R"({"feedback":"sample"})", "feedback", "\"sample\""},
    {R"({"variationalDropout":0.5})", "variationalDropout", "0.5"},
    {R"({"layers":[{"residual":true}]})", "layers[0].residual", "128 units"},
    {R"({"layers":[{"units":3},{"units":4,"residual":true}]})", "layers[1].residual", "4 units"},
    {R"({"layers":[{"residual":"yes"}]})", "layers[0].residual", "\"yes\""},
    {R"({"layers":[{"layerNorm":1}]})", "layers[0].layerNorm", "1"},
    {R"({"layers":[{"zoneout":1}]})", "layers[0].zoneout", "1"},
    {R"({"layers":[{"zoneout":{"cell":-0.1}}]})", "layers[0].zoneout.cell", "-0.1"},
    {R"({"layers":[{"zoneout":{"c":0.1}}]})", "layers[0].zoneout.c", "an unknown field"},
    {R"({"layers":[{"recurrentDropout":0.99}]})", "layers[0].recurrentDropout", "0.99"},
    {R"({"layers":[{"edges":[{"from":"output","delay":0}]}]})", "layers[0].edges[0].delay", "0"},
    {R"({"layers":[{"edges":[{"from":"output"},{"from":"output","delay":1}]}]})", "layers[0].edges[1]",
     "those of edge 0"},
    {R"({"readout":[{"from":"output"}]})", "readout[0].from", "\"output\""},
    {R"({"preset":"no such"})", "preset", "no such"},
    {R"({"preset":5})", "preset", "5"},
    {R"({"preset":"lstm","layers":[{}]})", "preset", "both"},
    {R"({"preset":"lstm","units":0})", "units", "0"},
    {R"({"units":5})", "units", "an unknown field"},
};
INSTANTIATE_TEST_SUITE_P(Embeddings, ConfigErrors, testing::ValuesIn(embeddings));

INSTANTIATE_TEST_SUITE_P(Top, ConfigErrors, testing::ValuesIn(fields));

const Bad layers[]{
    {R"({"layers":[]})", "layers", "[]"},
    {R"({"layers":{}})", "layers", "{}"},
    {R"({"layers":[5]})", "layers[0]", "5"},
    {R"({"layers":[{},{"cell":"LSTM"}]})", "layers[1].cell", "\"LSTM\""},
    {R"({"layers":[{"units":0}]})", "layers[0].units", "0"},
    {R"({"layers":[{"units":-1}]})", "layers[0].units", "-1"},
    {R"({"layers":[{"units":128.5}]})", "layers[0].units", "128.5"},
    {R"({"layers":[{"units":"128"}]})", "layers[0].units", "\"128\""},
    {R"({"layers":[{"units":1000000000}]})", "layers[0].units", "1000000000"},
    {R"({"layers":[{"units":[128]}]})", "layers[0].units", "[128]"},
    {R"({"layers":[{"hidden":128}]})", "layers[0].hidden", "an unknown field"},
    {R"({"layers":[{"bias":"three"}]})", "layers[0].bias", "\"three\""},
    {R"({"layers":[{"bias":true}]})", "layers[0].bias", "true"},
    {R"({"layers":[{"cell":"gru","forgetBias":1}]})", "layers[0].forgetBias", "1"},
    {R"({"layers":[{"cell":"lstm","reset":"after"}]})", "layers[0].reset", "\"after\""},
    {R"({"layers":[{"cell":"gru","reset":"later"}]})", "layers[0].reset", "\"later\""},
    {R"({"layers":[{"cell":"rnn","activation":"softplus"}]})", "layers[0].activation", "\"softplus\""},
    {R"({"layers":[{"cell":"lstm","forgetBias":11}]})", "layers[0].forgetBias", "11"},
    {R"({"layers":[{"leak":1.5}]})", "layers[0].leak", "1.5"},
    {R"({"layers":[{"leak":"much"}]})", "layers[0].leak", "\"much\""},
    {R"({"layers":[{"leak":{"from":-0.5}}]})", "layers[0].leak.from", "-0.5"},
    {R"({"layers":[{"leak":{"learned":1}}]})", "layers[0].leak.learned", "1"},
    {R"({"layers":[{"leak":{"form":0.5}}]})", "layers[0].leak.form", "an unknown field"},
    {R"({"layers":[{"clock":5}]})", "layers[0].clock", "5"},
    {R"({"layers":[{"units":2,"clock":[1,2,3]}]})", "layers[0].clock", "[1,2,3]"},
    {R"({"layers":[{"clock":[1,0]}]})", "layers[0].clock[1]", "0"},
    {R"({"layers":[{"clock":[1,2.5]}]})", "layers[0].clock[1]", "2.5"},
    {R"({"layers":[{"stateFrom":-1}]})", "layers[0].stateFrom", "-1"},
    {R"({"layers":[{"stateFrom":0}]})", "layers[0].stateFrom", "0"},
    {R"({"layers":[{},{"stateFrom":2}]})", "layers[1].stateFrom", "2"},
    {R"({"layers":[{"units":3},{"units":4,"stateFrom":0}]})", "layers[1].stateFrom", "lstm of 3"},
    {R"({"layers":[{"cell":"gru"},{"stateFrom":0}]})", "layers[1].stateFrom", "gru of 128"},
    {R"({"task":{"name":"tensor","inputs":1},"layers":[{},{"stateFrom":0},{"bidirectional":true}]})",
     "layers[1].stateFrom", "0"},
    {R"({"task":"classify","layers":[{},{"stateFrom":0}]})", "layers[1].stateFrom", "0"},
    {R"({"task":"translate","encoder":[{},{"stateFrom":0}]})", "encoder[1].stateFrom", "0"},
};
INSTANTIATE_TEST_SUITE_P(Layers, ConfigErrors, testing::ValuesIn(layers));

const Bad edges[]{
    {R"({"layers":[{"edges":[]}]})", "layers[0].edges", "[]"},
    {R"({"layers":[{"edges":"self"}]})", "layers[0].edges", "\"self\""},
    {R"({"layers":[{"edges":[{}]}]})", "layers[0].edges[0].from", "nothing"},
    {R"({"layers":[{"edges":[{"from":0}]}]})", "layers[0].edges[0].from", "0"},
    {R"({"layers":[{},{"edges":[{"from":-1}]}]})", "layers[1].edges[0].from", "-1"},
    {R"({"layers":[{},{"edges":[{"from":1}]}]})", "layers[1].edges[0].from", "1"},
    {R"({"layers":[{},{"edges":[{"from":0.5}]}]})", "layers[1].edges[0].from", "0.5"},
    {R"({"layers":[{"edges":[{"from":"above"}]}]})", "layers[0].edges[0].from", "\"above\""},
    {R"({"layers":[{"edges":[{"from":"self","delay":0}]}]})", "layers[0].edges[0].delay", "0"},
    {R"({"layers":[{"edges":[{"from":"input","delay":-1}]}]})", "layers[0].edges[0].delay", "-1"},
    {R"({"layers":[{"edges":[{"from":"input","delay":1001}]}]})", "layers[0].edges[0].delay", "1001"},
    // One delay said in two ways is the same edge twice.
    {R"({"layers":[{"edges":[{"from":"self"},{"from":"self","delay":1}]}]})", "layers[0].edges[1]", "those of edge 0"},
    {R"({"layers":[{},{"edges":[{"from":0},{"from":"self"},{"from":0,"delay":0,"hidden":[3]}]}]})",
     "layers[1].edges[2]", "those of edge 0"},
    {R"({"layers":[{"edges":[{"from":"self","gates":"i"}]}]})", "layers[0].edges[0].gates", "\"i\""},
    {R"({"layers":[{"edges":[{"from":"self","gates":["i","z"]}]}]})", "layers[0].edges[0].gates", "[\"i\",\"z\"]"},
    {R"({"layers":[{"edges":[{"from":"self","gates":["i","i"]}]}]})", "layers[0].edges[0].gates", "[\"i\",\"i\"]"},
    {R"({"layers":[{"edges":[{"from":"self","gates":[]}]}]})", "layers[0].edges[0].gates", "[]"},
    {R"({"layers":[{"edges":[{"from":"self","gates":["i"],"blocks":2}]}]})", "layers[0].edges[0].gates", "[\"i\"]"},
    {R"({"layers":[{"edges":[{"from":{"edge":0}}]}]})", "layers[0].edges[0].from.edge", "0"},
    {R"({"layers":[{"edges":[{"from":"self","hidden":[3]},{"from":{"edge":0}}]}]})", "layers[0].edges[1].from.edge",
     "0"},
    {R"({"layers":[{"edges":[{"from":{}}]}]})", "layers[0].edges[0].from.product", "nothing"},
    {R"({"layers":[{"edges":[{"from":{"concat":[]}}]}]})", "layers[0].edges[0].from.product", "nothing"},
    {R"({"layers":[{"edges":[{"from":{"product":[{"from":{"concat":[{"from":"self"}]}},{"from":"self"}]}}]}]})",
     "layers[0].edges[0].from.product[0].from.concat", "[{\"from\":\"self\"}]"},
    {R"({"layers":[{"edges":[{"from":{"product":[{"from":{"concat":[{"from":"self"},{"from":"input"}]}},
         {"from":"self"}]}}]}]})",
     "layers[0].edges[0].from.product[0].units", "nothing"},
    {R"({"layers":[{"edges":[{"from":{"product":[{"units":1,"from":{"concat":[{"from":"self"},{"from":"input","units":2}]}},
         {"from":"self"}]}}]}]})",
     "layers[0].edges[0].from.product[0].from.concat[1]", "{\"from\":\"input\",\"units\":2}"},
    {R"({"layers":[{"edges":[{"from":{"product":[{"from":"self","units":2},{"from":"self"}]}}]}]})",
     "layers[0].edges[0].from.product", "2 and 128"},
    {R"({"layers":[{"edges":[{"from":{"product":[{"units":1,"hidden":[2],"from":{"concat":[{"from":"self"},
         {"from":"input"}]}},{"from":"self"}]}}]}]})",
     "layers[0].edges[0].from.product[0].hidden", "[2]"},
    {R"({"readout":[{"from":"input","sourceActivation":"tanh"}]})", "readout[0].sourceActivation", "tanh"},
    {R"({"readout":[{"from":0,"matrix":false}]})", "readout[0].matrix", "an unknown field"},
    {R"({"layers":[{"edges":[{"from":"self","matrix":1}]}]})", "layers[0].edges[0].matrix", "1"},
    {R"({"layers":[{"edges":[{"from":"self","matrix":false,"blocks":2}]}]})", "layers[0].edges[0].matrix", "false"},
    {R"({"layers":[{"edges":[{"from":"input","matrix":false}]}]})", "layers[0].edges[0].matrix",
     "a source without a size of its own"},
    {R"({"layers":[{"edges":[{"from":"self","hidden":[3],"matrix":false}]}]})", "layers[0].edges[0].matrix",
     "3 numbers"},
    {R"({"layers":[{"edges":[{"from":"self","sourceActivation":"gelu"}]}]})", "layers[0].edges[0].sourceActivation",
     "\"gelu\""},
    {R"({"layers":[{"edges":[{"from":"input","sourceActivation":"tanh"}]}]})", "layers[0].edges[0].sourceActivation",
     "tanh"},
    {R"({"layers":[{"edges":[{"from":"self"},{"from":{"product":[{"from":{"edge":0},"units":2},{"from":"self"}]}}]}]})",
     "layers[0].edges[1].from.product[0].from.edge", "0"},
    {R"({"layers":[{"edges":[{"from":"self","hidden":5}]}]})", "layers[0].edges[0].hidden", "5"},
    {R"({"layers":[{"edges":[{"from":"self","hidden":[5,0]}]}]})", "layers[0].edges[0].hidden[1]", "0"},
    {R"({"layers":[{"edges":[{"from":"self","hidden":[8193]}]}]})", "layers[0].edges[0].hidden[0]", "8193"},
    {R"({"layers":[{"edges":[{"from":"self","activation":"gelu"}]}]})", "layers[0].edges[0].activation", "\"gelu\""},
    {R"({"layers":[{"edges":[{"from":"self","shortcut":"yes"}]}]})", "layers[0].edges[0].shortcut", "\"yes\""},
    {R"({"layers":[{"edges":[{"from":"self","join":"none"}]}]})", "layers[0].edges[0].join", "\"none\""},
    {R"({"layers":[{"edges":[{"from":"self","source":"x"}]}]})", "layers[0].edges[0].source", "an unknown field"},
    {R"({"readout":[]})", "readout", "[]"},
    {R"({"readout":[{"from":"self"}]})", "readout[0].from", "\"self\""},
    {R"({"readout":[{"from":1}]})", "readout[0].from", "1"},
    {R"({"readout":[{"from":0,"delay":1}]})", "readout[0].delay", "1"},
    {R"({"task":{"name":"tensor","inputs":2},"readout":[{"from":0,"hidden":[3]}]})", "readout[0]", "a computation"},
    {R"({"readout":[{"from":0},{"from":0}]})", "readout[1]", "those of edge 0"},
};
INSTANTIATE_TEST_SUITE_P(Edges, ConfigErrors, testing::ValuesIn(edges));

const Bad training[]{
    {R"({"optimizer":"lion"})", "optimizer.name", "\"lion\""},
    {R"({"optimizer":5})", "optimizer.name", "5"},
    {R"({"optimizer":[]})", "optimizer.name", "[]"},
    {R"({"optimizer":{"lr":0.1}})", "optimizer.lr", "an unknown field"},
    {R"({"optimizer":{"learningRate":-0.1}})", "optimizer.learningRate", "-0.1"},
    {R"({"optimizer":{"learningRate":1e7}})", "optimizer.learningRate", "10000000.0"},
    {R"({"optimizer":{"beta1":1}})", "optimizer.beta1", "1"},
    {R"({"optimizer":{"beta2":-0.1}})", "optimizer.beta2", "-0.1"},
    {R"({"optimizer":{"epsilon":-1e-8}})", "optimizer.epsilon", "-1e-08"},
    {R"({"optimizer":{"momentum":1.1}})", "optimizer.momentum", "1.1"},
    {R"({"optimizer":{"decay":2}})", "optimizer.decay", "2"},
    {R"({"optimizer":{"weightDecay":-1}})", "optimizer.weightDecay", "-1"},
    {R"({"optimizer":{"centered":0}})", "optimizer.centered", "0"},
    {R"({"schedule":"linear"})", "schedule.name", "\"linear\""},
    {R"({"schedule":{"every":0}})", "schedule.every", "0"},
    {R"({"schedule":{"warmup":-1}})", "schedule.warmup", "-1"},
    {R"({"schedule":{"steps":0}})", "schedule.steps", "0"},
    {R"({"schedule":{"factor":0}})", "schedule.factor", "0"},
    {R"({"schedule":{"factor":1.5}})", "schedule.factor", "1.5"},
    {R"({"schedule":{"patience":0.5}})", "schedule.patience", "0.5"},
    {R"({"schedule":{"gamma":0.5}})", "schedule.gamma", "an unknown field"},
    {R"({"clip":-1})", "clip.norm", "-1"},
    {R"({"clip":{"value":-1}})", "clip.value", "-1"},
    {R"({"clip":{"max":1}})", "clip.max", "an unknown field"},
    {R"({"clip":"off"})", "clip.norm", "\"off\""},
    {R"({"initialization":"he"})", "initialization", "\"he\""},
    {R"({"initialization":{"input":"lecun"}})", "initialization.input", "\"lecun\""},
    {R"({"initialization":{"gain":-1}})", "initialization.gain", "-1"},
    {R"({"initialization":{"nonzeros":0}})", "initialization.nonzeros", "0"},
    {R"({"initialization":{"spectralRadius":101}})", "initialization.spectralRadius", "101"},
};
INSTANTIATE_TEST_SUITE_P(Training, ConfigErrors, testing::ValuesIn(training));

// Limits of the JSON itself -----------------------------------------------------------------------------------------

const Bad json[]{
    {"", "configuration", "text that is not JSON"},
    {"{", "configuration", "text that is not JSON"},
    {"{} {}", "configuration", "text that is not JSON"},
    {"{}x", "configuration", "text that is not JSON"},
    {"{'window':5}", "configuration", "text that is not JSON"},
    {R"({"sequenceLength":5,})", "configuration", "text that is not JSON"},
    {R"({"sequenceLength":NaN})", "configuration", "text that is not JSON"},
    {R"({"sequenceLength":1e400})", "configuration", "text that is not JSON"},
    {R"({"sequenceLength":05})", "configuration", "text that is not JSON"},
    {"{\"unit\":\"\xff\"}", "configuration", "text that is not JSON"},
    {"// comment\n{}", "configuration", "text that is not JSON"},
    {"[]", "configuration", "[]"},
    {"5", "configuration", "5"},
    {"null", "configuration", "null"},
    {R"({"sequenceLength":5,"sequenceLength":6})", "configuration", "the key \"sequenceLength\" twice"},
    {R"({"clip":{"norm":1,"value":2,"norm":1}})", "configuration", "the key \"norm\" twice"},
};
INSTANTIATE_TEST_SUITE_P(JsonText, ConfigErrors, testing::ValuesIn(json));

TEST(ConfigJson, DeepNestingIsRefusedWithoutRecursion) {
  for (const int depth : {33, 100, 50000}) {
    const std::string text =
        R"({"seed":)" + std::string(std::size_t(depth), '[') + std::string(std::size_t(depth), ']') + "}";
    EXPECT_TRUE(refuses(ErrorCode::invalid_config, "configuration", [&] { parse_config(text); })) << depth;
    const std::string open = std::string(std::size_t(depth), '[');
    EXPECT_TRUE(refuses(ErrorCode::invalid_config, "configuration", [&] { parse_config(open); })) << depth;
  }
  const std::string ten = R"({"seed":)" + std::string(10, '[') + std::string(10, ']') + "}";
  EXPECT_TRUE(refuses(ErrorCode::invalid_config, "seed", [&] { parse_config(ten); }));
}

TEST(ConfigJson, TooManyLayersAndEdges) {
  const auto list = [](const std::string& item, int count) {
    std::string text = item;
    for (int i = 1; i < count; ++i) text += "," + item;
    return text;
  };
  EXPECT_NO_THROW(parse_config("{\"layers\":[" + list("{}", 64) + "]}"));
  for (const int count : {65, 100000})
    EXPECT_TRUE(refuses(ErrorCode::invalid_config, "layers",
                        [&] { parse_config("{\"layers\":[" + list("{}", count) + "]}"); }));
  EXPECT_TRUE(refuses(ErrorCode::invalid_config, "configuration",
                      [&] { parse_config("{\"layers\":[" + list("{}", 1000000) + "]}"); }));
  EXPECT_TRUE(refuses(ErrorCode::invalid_config, "layers[0].edges",
                      [&] { parse_config("{\"layers\":[{\"edges\":[" + list(R"({"from":"input"})", 65) + "]}]}"); }));
  EXPECT_TRUE(refuses(ErrorCode::invalid_config, "layers[0].edges[0].hidden", [&] {
    parse_config("{\"layers\":[{\"edges\":[{\"from\":\"self\",\"hidden\":[" + list("3", 17) + "]}]}]}");
  }));
}

TEST(ConfigJson, LongValuesAreCutInMessages) {
  const std::string long_name(100000, 'x');
  const auto error = error_of([&] { parse_config(R"({"unit":")" + long_name + "\"}"); });
  ASSERT_TRUE(error);
  EXPECT_LT(error->actual.size(), 100u);
  const auto unknown = error_of([&] { parse_config("{\"" + long_name + "\":1}"); });
  ASSERT_TRUE(unknown);
  EXPECT_EQ(unknown->actual, "an unknown field");
}

}  // namespace
}  // namespace unfold::test
