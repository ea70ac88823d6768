// Files of tasks that say something else than their network or their examples: refused, or they work.
#include "io/forged.h"
#include "unfold/base/rng.h"

namespace unfold::test {
namespace {

struct TaskFile {
  std::string config, text;
  Json request;
  Bytes file;
};

std::string repeated(const std::string& line, int count) {
  std::string all;
  for (int i = 0; i < count; ++i) all += line;
  return all;
}

/// One of each task, in the middle of training.
const std::vector<TaskFile>& task_files() {
  static const std::vector<TaskFile> files = [] {
    const std::string pairs = repeated("abc\tcba\nab\tba\nc\tc\n", 3), words = repeated("abc\nba\ncab\n", 3);
    const std::string translate = R"("encoder":[{"cell":"rnn","units":2,"bidirectional":true}],"attention":"additive")";
    std::vector<TaskFile> made{
        {R"("task":"translate",)" + translate, pairs, {{"input", "abc"}, {"target", "ab"}}, {}},
        {R"("task":{"name":"translate","termination":"count"},)" + translate,
         pairs,
         {{"input", "ab"}, {"beamWidth", 3}},
         {}},
        {R"("task":{"name":"generate","termination":"halt"})", words, {{"target", "ab"}}, {}},
        {R"("task":{"name":"generate","termination":"count"})", words, {{"target", "abc"}}, {}},
        {R"("task":{"name":"generate","context":2})",
         repeated("1,0.5\tabc\n0,2\tba\n", 4),
         {{"context", {1, 2}}, {"target", "a"}},
         {}},
        {R"("task":"classify")", repeated("x\tabc\ny\tba\n", 4), {{"input", "ab"}, {"target", "x"}}, {}},
        {R"("task":"tag")", repeated("abc\txyx\nba\tyx\n", 4), {{"input", "ab"}, {"target", "xy"}}, {}},
        {R"("task":"regress")", repeated("1,2\n0.5,3\n", 9), {{"input", {{1, 2}}}, {"steps", 3}}, {}},
        {R"("task":{"name":"regress","pooling":"mean"})", repeated("1,2\t3\n4\t5\n", 4), {{"input", {{1}}}}, {}},
        {R"("task":"notes","dataset":{"keys":"piano"})",
         R"({"train":[[[40],[42,44],[40]],[[41],[40],[]]],"valid":[[[40],[42]]]})",
         {{"input", {std::vector<int>(88, 0)}}, {"steps", 2}},
         {}},
        {R"("dataset":{"name":"adding","count":20,"difficulty":6})", "", {{"input", {{1, 0}, {0, 1}}}}, {}},
        {R"("dataset":{"name":"copy","count":20,"difficulty":2})", "", Json::object(), {}},
        {R"("dataset":{"name":"reversal","count":20,"difficulty":3},)" + translate, "", Json::object(), {}},
        {R"("task":{"name":"regress","loss":"quantile"})",
         repeated("1,2\n0.5,3\n", 9),
         {{"input", {{1, 2}}}, {"steps", 3}},
         {}},
        {R"("task":{"name":"regress","loss":"gaussian"})",
         repeated("1,2\n0.5,3\n", 9),
         {{"input", {{1, 2}}}, {"target", {{1, 2}}}, {"steps", 3}},
         {}}};
    for (TaskFile& f : made) {
      Session session(parse_config("{" + f.config + R"(,"layers":[{"cell":"rnn","units":2}],"batchSize":2})"), f.text);
      for (int i = 0; i < 2; ++i) session.trainer().step();
      f.file = session.save(true);
    }
    return made;
  }();
  return files;
}

/// Whatever was accepted works; what it refuses, it refuses with our error.
void use(Session& session, const Json& request) {
  error_of([&] { session.trainer().step(); });
  error_of([&] { session.trainer().evaluate(); });
  for (const Split split : {Split::train, Split::validation, Split::test}) error_of([&] { session.example(split, 0); });
  error_of([&] { session.predict(request); });
  session.info();
  error_of([&] { session.save(true); });
}

/// Opens a file whose tensors are made as large as the refusals ask for, zeros, as a forger would.
void open_obligingly(Forge forge, const TaskFile& of, const std::string& text, const std::string& what) {
  for (int tries = 0; tries < 40; ++tries) {
    std::optional<Error> error;
    ASSERT_NO_THROW(error = error_of([&] {
                      Session session(forge.bytes(), text);
                      use(session, of.request);
                    }))
        << of.config << ": " << what;
    if (!error) return;
    ASSERT_NE(error->field, "checksum") << what;
    const auto at = error->expected.find("shape [");
    if (at == std::string::npos) return;
    const auto shape = Json::parse(error->expected.substr(at + 6)).get<std::vector<std::int64_t>>();
    std::int64_t size = 4;
    for (const std::int64_t s : shape) size *= s;
    if (size > 1'000'000) return;
    std::erase_if(forge.tensors, [&](const Forge::Tensor& t) { return t.name == error->field; });
    forge.tensors.push_back({error->field, shape, Bytes(std::size_t(size))});
  }
}

TEST(HostileTasks, TheFilesThemselvesGoOn) {
  for (const TaskFile& f : task_files()) {
    Session session(f.file, f.text);
    EXPECT_TRUE(std::isfinite(session.trainer().step().loss)) << f.config;
    EXPECT_NO_THROW(session.example(Split::train, 0)) << f.config;
    if (!f.request.empty()) EXPECT_NO_THROW(session.predict(f.request)) << f.config;
  }
}

TEST(HostileTasks, OtherSizesAreRefusedOrWork) {
  for (const TaskFile& f : task_files())
    for (const char* key : {"symbols", "numbers", "outputs", "context", "lengths"})
      for (const int size : {0, 1, 2, 3, 65536}) {
        Forge forge(f.file);
        Json symbols = Json::parse(forge.metadata.at("symbols"));
        symbols[key] = size;
        forge.metadata["symbols"] = symbols.dump();
        open_obligingly(forge, f, f.text, key + std::string(" = ") + std::to_string(size));
        open_obligingly(forge, f, "", key + std::string(" = ") + std::to_string(size) + ", no text");
      }
}

TEST(HostileTasks, OtherNamesAreRefusedOrWork) {
  for (const TaskFile& f : task_files())
    for (const char* key : {"inputs", "targets"})
      for (const char* names : {"[]", R"([""])", R"(["a"])", R"(["a","a","a"])", R"(["a","b","c","d","e"])",
                                R"(["<img src=x onerror=__xss=1>","__proto__","‮"])"})
        for (const int changed : {0, 1, 2}) {
          Forge forge(f.file);
          Json symbols = Json::parse(forge.metadata.at("symbols"));
          symbols[key] = Json::parse(names);
          if (changed > 0) symbols["inputs"] = symbols["targets"] = symbols[key];
          const auto count = symbols["targets"].size(), end = std::size_t(changed == 2);
          if (changed > 0) symbols["outputs"] = count + end;
          if (changed > 0 && symbols["symbols"] != 0) symbols["symbols"] = count + end;
          forge.metadata["symbols"] = symbols.dump();
          open_obligingly(forge, f, f.text, names);
          open_obligingly(forge, f, "", names);
        }
}

TEST(HostileTasks, ATaskOfAnotherNameIsRefusedOrWorks) {
  for (const TaskFile& f : task_files())
    for (const TaskFile& other : task_files()) {
      Forge forge(f.file);
      forge.metadata["config"] = Forge(other.file).metadata.at("config");
      open_obligingly(forge, f, f.text, other.config);
      open_obligingly(forge, other, other.text, other.config);
    }
}

// Weights alone may be opened with examples that they were not trained on, if these are of their symbols and sizes.
TEST(HostileTasks, ExamplesOfOtherSymbolsOrSizesAreRefused) {
  const auto opened = [](std::size_t which, const std::string& text) {
    const TaskFile& f = task_files()[which];
    const Bytes weights = Session(f.file, f.text).save(false);
    Session session(weights, text);
    session.trainer().step();
  };
  EXPECT_NO_THROW(opened(0, repeated("cab\tbac\nab\tba\n", 4)));
  EXPECT_TRUE(refuses(ErrorCode::invalid_text, "text", [&] { opened(0, repeated("abd\tdba\nc\tc\n", 4)); }));
  EXPECT_NO_THROW(opened(0, repeated("ab\tba\n", 4))) << "some of its symbols";
  EXPECT_NO_THROW(opened(3, repeated("abc\nca\n", 4)));
  EXPECT_TRUE(refuses(ErrorCode::invalid_text, "text", [&] { opened(3, repeated("abcabcabc\nca\n", 4)); }))
      << "longer than it can count";
  EXPECT_TRUE(refuses(ErrorCode::invalid_text, "text", [&] { opened(5, repeated("x\tabc\nz\tba\n", 4)); }));
  EXPECT_TRUE(refuses(ErrorCode::invalid_text, "text", [&] { opened(7, repeated("1,2,3\n0.5,3,4\n", 9)); }));
  EXPECT_TRUE(refuses(ErrorCode::invalid_text, "text", [&] { opened(8, repeated("1 1,2 2\t3\n4 4\t5\n", 4)); }));
  EXPECT_TRUE(refuses(ErrorCode::invalid_text, "text", [&] { opened(8, repeated("1,2\t3,3\n4\t5,5\n", 4)); }));
}

TEST(HostileTasks, TargetsLongerThanANetworkCanCountAreRefused) {
  Session session(task_files()[3].file, "");
  EXPECT_NO_THROW(session.predict({{"target", "abc"}}));
  EXPECT_TRUE(refuses(ErrorCode::invalid_argument, "target", [&] { session.predict({{"target", "abca"}}); }));
}

TEST(HostileTasks, RandomMetadataNeverCrashes) {
  Rng rng(4, Stream::test);
  const auto below = [&](std::size_t n) { return std::size_t(rng.uniform() * double(n)); };
  for (const TaskFile& f : task_files())
    for (int round = 0; round < 60; ++round) {
      Forge forge(f.file);
      std::string& text = forge.metadata.at(round % 3 == 0 ? "progress" : round % 3 == 1 ? "symbols" : "config");
      for (int changes = 1 + int(below(3)); changes > 0; --changes) {
        const std::size_t at = below(text.size());
        if (rng.uniform() < 0.5)
          text[at] = char(rng.word() & 127);
        else
          text.erase(at, 1 + below(4));
      }
      open_obligingly(forge, f, f.text, text);
    }
}

}  // namespace
}  // namespace unfold::test
