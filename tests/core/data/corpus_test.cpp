// The fuzzers' corpus, replayed: what once was found stays mended, in every build. Each file is also tried with a few
// hundred changes, always the same ones.
#include <filesystem>
#include <fstream>

#include "../fuzz/targets.h"
#include "support.h"
#include "unfold/base/rng.h"

namespace unfold::test {
namespace {

using Bytes = std::vector<std::uint8_t>;

std::vector<std::filesystem::path> corpus(const std::string& target) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(std::string(CORPUS_FOLDER "/") + target))
    files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

Bytes read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void mutate(Bytes& bytes, Rng& rng) {
  const auto below = [&](std::size_t n) { return std::ptrdiff_t(rng.uniform() * double(n)); };
  for (std::ptrdiff_t changes = 1 + below(4); changes > 0 && !bytes.empty(); --changes) {
    const std::ptrdiff_t at = below(bytes.size()), kind = below(4);
    if (kind == 0) bytes[std::size_t(at)] = std::uint8_t(rng.word());
    if (kind == 1) bytes[std::size_t(at)] ^= std::uint8_t(1 << (rng.word() & 7));
    if (kind == 2) bytes.erase(bytes.begin() + at, std::min(bytes.end(), bytes.begin() + at + 1 + below(8)));
    if (kind == 3) bytes.insert(bytes.begin() + at, bytes[std::size_t(below(bytes.size()))]);
  }
}

class Corpus : public testing::TestWithParam<fuzz::Named> {};

TEST_P(Corpus, KeepsItsPromises) {
  const auto files = corpus(GetParam().name);
  ASSERT_GE(files.size(), 5u) << "of " << GetParam().name;
  Rng rng(11, Stream::test);
  for (const auto& path : files) {
    const Bytes good = read(path);
    EXPECT_NO_THROW(GetParam().run(good)) << path;
    for (int round = 0; round < 100; ++round) {
      Bytes bytes = good;
      mutate(bytes, rng);
      ASSERT_NO_THROW(GetParam().run(bytes)) << path << ", round " << round;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Fuzz, Corpus, testing::ValuesIn(fuzz::targets),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace unfold::test
