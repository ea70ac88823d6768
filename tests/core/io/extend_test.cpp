// Models that go on with other data: what they know stays, what is new gets rows of its own.
#include "unfold/io/extend.h"

#include "support.h"

namespace unfold::test {
namespace {

constexpr const char* small = R"({"layers":[{"units":6}],"batchSize":4,"sequenceLength":8,"validationSplit":0.1})";

/// The tensor of a name: row-major [rows × cols].
struct Matrix {
  Index rows, cols;
  std::vector<Real> values;
};
Matrix matrix(Session& session, const std::string& name) {
  const Parameter& p = session.network().table()[session.network().table().find(name)];
  const Real* from = session.network().parameters() + p.offset;
  return {p.rows, p.cols, {from, from + p.size()}};
}
std::vector<Real> column(const Matrix& m, Index c) {
  std::vector<Real> values;
  for (Index r = 0; r < m.rows; ++r) values.push_back(m.values[std::size_t(r * m.cols + c)]);
  return values;
}
std::vector<Real> row(const Matrix& m, Index r) {
  return {m.values.begin() + r * m.cols, m.values.begin() + (r + 1) * m.cols};
}

/// Names of the tensors of which a dimension counts symbols.
std::string input_weight(Session& session) {
  for (const Parameter& p : session.network().table())
    if (p.cols == session.network().symbols() && !p.name.starts_with("readout")) return p.name;
  return "";
}

TEST(Extend, ATextWithNewLetters) {
  Session model(parse_config(small), letters(400, 5) + "z");
  for (int i = 0; i < 5; ++i) model.trainer().step();
  const auto file = model.save(true);
  EXPECT_TRUE(refuses(ErrorCode::invalid_text, "text", [&] { Session(file, letters(300, 9)); }));
  Session more(file, letters(300, 9), true);  // a to i, and z is not in it
  EXPECT_EQ(more.vocabulary().size(), 10);
  EXPECT_EQ(more.info()["vocabulary"]["added"].dump(), R"(["f","g","h","i"])");
  const Matrix before = matrix(model, input_weight(model)), after = matrix(more, input_weight(more));
  const Matrix out = matrix(model, "readout.weight"), wider = matrix(more, "readout.weight");
  const Index to[]{0, 1, 2, 3, 4, 9};
  for (Index old = 0; old < 6; ++old) {
    EXPECT_EQ(column(before, old), column(after, to[old]));
    EXPECT_EQ(row(out, old), row(wider, to[old]));
  }
  for (const Real x : row(wider, 6)) EXPECT_NE(x, 0) << "new rows are initialised";
  EXPECT_EQ(more.trainer().progress().step, 5);
  EXPECT_EQ(more.trainer().optimizer().updates, model.trainer().optimizer().updates);
  const ParameterTable& table = more.network().table();
  const Parameter& p = table[table.find("readout.weight")];
  const Parameter& q = model.network().table()[model.network().table().find("readout.weight")];
  for (const Index m : {0, 1})
    for (Index c = 0; c < p.cols; ++c) {
      const auto& moments = more.trainer().optimizer().moments()[std::size_t(m)];
      EXPECT_EQ(moments.data()[p.offset + 9 * p.cols + c],
                model.trainer().optimizer().moments()[std::size_t(m)].data()[q.offset + 5 * q.cols + c]);
      EXPECT_EQ(moments.data()[p.offset + 6 * p.cols + c], 0);
    }
  const double first = more.trainer().step().loss;
  for (int i = 0; i < 60; ++i) more.trainer().step();
  EXPECT_LT(more.trainer().step().loss, first);
  Session resumed(more.save(true), letters(300, 9));
  EXPECT_EQ(resumed.trainer().step().loss, more.trainer().step().loss);
}

TEST(Extend, TheSameTextChangesNothingOfTheModel) {
  const std::string text = letters(400, 5);
  Session model(parse_config(small), text);
  for (int i = 0; i < 3; ++i) model.trainer().step();
  Session same(model.save(true), text, true);
  EXPECT_TRUE(same_bits(all_parameters(same.network()), all_parameters(model.network())));
  EXPECT_EQ(same.info()["vocabulary"]["added"].size(), 0u);
}

TEST(Extend, LabelsAndSymbolsOfExamples) {
  const std::string config = R"({"task":"classify","layers":[{"units":6}],"batchSize":4,"validationSplit":0})";
  std::string text, more;
  for (int i = 0; i < 8; ++i) {
    text += "x\tabc\ny\tcba\n";
    more += "w\tazb\nx\tabc\ny\tcba\n";
  }
  Session model(parse_config(config), text);
  for (int i = 0; i < 5; ++i) model.trainer().step();
  const auto file = model.save(true);
  Session wider(file, more, true);
  EXPECT_EQ(wider.names().inputs, (std::vector<std::string>{"a", "b", "c", "z"}));
  EXPECT_EQ(wider.names().targets, (std::vector<std::string>{"x", "y", "w"}));
  EXPECT_EQ(wider.info()["vocabulary"]["added"].dump(), R"(["z","w"])");
  const Matrix out = matrix(model, "readout.weight"), grown = matrix(wider, "readout.weight");
  for (Index r = 0; r < 2; ++r) EXPECT_EQ(row(out, r), row(grown, r));
  for (int i = 0; i < 150; ++i) wider.trainer().step();
  EXPECT_EQ(wider.predict({{"input", "azb"}})["output"], "w");
  EXPECT_EQ(wider.predict({{"input", "cba"}})["output"], "y");
}

TEST(Extend, TheEndOfSequencesStaysTheLast) {
  for (const char* ends : {"end", "halt"}) {
    const std::string config = std::string(R"({"task":{"name":"generate","termination":")") + ends +
                               R"("},"layers":[{"units":6}],"embedding":3,"batchSize":2,"validationSplit":0})";
    Session model(parse_config(config), "ab\nba\n");
    for (int i = 0; i < 3; ++i) model.trainer().step();
    Session more(model.save(true), "cab\nba\n", true);
    const Matrix out = matrix(model, "readout.weight"), grown = matrix(more, "readout.weight");
    ASSERT_EQ(grown.rows, out.rows + 1);
    EXPECT_EQ(row(out, 0), row(grown, 0));
    EXPECT_EQ(row(out, 2), row(grown, 3)) << ends;
    const Matrix symbols = matrix(model, "embedding.weight"), wider = matrix(more, "embedding.weight");
    EXPECT_EQ(row(symbols, 1), row(wider, 1));
    if (std::string(ends) == "end") EXPECT_EQ(row(symbols, 2), row(wider, 3));
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(std::isfinite(more.trainer().step().loss));
  }
}

TEST(Extend, ACappedVocabularyStays) {
  const std::string config = R"({"layers":[{"units":4}],"batchSize":2,"sequenceLength":8,"vocabulary":3})";
  Session model(parse_config(config), letters(200, 5));
  Session more(model.save(true), letters(200, 8), true);
  EXPECT_EQ(more.vocabulary().size(), 3);
  EXPECT_EQ(more.info()["vocabulary"]["added"].size(), 0u);
  EXPECT_GT(more.info()["vocabulary"]["unknown"].get<int>(), 0);
}

// The unknown symbol stands for many: it is never written.
TEST(Extend, TheUnknownSymbolIsNeverDrawn) {
  Session model(parse_config(R"({"layers":[{"units":4}],"batchSize":2,"sequenceLength":8,"vocabulary":2})"),
                letters(400, 6));
  for (int i = 0; i < 40; ++i) model.trainer().step();
  for (const bool greedy : {false, true}) {
    std::string text;
    model.sample_start("", {.temperature = 1, .greedy = greedy}, 100);
    model.sample_next(100, text);
    EXPECT_EQ(text.size(), 100u) << text;
    EXPECT_EQ(text.find("\uFFFD"), text.npos);
  }
}

}  // namespace
}  // namespace unfold::test
