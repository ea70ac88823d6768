#include <algorithm>
#include <tuple>
#include <utility>

#include "unfold/base/numeric.h"
#include "unfold/base/sorting.h"
#include "unfold/data/dataset_part.h"
#include "unfold/data/tokens.h"

namespace unfold {
namespace {

/// The lines of a text, without a byte-order mark and the ends "\n" or "\r\n"; the last may lack its end.
class Lines {
 public:
  explicit Lines(std::string_view whole) : rest_(whole) {
    if (rest_.starts_with("\xEF\xBB\xBF")) rest_.remove_prefix(3);
  }
  bool next() {
    if (rest_.empty()) return false;
    const std::size_t end = rest_.find('\n');
    text = rest_.substr(0, end);
    rest_.remove_prefix(std::min(rest_.size(), text.size() + 1));
    if (text.ends_with('\r')) text.remove_suffix(1);
    ++number_;
    return true;
  }
  [[noreturn]] void refuse(std::string expected, std::string actual) const {
    refuse_text(line_field(number_), std::move(expected), std::move(actual));
  }
  std::string_view text;

 private:
  std::string_view rest_;
  Index number_ = 0;
};

// Symbols ------------------------------------------------------------------------------------------------------

/// Which symbols there are.
class Alphabet {
 public:
  /// Those of a sequence of a line; gives back how many it has.
  Index add(const Lines& line, std::string_view sequence) {
    const std::size_t before = symbols_.size();
    try {
      Vocabulary().encode(sequence, &symbols_);  // one that knows nothing: every symbol is lost, hence told
    } catch (const Error& e) {
      line.refuse("UTF-8", e.actual);
    }
    const Index count = Index(symbols_.size() - before);
    if (symbols_.size() > 4 * most_symbols) settle();
    if (distinct_ > most_symbols) line.refuse("at most " + std::to_string(most_symbols) + " symbols", "more");
    return count;
  }
  Vocabulary vocabulary() {
    settle();
    if (distinct_ > most_symbols)
      refuse_text("text", "at most " + std::to_string(most_symbols) + " symbols", std::to_string(distinct_));
    return Vocabulary::from_symbols(symbols_, false, false);
  }

