// The configuration's meaning: defaults, shorthands, the canonical form, what may change while training.
#include "unfold/config/config.h"

#include "networks.h"
#include "support.h"
#include "unfold/config/presets.h"
#include "unfold/train/optim.h"

namespace unfold::test {
namespace {

std::string canonical(const std::string& text) { return to_json(parse_config(text)).dump(); }

TEST(Config, DefaultsAreTheDocumentedOnes) {
  const Config c = parse_config("{}");
  EXPECT_EQ(c.seed, 1u);
  EXPECT_EQ(c.unit, Unit::character);
  EXPECT_EQ(c.vocabulary, 8192);
  EXPECT_EQ(c.validation_split, 0.1);
  ASSERT_EQ(c.layers.size(), 1u);
  EXPECT_EQ(c.layers[0].cell, "lstm");
  EXPECT_EQ(c.layers[0].units, 128);
  EXPECT_EQ(c.sequence_length, 64);
  EXPECT_EQ(c.batch_size, 32);
  EXPECT_EQ(c.optimizer.kind, OptimizerKind::adam);
  EXPECT_EQ(c.optimizer.learning_rate, 0.002);
  EXPECT_EQ(c.optimizer.epsilon, 1e-8);
  EXPECT_EQ(c.schedule.kind, ScheduleKind::constant);
  EXPECT_EQ(c.clip.norm, 5);
  EXPECT_EQ(c.clip.value, 0);
  EXPECT_EQ(c.dropout, 0);
  EXPECT_EQ(c.evaluate_every, 500);
  EXPECT_EQ(schema()["defaults"], to_json(c));
}

TEST(Config, IsReadFromALiteralAStringAViewAndJson) {
  const std::string text = R"({"seed":7,"batchSize":3})";
  for (const Config& c : {parse_config(R"({"seed":7,"batchSize":3})"), parse_config(text.c_str()), parse_config(text),
                          parse_config(std::string_view(text)), parse_config(Json{{"seed", 7}, {"batchSize", 3}}),
                          parse_config({{"seed", 7}, {"batchSize", 3}}), parse_config(nlohmann::json::parse(text))}) {
    EXPECT_EQ(c.seed, 7u);
    EXPECT_EQ(c.batch_size, 3);
  }
}

TEST(Config, BareValuesStandForOneField) {
  EXPECT_EQ(canonical(R"({"optimizer":"sgd","schedule":"cosine","clip":2})"),
            canonical(R"({"optimizer":{"name":"sgd"},"schedule":{"name":"cosine"},"clip":{"norm":2}})"));
  EXPECT_EQ(canonical(R"({"layers":[{"leak":0.3}]})"), canonical(R"({"layers":[{"leak":{"from":0.3}}]})"));
  EXPECT_EQ(canonical(R"({"layers":[{"leak":{"from":0.3,"to":0.3}}]})"), canonical(R"({"layers":[{"leak":0.3}]})"));
}

TEST(Config, NullIsAsIfAbsent) {
  EXPECT_EQ(canonical(R"({"seed":null,"layers":null,"optimizer":null,"clip":null,"sequenceLength":null})"),
            canonical("{}"));
  EXPECT_EQ(canonical(R"({"layers":[{"cell":null,"units":null,"edges":null,"leak":null}]})"), canonical("{}"));
}

TEST(Config, EmptyClockAndWholeNumbersWithPoint) {
  EXPECT_EQ(canonical(R"({"layers":[{"clock":[]}],"sequenceLength":64.0,"seed":1e0})"), canonical("{}"));
}

TEST(Config, SkipsAreSpelledOutAsEdges) {
  const Config c = parse_config(R"({"layers":[{},{},{}],"skipInputs":true,"skipOutputs":true})");
  ASSERT_EQ(c.layers[2].edges.size(), 3u);
  EXPECT_EQ(c.layers[2].edges[0].layer, 1);
  EXPECT_EQ(c.layers[2].edges[1].from, Source::input);
  EXPECT_EQ(c.readout.size(), 3u);
  const Json json = to_json(c);
  EXPECT_EQ(parse_config(json).layers[2].edges.size(), 3u);
  EXPECT_EQ(json["readout"].size(), 3u);
}

TEST(Config, MomentumOptimizersHaveMomentum) {
  for (const char* name : optimizer_names) {
    const bool has = std::string(name) == "momentum" || std::string(name) == "nesterov";
    EXPECT_EQ(parse_config(std::string(R"({"optimizer":")") + name + "\"}").optimizer.momentum, has ? 0.9 : 0) << name;
  }
  EXPECT_EQ(parse_config(R"({"optimizer":{"name":"momentum","momentum":0.5}})").optimizer.momentum, 0.5);
}

// As PyTorch has them: infinity, which only callers in C++ can give, clips nothing.
TEST(Config, TakesTheLimitsOfPyTorch) {
  EXPECT_EQ(parse_config(R"({"optimizer":{"epsilon":0}})").optimizer.epsilon, 0);
  for (const double large : {1e9, 1e12}) {
    const ClipConfig clip = parse_config(Json{{"clip", {{"norm", large}, {"value", large}}}}).clip;
    EXPECT_EQ(clip.norm, large);
    EXPECT_EQ(clip.value, large);
  }
  const Config c = parse_config(Json{{"clip", {{"norm", INFINITY}, {"value", INFINITY}}}});
  EXPECT_EQ(c.clip.norm, 0);
  EXPECT_EQ(c.clip.value, 0);
  EXPECT_EQ(parse_config(to_json(c).dump()).clip.norm, 0);
  for (const double bad : {-double(INFINITY), double(NAN)})
    EXPECT_TRUE(
        refuses(ErrorCode::invalid_config, "clip.norm", [&] { parse_config(Json{{"clip", {{"norm", bad}}}}); }));
}

// The canonical form ------------------------------------------------------------------------------------------------

class Canonical : public testing::TestWithParam<NetworkCase> {};

TEST_P(Canonical, ParsesToItselfAndMeansTheSame) {
  const std::string text = config_of(GetParam(), R"("optimizer":{"name":"rmsprop","momentum":0.3,"centered":true},
      "schedule":{"name":"plateau","warmup":3,"minimum":1e-5},"clip":{"norm":0,"value":1.5},"unit":"byte",
      "seed":9007199254740991,"validationSplit":0.25,"evaluateEvery":0,"vocabulary":300)");
  const Config config = parse_config(text);
  const std::string once = to_json(config).dump();
  const Config again = parse_config(once);
  EXPECT_EQ(to_json(again).dump(), once);
  Network first(config, 9), second(again, 9);
  ASSERT_EQ(first.table().count(), second.table().count());
  for (int i = 0; i < first.table().count(); ++i) EXPECT_EQ(first.table()[i].name, second.table()[i].name);
  EXPECT_TRUE(same_bits(all_parameters(first), all_parameters(second)));
}

INSTANTIATE_TEST_SUITE_P(All, Canonical, testing::ValuesIn(networks()),
                         [](const auto& info) { return info.param.name; });

TEST(Config, BothZoneoutsAreWritten) {
  const Config c = parse_config(R"({"layers":[{"cell":"lstm","units":4,"zoneout":{"hidden":0.25,"cell":0.5}}]})");
  const Config again = parse_config(to_json(c).dump());
  EXPECT_EQ(again.layers[0].zoneout, 0.25);
  EXPECT_EQ(again.layers[0].zoneout_cell, 0.5);
}

TEST(Config, NumbersSurviveExactly) {
  const Config c =
      parse_config(R"({"optimizer":{"learningRate":0.1,"epsilon":1.2345678901234567e-9,"beta2":0.9999999}})");
  const Config again = parse_config(to_json(c).dump());
  EXPECT_EQ(again.optimizer.learning_rate, 0.1);
  EXPECT_EQ(again.optimizer.epsilon, 1.2345678901234567e-9);
  EXPECT_EQ(again.optimizer.beta2, 0.9999999);
}

// Changes while training --------------------------------------------------------------------------------------------

TEST(UpdateConfig, ChangesWhatMayChange) {
  Config c = parse_config(R"({"optimizer":"adam","clip":5})");
  update_config(c, R"({"optimizer":{"learningRate":0.5,"weightDecay":0.1},"clip":{"value":2},"dropout":0.25,
                       "schedule":{"name":"step","every":7},"evaluateEvery":9})");
  EXPECT_EQ(c.optimizer.learning_rate, 0.5);
  EXPECT_EQ(c.optimizer.beta1, 0.9) << "what is not named stays";
  EXPECT_EQ(c.optimizer.weight_decay, 0.1);
  EXPECT_EQ(c.clip.norm, 5);
  EXPECT_EQ(c.clip.value, 2);
  EXPECT_EQ(c.dropout, 0.25);
  EXPECT_EQ(c.schedule.every, 7);
  EXPECT_EQ(c.evaluate_every, 9);
  const std::string before = to_json(c).dump();
  update_config(c, "{}");
  EXPECT_EQ(to_json(c).dump(), before);
}

TEST(UpdateConfig, RefusesTheRestAndChangesNothing) {
  Config c = parse_config(R"({"optimizer":{"name":"rmsprop"}})");
  const std::string before = to_json(c).dump();
  const std::pair<const char*, const char*> bad[]{
      {R"({"optimizer":"adam"})", "optimizer.name"},
      {R"({"optimizer":{"name":"sgd","learningRate":1}})", "optimizer.name"},
      {R"({"optimizer":{"learningRate":1,"centered":true}})", "optimizer"},
      {R"({"optimizer":{"momentum":0.9}})", "optimizer"},
      {R"({"clip":3,"dropout":2})", "dropout"},
      {R"({"clip":3,"layers":[{}]})", "layers"},
      {R"({"clip":3,"batchSize":4})", "batchSize"},
      {R"({"clip":3,"sequenceLength":4})", "sequenceLength"},
      {R"({"seed":2})", "seed"},
      {R"([])", ""},
      {R"({"clip":3)", "settings"}};
  for (const auto& [text, field] : bad) {
    EXPECT_TRUE(refuses(ErrorCode::invalid_config, field, [&] { update_config(c, text); })) << text;
    EXPECT_EQ(to_json(c).dump(), before) << text;
  }
}

// The schema --------------------------------------------------------------------------------------------------------

TEST(Schema, ListsWhatTheParserTakes) {
  const Json s = schema();
  ASSERT_GE(s["cells"].size(), 4u);
  for (const Json& cell : s["cells"]) {
    for (const char* field : {"label", "summary", "equations", "source"})
      EXPECT_FALSE(cell[field].get<std::string>().empty()) << cell["name"] << field;
    EXPECT_NO_THROW(parse_config(Json{{"layers", {{{"cell", cell["name"]}}}}}));
    for (const Json& option : cell["options"]) {
      std::vector<Json> values;
      if (option.contains("choices"))
        for (const Json& choice : option["choices"]) values.push_back(choice);
      else
        values = {option["minimum"], option["maximum"], option["default"]};
      for (const Json& value : values) {
        const Json layer{{"cell", cell["name"]}, {option["name"].get<std::string>(), value}};
        EXPECT_NO_THROW(parse_config(Json{{"layers", {layer}}})) << layer;
      }
    }
  }
  for (const Json& name : s["optimizers"]) EXPECT_NO_THROW(parse_config(Json{{"optimizer", name}})) << name;
  for (const Json& name : s["schedules"]) EXPECT_NO_THROW(parse_config(Json{{"schedule", name}})) << name;
  for (const Json& name : s["initializations"])
    EXPECT_NO_THROW(parse_config(Json{{"initialization", {{"recurrent", name}}}})) << name;
  for (const Json& name : s["biases"]) EXPECT_NO_THROW(parse_config(Json{{"layers", {{{"bias", name}}}}})) << name;
  for (const Json& name : s["activations"])
    EXPECT_NO_THROW(parse_config(Json{{"layers", {{{"cell", "rnn"}, {"activation", name}}}}})) << name;
}

// Presets -----------------------------------------------------------------------------------------------------------

class Presets : public testing::TestWithParam<int> {};

TEST_P(Presets, AreConfigurationsThatLearn) {
  const Preset& preset = presets()[std::size_t(GetParam())];
  const Json json{{"preset", preset.name}, {"units", 16}, {"sequenceLength", 10}, {"batchSize", 4}};
  const Config config = parse_config(json);
  EXPECT_EQ(to_json(parse_config(to_json(config))), to_json(config));
  EXPECT_EQ(to_json(config)["sequenceLength"], 10) << "further fields overrule it";
  for (const char* field : {preset.label, preset.sentence, preset.equations, preset.source}) EXPECT_STRNE(field, "");
  Session session(config, letters(800, 5));
  EXPECT_EQ(estimate(config, session.vocabulary().size(), 0).parameters, session.network().table().size());
  double first = 0, last = 0;
  for (int i = 0; i < 120; ++i) {
    const double loss = session.trainer().step().loss;
    (i < 10 ? first : last) += i < 10 || i >= 110 ? loss : 0;
  }
  EXPECT_LT(last, 0.95 * first);
}

INSTANTIATE_TEST_SUITE_P(All, Presets, testing::Range(0, int(presets().size())),
                         [](const auto& info) { return test_name(presets()[std::size_t(info.param)].name); });

}  // namespace
}  // namespace unfold::test
