// Metrics of labels, and what label smoothing and class weights make of the gradient.
#include "unfold/data/confusion.h"

#include <ostream>

#include "support.h"
#include "unfold/data/data_loader.h"

namespace unfold::test {
namespace {

TEST(Confusion, CountsPrecisionRecallAndCalibration) {
  Confusion c, whole;
  const Real sure[]{Real(0.9), Real(0.05), Real(0.05)}, wrong[]{Real(0.2), Real(0.6), Real(0.2)};
  c.add(sure, 3, 0);   // a as a
  c.add(sure, 3, 0);   // a as a
  c.add(wrong, 3, 0);  // a as b
  whole.add(c);
  Confusion more;
  more.add(wrong, 3, 1);  // b as b
  more.add(sure, 3, 1);   // b as a
  whole.add(more);
  whole.add(Confusion{});
  const Json json = confusion_json(whole, {"a", "b", "c"});
  EXPECT_EQ(json["confusion"].dump(), "[[2,1,0],[1,1,0],[0,0,0]]");
  EXPECT_DOUBLE_EQ(json["labels"][0]["precision"].get<double>(), 2 / 3.0);
  EXPECT_DOUBLE_EQ(json["labels"][0]["recall"].get<double>(), 2 / 3.0);
  EXPECT_DOUBLE_EQ(json["labels"][1]["precision"].get<double>(), 0.5);
  EXPECT_DOUBLE_EQ(json["labels"][1]["f1"].get<double>(), 0.5);
  EXPECT_EQ(json["labels"][1]["count"], 2);
  EXPECT_TRUE(json["labels"][2]["precision"].is_null());
  EXPECT_TRUE(json["labels"][2]["f1"].is_null());
  EXPECT_NEAR(json["macroF1"].get<double>(), (2 / 3.0 + 0.5) / 2, 1e-12);
  // Three at 0.9 of which two are right, two at 0.6 of which one is.
  EXPECT_NEAR(json["calibration"]["error"].get<double>(), (3 * (0.9 - 2 / 3.0) + 2 * (0.6 - 0.5)) / 5, 1e-6);
}

TEST(Confusion, TooManyLabelsHaveNone) {
  Confusion c;
  const std::vector<Real> flat(300, Real(1 / 300.0));
  c.add(flat.data(), 300, 5);
  EXPECT_EQ(c.labels, 0);
}

// weight·(p − (1−ε)·onehot − ε/V)/Σ weights, and a loss that stays the plain one.
TEST(LabelHead, SmoothingAndWeights) {
  const std::string text = "x\tab\nx\tba\nx\taa\ny\tbb\n";
  const std::string plain = R"({"task":"classify","validationSplit":0,"layers":[{"units":3}],"batchSize":4})";
  const Config config = parse_config(
      R"({"task":{"name":"classify","labelSmoothing":0.2,"classWeights":"balanced"},"validationSplit":0,
          "layers":[{"units":3}],"batchSize":4})");
  EXPECT_EQ(to_json(parse_config(to_json(config))), to_json(config));
  Dataset data = read_dataset(text, config);
  const std::vector<Example> examples = data.train;
  const Network network(config, network_sizes(config, data));
  ExampleLoader loader(config, data), usual(parse_config(plain), data);
  Workspace w(network, loader.steps(), 4, true, loader.encoder_steps());
  const auto gradient = [&](ExampleLoader& from, bool learn, double* loss) {
    std::vector<const Example*> list;
    for (const Example& e : examples) list.push_back(&e);
    from.fill(w, list);
    network.forward(w);
    *loss = from.measure(network, w, learn).loss;
    return std::vector<Real>(w.logits(), w.logits() + 2 * 4);
  };
  double loss, plain_loss;
  const std::vector<Real> p = gradient(usual, false, &plain_loss), d = gradient(loader, true, &loss);
  EXPECT_NEAR(loss, plain_loss, 1e-6);
  const double weights[]{4 / (2 * 3.0), 4 / (2 * 1.0)};  // of x and y
  for (std::size_t n = 0; n < 4; ++n)
    for (std::size_t v = 0; v < 2; ++v) {
      const std::size_t target = examples[n].target[0];
      const double expected = weights[target] * (double(p[2 * n + v]) - (target == v ? 0.8 : 0) - 0.1) / 4;
      EXPECT_NEAR(double(d[2 * n + v]), expected, 1e-6);
    }
  EXPECT_TRUE(refuses(ErrorCode::invalid_config, "task.labelSmoothing",
                      [] { parse_config(R"({"task":{"name":"regress","labelSmoothing":0.1}})"); }));
}

}  // namespace
}  // namespace unfold::test