 private:
  void settle() {
    sort(symbols_);
    symbols_.erase(std::unique(symbols_.begin(), symbols_.end()), symbols_.end());
    distinct_ = symbols_.size();
  }
  std::vector<std::uint32_t> symbols_;
  std::size_t distinct_ = 0;
};

std::vector<std::string> names_of(const Vocabulary& v) {
  std::vector<std::string> names(std::size_t(v.size()));
  for (int i = 0; i < v.size(); ++i) v.decode(Token(i), names[std::size_t(i)]);
  return names;
}

// Numbers ------------------------------------------------------------------------------------------------------

constexpr double largest = 1e15;  // its square is still far from the end of a float

std::string_view trimmed(std::string_view s) {
  while (s.starts_with(' ')) s.remove_prefix(1);
  while (s.ends_with(' ')) s.remove_suffix(1);
  return s;
}

/// A decimal number. Of our own: the library's follow the locale, or are missing in some, and the bits shall be the
/// same everywhere. 18 digits count; within 15 digits and 10^±22 the result is the nearest double.
bool parse_number(std::string_view s, double& x) {
  const auto digit = [&](std::size_t i) { return i < s.size() && s[i] >= '0' && s[i] <= '9'; };
  std::size_t i = 0;
  const auto sign = [&] { return i < s.size() && (s[i] == '+' || s[i] == '-') && s[i++] == '-'; };
  const bool negative = sign();
  std::uint64_t digits = 0;
  std::int64_t scale = 0;
  bool any = false;
  for (bool point = false; digit(i) || (!point && i < s.size() && s[i] == '.'); ++i) {
    if (s[i] == '.') {
      point = true;
      continue;
    }
    any = true;
    if (digits < 100000000000000000u) {
      digits = digits * 10 + std::uint64_t(s[i] - '0');
      scale -= point;
    } else {
      scale += !point;
    }
  }
  if (!any) return false;
  if (i < s.size() && (s[i] == 'e' || s[i] == 'E')) {
    ++i;
    const bool small = sign();
    if (!digit(i)) return false;
    std::int64_t exponent = 0;
    for (; digit(i); ++i) exponent = std::min<std::int64_t>(exponent * 10 + (s[i] - '0'), 1000000000);
    scale += small ? -exponent : exponent;
  }
  if (i != s.size()) return false;
  x = digits == 0 ? 0 : double(digits);
  if (x > 0) x = scale < 0 ? x / numeric::power(10, -scale) : x * numeric::power(10, scale);
  if (negative) x = -x;
  return true;
}

/// Appends the numbers between separators; gives back how many.
Index read_numbers(const Lines& line, std::string_view text, const char* separators, std::vector<Real>& out) {
  for (Index column = 1;; ++column) {
    const std::size_t end = text.find_first_of(separators);
    const std::string_view field = trimmed(text.substr(0, end));
    double x = 0;
    if (!parse_number(field, x)) line.refuse("a number in column " + std::to_string(column), excerpt(field));
    if (!(x <= largest && x >= -largest)) line.refuse("numbers within ±1e15", excerpt(field));
    if (column > most_columns) line.refuse("at most " + std::to_string(most_columns) + " numbers", "more");
    out.push_back(Real(x));
    if (end == std::string_view::npos) return column;
    text.remove_prefix(end + 1);
  }
}

/// Names, not numbers.
bool is_header(std::string_view text, const char* separators) {
  for (double x = 0;;) {
    const std::size_t end = text.find_first_of(separators);
    if (parse_number(trimmed(text.substr(0, end)), x)) return false;
    if (end == std::string_view::npos) return true;
    text.remove_prefix(end + 1);
  }
}

void need_columns(const Lines& line, Index columns, Index& first, const char* what) {
  if (first == 0) first = columns;
  if (columns != first) line.refuse(std::to_string(first) + what + ", like the first", std::to_string(columns) + what);
}

// The formats --------------------------------------------------------------------------------------------------

Index longest(const Config& config) { return std::max<Index>(config.task.longest, 1); }

void need_length(const Lines& line, Index count, const Config& config) {
  if (count < 1 || count > longest(config))
    line.refuse("a sequence of 1 to " + std::to_string(longest(config)) + " steps (task.longest)",
                std::to_string(count));
}

/// What stands before and behind the one tab of a line.
std::pair<std::string_view, std::string_view> halves(const Lines& line, const char* tab = "\t") {
  const std::size_t at = line.text.find_first_of(tab);
  if (at == std::string_view::npos) line.refuse("a tab between two parts", excerpt(line.text));
  const std::string_view right = line.text.substr(at + 1);
  if (right.find('\t') != std::string_view::npos) line.refuse("one tab", "more");
  return {line.text.substr(0, at), right};
}

/// generate, classify, tag, translate.
std::vector<Example> read_sequences(std::string_view text, const Config& config, Dataset& data) {
  struct Row {
    std::string_view input, target;
  };
  std::vector<Row> rows;
  std::vector<Example> examples;
  std::vector<std::string_view> labels;
  Alphabet inputs, targets, unused;
  const std::string& task = config.task.name;
  const bool generate = task == "generate", classify = task == "classify", tag = task == "tag";
  data.context = generate ? config.task.context : 0;
  for (Lines line(text); line.next();) {
    if (line.text.empty()) continue;
    Row row{{}, line.text};
    Example e;
    if (!generate || data.context > 0) std::tie(row.input, row.target) = halves(line);
    if (generate) {
      if (data.context > 0) {
        const Index count = read_numbers(line, row.input, ",", e.context);
        if (count != data.context)
          line.refuse(std::to_string(data.context) + " numbers of context", std::to_string(count));
      }
      need_length(line, inputs.add(line, row.target), config);
    } else if (classify) {
      std::swap(row.input, row.target);
      need_length(line, inputs.add(line, row.input), config);
      if (row.target.empty()) line.refuse("a label before the tab", "nothing");
      Alphabet().add(line, row.target);
      labels.push_back(row.target);
    } else {
      const Index source = inputs.add(line, row.input), target = (tag ? targets : inputs).add(line, row.target);
      need_length(line, source, config);
      need_length(line, target, config);
      if (tag && source != target)
        line.refuse(std::to_string(source) + " labels, one a symbol", std::to_string(target));
    }
    rows.push_back(row);
    examples.push_back(std::move(e));
  }
  if (rows.empty()) return examples;

  const Vocabulary input = inputs.vocabulary();
  const Vocabulary output = tag ? targets.vocabulary() : input;
  sort(labels);
  labels.erase(std::unique(labels.begin(), labels.end()), labels.end());
  if (labels.size() > most_symbols)
    refuse_text("text", "at most " + std::to_string(most_symbols) + " labels", std::to_string(labels.size()));
  data.inputs = names_of(input);
  data.targets = names_of(output);
  if (classify) data.targets.assign(labels.begin(), labels.end());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!generate) examples[i].input = input.encode(rows[i].input);
    if (classify)
      examples[i].target = {Token(std::lower_bound(labels.begin(), labels.end(), rows[i].target) - labels.begin())};
    else
      examples[i].target = output.encode(rows[i].target);
  }
  return examples;
}

