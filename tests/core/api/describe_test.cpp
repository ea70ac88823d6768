// The graph of a network: names that refer to what exists, sums that are the network's, and one graph in full.
#include "unfold/api/describe.h"

#include <map>
#include <set>

#include "networks.h"
#include "support.h"

namespace unfold::test {
namespace {

constexpr Index symbols = 13;

std::set<std::string> names_of(const Json& list) {
  std::set<std::string> names;
  for (const Json& item : list) EXPECT_TRUE(names.insert(item["name"]).second) << item["name"];
  return names;
}

/// Every text below a value: names in lists, in signals, in states.
void collect(const Json& value, std::vector<std::string>& names) {
  if (value.is_string()) names.push_back(value);
  if (value.is_object() && value.contains("buffer")) return names.push_back(value["buffer"]);
  if (value.is_structured())
    for (const Json& item : value) collect(item, names);
}

/// What an operation names: buffers and parameters. Every field is known here.
struct Named {
  std::vector<std::string> buffers, parameters;
};
Named named_by(const Json& operation) {
  static const std::set<std::string> buffers{"from",  "to",     "sum",   "recurrent", "states",  "left",
                                             "right", "memory", "query", "keys",      "weights", "previous"},
      parameters{"weight", "biases", "gain", "parameters", "bias"},
      plain{"operation", "layer",   "when",       "row",       "rows",      "weightRow", "start",
            "byRow",     "periods", "function",   "units",     "firstGate", "endGate",   "epsilon",
            "cell",      "gates",   "earlyGate",  "equations", "leak",      "zoneout",   "zoneoutCell",
            "rate",      "pooling", "directions", "score",     "stateNames"};
  Named named;
  for (const auto& [field, value] : operation.items()) {
    if (operation["operation"] == "initialState" && field == "states") {
      for (const Json& state : value) {
        named.buffers.push_back(state["to"]);
        named.parameters.insert(named.parameters.end(), {state["weight"], state["bias"]});
      }
    } else if (buffers.contains(field)) {
      collect(value, named.buffers);
    } else if (parameters.contains(field)) {
      collect(value, named.parameters);
    } else {
      EXPECT_TRUE(plain.contains(field)) << operation["operation"] << ": " << field;
    }
  }
  return named;
}

/// Everything that is named exists, once; every parameter is used; every operation runs once in a scan, or never.
void check(const Json& graph) {
  const std::set<std::string> buffers = names_of(graph["buffers"]), parameters = names_of(graph["parameters"]),
                              layers = names_of(graph["layers"]);
  std::set<std::string> used;
  for (const Json& operation : graph["operations"]) {
    const Named named = named_by(operation);
    for (const std::string& name : named.buffers)
      EXPECT_TRUE(name == "tokens" || buffers.contains(name)) << operation << name;
    for (const std::string& name : named.parameters) EXPECT_TRUE(parameters.contains(name)) << operation << name;
    used.insert(named.parameters.begin(), named.parameters.end());
    EXPECT_TRUE(layers.contains(operation["layer"])) << operation;
  }
  EXPECT_EQ(used, parameters);
  for (const Json& buffer : graph["buffers"])
    if (buffer.contains("alias")) EXPECT_TRUE(buffers.contains(buffer["alias"])) << buffer;

  std::map<std::size_t, std::string> runs;
  std::vector<std::string> scanned;
  for (const Json& scan : graph["scans"]) {
    for (const Json& layer : scan["layers"]) scanned.push_back(layer);
    for (const char* when : {"once", "begin", "step"})
      for (const Json& i : scan[when]) EXPECT_TRUE(runs.insert({i.get<std::size_t>(), when}).second) << i;
  }
  EXPECT_EQ(std::set<std::string>(scanned.begin(), scanned.end()), layers);
  EXPECT_EQ(scanned.size(), layers.size());
  for (std::size_t i = 0; i < graph["operations"].size(); ++i)
    EXPECT_EQ(graph["operations"][i]["when"], runs.contains(i) ? runs[i] : "never") << i;

  Index sum = 0;
  for (const Json& parameter : graph["parameters"]) {
    EXPECT_EQ(parameter["offset"], sum) << parameter;
    Index size = 1;
    for (const Json& side : parameter["shape"]) size *= side.get<Index>();
    sum += size;
  }
  EXPECT_EQ(graph["totals"]["parameters"], sum);
  EXPECT_GT(graph["totals"]["memoryBytes"], 4 * sum);
  EXPECT_GT(graph["totals"]["flopsPerToken"], 0);
}

class Graphs : public testing::TestWithParam<NetworkCase> {};

TEST_P(Graphs, NameWhatExistsAndSumToTheNetwork) {
  const Config config = parse_config(config_of(GetParam()));
  const Json graph = describe(config, symbols);
  check(graph);
  const Network network(config, {.symbols = symbols, .outputs = symbols});
  ASSERT_EQ(graph["parameters"].size(), std::size_t(network.table().count()));
  for (int i = 0; i < network.table().count(); ++i) {
    const Parameter& p = network.table()[i];
    EXPECT_EQ(graph["parameters"][std::size_t(i)]["name"], p.name);
    EXPECT_EQ(graph["parameters"][std::size_t(i)]["shape"],
              p.vector ? Json(std::vector<Index>{p.rows}) : Json(std::vector<Index>{p.rows, p.cols}));
  }
  const Estimate size = estimate(config, symbols, 0);
  EXPECT_EQ(graph["totals"]["parameters"], size.parameters);
  EXPECT_EQ(graph["totals"]["memoryBytes"], std::int64_t(size.bytes));
}

INSTANTIATE_TEST_SUITE_P(Networks, Graphs, testing::ValuesIn(networks()),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(Graph, OfOtherTasksHasTheSizesThatTheirDataWouldGive) {
  const auto graph = [](const char* config) {
    const Json json = describe(parse_config(config), symbols);
    check(json);
    return json["sizes"];
  };
  const auto sizes = [](Index in, Index numbers, Index outputs, Index context, Index lengths) {
    return Json(object(
        {{"symbols", in}, {"numbers", numbers}, {"outputs", outputs}, {"context", context}, {"lengths", lengths}}));
  };
  EXPECT_EQ(graph(R"({"task":{"name":"tensor","inputs":3,"outputs":2,"context":4}})"), sizes(0, 3, 2, 4, 0));
  EXPECT_EQ(graph(R"({"task":"classify"})"), sizes(13, 0, 13, 0, 0));
  EXPECT_EQ(graph(R"({"task":{"name":"tag"}})"), sizes(13, 0, 13, 0, 0));
  EXPECT_EQ(graph(R"({"task":"translate","attention":"additive"})"), sizes(14, 0, 14, 0, 0));
  EXPECT_EQ(graph(R"({"task":{"name":"generate","termination":"count","maxLength":20}})"), sizes(13, 0, 13, 0, 21));
  EXPECT_EQ(graph(R"({"task":"regress"})"), sizes(0, 13, 13, 0, 0));
  EXPECT_EQ(graph(R"({"task":"notes"})"), sizes(0, 88, 88, 0, 0));
}

TEST(Graph, OfAGeneratedDatasetIsThatOfItsModel) {
  const Config config = parse_config(R"({"dataset":{"name":"reversal","count":50},"layers":[{"units":5}]})");
  Session session(config, "");
  EXPECT_EQ(describe(config, 0), describe(session.config(), session.network().sizes()));
}

TEST(Graph, HasThePublishedNumberOfParameters) {
  // Of PyTorch's LSTM(65, 128) with a linear layer.
  const Json graph = describe(parse_config(R"({"layers":[{"cell":"lstm","units":128}]})"), 65);
  EXPECT_EQ(graph["totals"]["parameters"], 4 * 128 * (65 + 128 + 2) + 65 * 129);
}

TEST(Graph, OfASmallNetworkIsTheRecordedOne) {
  const Json recorded = golden("graph");
  Json graph = describe(parse_config(recorded["config"].dump()), recorded["vocabulary"].get<Index>());
  graph["totals"].erase("memoryBytes");  // packed weights are as large as the processor's kernels want them
  EXPECT_EQ(graph.dump(), recorded["graph"].dump());
}

TEST(Graph, OfAProductNamesBothFactors) {
  const Json graph = describe(parse_config(R"({"embedding":4,"layers":[{"units":5,"edges":[
      {"from":{"product":[{"from":"input"},{"from":"self","delay":1,"units":4}]}}]}]})"),
                              symbols);
  check(graph);
  int products = 0;
  for (const Json& operation : graph["operations"]) {
    if (operation["operation"] != "product") continue;
    ++products;
    EXPECT_EQ(operation["left"]["buffer"], "embedding.output");
    EXPECT_EQ(operation["right"]["buffer"], "layers.0.hidden.1");
  }
  EXPECT_EQ(products, 1);
}

TEST(Graph, NeedsAVocabularyWhereSymbolsAreRead) {
  for (const Index wrong : {Index(-1), Index(0), Index(65537)}) try {
      describe(parse_config("{}"), wrong);
      FAIL() << wrong;
    } catch (const Error& e) {
      EXPECT_EQ(e.code, ErrorCode::invalid_argument);
      EXPECT_EQ(e.field, "vocabulary");
    }
  EXPECT_NO_THROW(describe(parse_config(R"({"task":{"name":"tensor","inputs":2}})"), 0));
}

}  // namespace
}  // namespace unfold::test
