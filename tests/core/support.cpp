#include "support.h"

#include <filesystem>
#include <fstream>

#include "unfold/base/parallel.h"
#include "unfold/base/rng.h"
#include "unfold/kernels/kernels.h"

namespace unfold::test {

Json golden(const std::string& name) {
  std::ifstream in(std::string(GOLDEN_FOLDER) + "/" + name + ".json");
  return Json::parse(in);
}

std::vector<std::string> goldens(const std::string& prefix) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(GOLDEN_FOLDER)) {
    const std::string name = entry.path().stem().string();
    if (name.starts_with(prefix) && entry.path().extension() == ".json") names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string letters(Index n, int symbols, std::uint64_t seed) {
  Rng rng(seed, Stream::test);
  std::string text;
  for (int last = 0; Index(text.size()) < n;) {
    last = rng.uniform() < 0.7 ? (last * 3 + 1) % symbols : int(rng.uniform() * symbols);
    text.push_back(char('a' + last));
  }
  return text;
}

std::vector<Token> random_tokens(Index n, Index V, std::uint64_t seed) {
  Rng rng(seed, Stream::test, 1);
  std::vector<Token> tokens;
  while (Index(tokens.size()) < n) tokens.push_back(Token(rng.uniform() * double(V)));
  return tokens;
}

void randomize(std::span<Real> x, double limit, std::uint64_t seed) {
  Rng rng(seed, Stream::test, 2);
  for (Real& value : x) value = Real((2 * rng.uniform() - 1) * limit);
}

std::span<Real> tensor(Network& network, const std::string& name) {
  const int i = network.table().find(name);
  EXPECT_GE(i, 0) << "no tensor " << name;
  if (i < 0) return {};
  const Parameter& p = network.table()[i];
  return {network.parameters() + p.offset, std::size_t(p.size())};
}

void copy_by_name(Network& from, Network& to) {
  std::ranges::fill(all_parameters(to), Real(0));
  for (const Parameter& p : from.table()) std::ranges::copy(tensor(from, p.name), tensor(to, p.name).begin());
  to.touch();
}

void run(Network& network, Workspace& workspace, const std::vector<Token>& tokens) {
  ASSERT_EQ(Index(tokens.size()), workspace.steps() * workspace.columns());
  std::copy(tokens.begin(), tokens.end(), workspace.tokens(0));
  network.forward(workspace);
}

std::vector<Real> logits_of(Network& network, Workspace& workspace) {
  const Real* logits = workspace.logits();
  return {logits, logits + network.symbols() * workspace.steps() * workspace.columns()};
}

testing::AssertionResult same_bits(std::span<const Real> a, std::span<const Real> b) {
  if (a.size() != b.size()) return testing::AssertionFailure() << a.size() << " and " << b.size() << " elements";
  if (std::memcmp(a.data(), b.data(), a.size_bytes()) == 0) return testing::AssertionSuccess();
  std::size_t differ = 0, first = a.size();
  for (std::size_t i = 0; i < a.size(); ++i)
    if (std::memcmp(&a[i], &b[i], sizeof(Real)) != 0) {
      ++differ;
      first = std::min(first, i);
    }
  return testing::AssertionFailure() << differ << " of " << a.size() << " elements differ, first " << first << ": "
                                     << std::hexfloat << a[first] << " and " << b[first];
}

testing::AssertionResult same_bytes(const std::vector<std::byte>& a, const std::vector<std::byte>& b) {
  if (a == b) return testing::AssertionSuccess();
  const auto [at, other] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  return testing::AssertionFailure() << a.size() << " and " << b.size() << " bytes, first difference at "
                                     << at - a.begin();
}

double relative_error(std::span<const Real> a, const std::vector<double>& b) {
  EXPECT_EQ(a.size(), b.size());
  double worst = 0, scale = 0;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    if (!std::isfinite(a[i])) return INFINITY;
    worst = std::max(worst, std::fabs(double(a[i]) - b[i]));
    scale = std::max(scale, std::fabs(b[i]));
  }
  return scale > 0 ? worst / scale : worst;
}

std::string test_name(const std::string& text) {
  std::string name;
  for (const char c : text) name.push_back(std::isalnum(static_cast<unsigned char>(c)) ? c : '_');
  return name;
}

Evaluation evaluate_window(Trainer& trainer) {
  for (;;)
    if (const std::optional<Evaluation> e = trainer.advance_evaluation()) return *e;
}

KeepSettings::KeepSettings() : threads_(threads()), kernels_(kernels::active().name), fast_(kernels::active().fast) {}

KeepSettings::~KeepSettings() {
  set_threads(threads_);
  kernels::select(kernels_.c_str(), fast_);
}

}  // namespace unfold::test
