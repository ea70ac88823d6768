// What the tests share: goldens, comparisons, small texts.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "unfold/api/session.h"
#include "unfold/base/error.h"
#include "unfold/base/real.h"
#include "unfold/config/config.h"
#include "unfold/model/network.h"

namespace unfold::test {

inline constexpr bool is_double = sizeof(Real) == 8;

/// A file of tests/golden, without ".json".
Json golden(const std::string& name);
/// The names of those that begin with `prefix`.
std::vector<std::string> goldens(const std::string& prefix);

// Reproducible inputs -----------------------------------------------------------------------------------------

/// n letters, of the first `symbols` ≤ 26, with some order in them that a network can learn.
std::string letters(Index n, int symbols, std::uint64_t seed = 1);
std::vector<Token> random_tokens(Index n, Index V, std::uint64_t seed = 1);
/// Uniform in ±limit.
void randomize(std::span<Real> x, double limit, std::uint64_t seed = 1);

// Parts of a network ------------------------------------------------------------------------------------------

inline std::span<Real> all_parameters(Network& network) {
  return {network.parameters(), std::size_t(network.table().size())};
}
/// The elements of the tensor of that name; fails the test if there is none.
std::span<Real> tensor(Network& network, const std::string& name);
/// Copies every tensor of `from` into the one of the same name in `to`; the others of `to` become 0.
void copy_by_name(Network& from, Network& to);
/// Copies input tokens (T·N) in and runs forward.
void run(Network& network, Workspace& workspace, const std::vector<Token>& tokens);
std::vector<Real> logits_of(Network& network, Workspace& workspace);

// Comparisons -------------------------------------------------------------------------------------------------

/// Byte for byte, so NaN = NaN and +0 ≠ −0.
testing::AssertionResult same_bits(std::span<const Real> a, std::span<const Real> b);
testing::AssertionResult same_bytes(const std::vector<std::byte>& a, const std::vector<std::byte>& b);
/// Largest |a − b| over largest |b|.
double relative_error(std::span<const Real> a, const std::vector<double>& b);

/// The error that f throws; other exceptions pass through and fail the test.
template <class F>
std::optional<Error> error_of(const F& f) {
  try {
    f();
  } catch (const Error& error) {
    return error;
  }
  return {};
}

/// Whether f throws Error with that code, for that field ("" = any), telling what it expected and got.
template <class F>
testing::AssertionResult refuses(ErrorCode code, const std::string& field, const F& f) {
  const std::optional<Error> error = error_of(f);
  if (!error) return testing::AssertionFailure() << "accepted";
  if (error->code != code) return testing::AssertionFailure() << to_string(error->code) << ": " << error->what();
  if (!field.empty() && error->field != field) return testing::AssertionFailure() << "another field: " << error->what();
  if (error->field.empty() || error->expected.empty() || error->actual.empty())
    return testing::AssertionFailure() << "says too little: " << error->what();
  return testing::AssertionSuccess() << error->what();
}

/// A name for a parameterised test: letters, digits and _ only.
std::string test_name(const std::string& text);

/// Evaluates one window more.
Evaluation evaluate_window(Trainer& trainer);

/// Puts threads and kernels back as they were.
class KeepSettings {
 public:
  KeepSettings();
  ~KeepSettings();
  KeepSettings(const KeepSettings&) = delete;

 private:
  int threads_;
  std::string kernels_;
  bool fast_;
};

}  // namespace unfold::test
