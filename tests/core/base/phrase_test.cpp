// Texts of parts, and sorting.
#include "unfold/base/phrase.h"

#include <algorithm>
#include <vector>

#include "support.h"
#include "unfold/base/rng.h"
#include "unfold/base/sorting.h"

namespace unfold::test {
namespace {

TEST(Phrase, PutsPartsInTheirPlaces) {
  const std::string text = "text";
  EXPECT_EQ(phrase("{}", {"x"}), "x");
  EXPECT_EQ(phrase("{}: {}, {}{} and {}.", {text, std::string_view(text).substr(1), -12, 0u, "{}"}),
            "text: ext, -120 and {}.");
  EXPECT_EQ(phrase("{\"a\":{}}", {std::string("é\0", 3)}), "{\"a\":" + std::string("é\0", 3) + "}");
}

TEST(Sort, AsTheLibrary) {
  Rng rng(1, Stream::test);
  for (std::size_t count = 0; count < 200; ++count) {
    std::vector<int> numbers;
    for (std::size_t i = 0; i < count; ++i) numbers.push_back(int(rng.uniform() * 50));
    std::vector<std::string> texts;
    for (const int x : numbers) texts.push_back("a text of number " + std::to_string(x));
    std::vector<int> sorted = numbers;
    std::vector<std::string> sorted_texts = texts;
    std::sort(sorted.begin(), sorted.end(), std::greater<>());
    std::sort(sorted_texts.begin(), sorted_texts.end());
    sort(numbers, std::greater<>());
    sort(texts);
    ASSERT_EQ(numbers, sorted);
    ASSERT_EQ(texts, sorted_texts);
  }
}

}  // namespace
}  // namespace unfold::test