/// regress with one answer a series: a line each.
std::vector<Example> read_pooled(std::string_view text, const Config& config, Dataset& data) {
  std::vector<Example> examples;
  for (Lines line(text); line.next();) {
    if (line.text.empty()) continue;
    Example e;
    auto [series, answer] = halves(line, "\t;");
    for (Index steps = 1;; ++steps) {
      const std::size_t end = series.find(',');
      need_columns(line, read_numbers(line, trimmed(series.substr(0, end)), " ", e.numbers), data.numbers,
                   " numbers a step");
      need_length(line, steps, config);
      if (end == std::string_view::npos) break;
      series.remove_prefix(end + 1);
    }
    need_columns(line, read_numbers(line, answer, ",", e.values), data.outputs, " numbers to foretell");
    examples.push_back(std::move(e));
  }
  return examples;
}

/// regress at every step: rows, and an empty line between series; pieces of at most so many steps.
std::vector<Example> read_series(std::string_view text, Index longest_piece, Dataset& data) {
  const char* separators = ",;\t";
  std::vector<Example> examples;
  std::vector<Real> rows;  // of the piece that is being read
  Index count = 0;
  bool begins = true, fresh = true;  // the text; a series
  const auto finish = [&] {
    if (count > 1) examples.push_back(foretell(rows, data.numbers));
  };
  Lines line(text);
  while (line.next()) {
    if (line.text.empty()) {
      if (count == 1 && fresh) line.refuse("two rows a series or more", "one");
      finish();
      rows.clear();
      count = 0;
      fresh = true;
      continue;
    }
    if (std::exchange(begins, false) && is_header(line.text, separators)) continue;
    need_columns(line, read_numbers(line, line.text, separators, rows), data.numbers, " columns");
    if (++count > longest_piece) {  // the next piece begins with the row foretold last
      finish();
      rows.erase(rows.begin(), rows.end() - data.numbers);
      count = 1;
      fresh = false;
    }
  }
  if (count == 1 && fresh) line.refuse("two rows a series or more", "one");
  finish();
  data.outputs = data.numbers;
  return examples;
}

std::vector<Example> read_pieces(std::string_view text, const Config& config, Dataset& data) {
  std::vector<Example> examples = read_series(text, longest(config), data);
  if (examples.size() >= 3 || config.validation == 0) return examples;
  Index steps = 0;
  for (const Example& e : examples) steps += data.steps(e);
  return read_series(text, std::clamp(steps / 10, Index(1), longest(config)), data);
}

}  // namespace

Dataset read_dataset(std::string_view text, const Config& config) {
  const std::string& task = config.task.name;
  if (task == "notes") return read_music(text, config);
  Dataset data;
  std::vector<Example> examples;
  if (task == "regress")
    examples = config.task.pooled() ? read_pooled(text, config, data) : read_pieces(text, config, data);
  else if (task == "generate" || task == "classify" || task == "tag" || task == "translate")
    examples = read_sequences(text, config, data);
  else
    throw Error(ErrorCode::invalid_argument, "task.name", "a task that learns from examples", task);
  if (examples.empty()) refuse_text("text", "at least one example", "none");
  hold_back(std::move(examples), config, data);
  return data;
}

}  // namespace unfold
