#include "unfold/data/csv.h"

#include <algorithm>

#include "unfold/base/error.h"
#include "unfold/base/sorting.h"
#include "unfold/data/cells.h"
#include "unfold/data/dates.h"
#include "unfold/data/lines.h"

namespace unfold {

CsvRows::CsvRows(std::string_view text, char separator, CsvFields kind)
    : text_(text), separator_(separator), prose_(kind != CsvFields::numbers), quotes_(kind != CsvFields::plain_prose) {
  if (text_.starts_with("\xEF\xBB\xBF")) cursor_ = 3;
}

void CsvRows::check() const {
  if (trouble) refuse_text(line_field(line), trouble, instead);
}

bool CsvRows::at_line_end() const {
  if (cursor_ == text_.size()) return true;
  if (text_[cursor_] != '\r') return text_[cursor_] == '\n';
  return !prose_ || cursor_ + 1 == text_.size() || text_[cursor_ + 1] == '\n';
}

void CsvRows::skip_spaces() {
  while (separator_ == ' ' && !at_line_end() && is_separator(text_[cursor_])) ++cursor_;
}

void CsvRows::skip_comments() {
  comment = {};
  while (!prose_ && cursor_ < text_.size() && text_[cursor_] == '#') {
    const std::size_t from = ++cursor_;
    while (!at_line_end()) ++cursor_;
    comment = text_.substr(from, cursor_ - from);
    ++comments;
    end_line();
  }
}

bool CsvRows::next() {
  skip_comments();
  if (trouble || cursor_ >= text_.size()) return false;
  fields.clear();
  spans_.clear();
  copies_.clear();
  line = next_line_;
  at = cursor_;
  skip_spaces();
  blank = at_line_end();
  for (bool more = true; more;) {
    const std::size_t from = cursor_;
    if (quotes_ && from < text_.size() && text_[from] == '"') {
      if (!quoted_field()) return false;
    } else {
      skip_field();
      spans_.push_back({from, cursor_ - from, false});
    }
    const std::size_t end = cursor_;
    skip_spaces();
    more = !at_line_end() && (separator_ != ' ' || cursor_ > end);
    if (more && separator_ != ' ') ++cursor_;
  }
  end_line();
  for (const auto& [from, size, copied] : spans_)
    fields.push_back((copied ? std::string_view(copies_) : text_).substr(from, size));
  return true;
}

void CsvRows::skip_field() {
  while (!at_line_end() && !is_separator(text_[cursor_])) ++cursor_;
}

bool CsvRows::quoted_field() {
  const std::size_t copy = copies_.size();
  std::size_t from = ++cursor_;  // what has not been copied
  for (;; ++cursor_) {
    if (cursor_ >= text_.size()) {
      trouble = "a quotation mark that ends the field", instead = "the end of the text";
      return false;
    }
    const char c = text_[cursor_];
    if (c == '\n' || (c == '\r' && !prose_ && !text_.substr(cursor_ + 1).starts_with('\n'))) ++next_line_;
    if (c != '"') continue;
    if (!text_.substr(cursor_ + 1).starts_with('"')) break;
    copies_.append(text_, from, ++cursor_ - from);
    from = cursor_ + 1;
  }
  std::size_t end = cursor_++;
  if (prose_) {
    const std::size_t behind = cursor_;
    skip_field();
    if (cursor_ > behind) {
      copies_.append(text_, from, end - from);
      from = behind;
      end = cursor_;
    }
  } else if (separator_ != ' ') {
    while (!at_line_end() && text_[cursor_] == ' ') ++cursor_;
  }
  if (copies_.size() == copy) {
    spans_.push_back({from, end - from, false});
  } else {
    copies_.append(text_, from, end - from);
    spans_.push_back({copy, copies_.size() - copy, true});
  }
  if (at_line_end() || is_separator(text_[cursor_])) return true;
  trouble = "a separator after a quotation mark that ends a field", instead = "text";
  return false;
}

void CsvRows::end_line() {
  ++next_line_;
  if (cursor_ >= text_.size()) return;
  const bool two = text_[cursor_] == '\r' && text_.substr(cursor_ + 1).starts_with('\n');
  cursor_ += two ? 2 : 1;
}

// The dialect --------------------------------------------------------------------------------------------------

namespace {

constexpr char candidates[]{';', '\t', ',', '|', ' ', 0};
constexpr Index sampled_rows = 200;

/// How well a separator fits the first rows of a text.
struct Fit {
  Index rows = 0, usual = 0;  // of them with the most frequent number of fields
  Index width = 0;            // that number
  Index known = 0, unknown = 0;
  bool consistent() const { return width > 1 && 5 * usual >= 4 * rows; }
  double share() const { return known + unknown > 0 ? double(known) / double(known + unknown) : 0; }
};

Index most_frequent(std::vector<Index> widths) {
  sort(widths);
  Index best = 0, most = 0, run = 0;
  for (std::size_t i = 0; i < widths.size(); ++i) {
    run = i > 0 && widths[i] == widths[i - 1] ? run + 1 : 1;
    if (run >= most) most = run, best = widths[i];
  }
  return best;
}

Fit fit_of(std::string_view text, char separator) {
  Fit fit;
  std::vector<Index> widths;
  const auto each_row = [&](const auto& f) {  // up to where the grammar is broken: the reader says so
    CsvRows row(text, separator);
    for (Index n = 0; n < sampled_rows && row.next();)
      if (!row.blank) f(row.fields, n++);
  };
  each_row([&](const auto& fields, Index) { widths.push_back(Index(fields.size())); });
  fit.rows = Index(widths.size());
  fit.width = most_frequent(widths);
  fit.usual = std::count(widths.begin(), widths.end(), fit.width);
  bool first = fit.usual > 1;  // which may be a header
  each_row([&](const auto& fields, Index) {
    if (Index(fields.size()) != fit.width || std::exchange(first, false)) return;
    for (const std::string_view field : fields)  // of one column, a comma separates rather than points
      if (!is_missing(field)) ++(is_value(field, separator != 0) ? fit.known : fit.unknown);
  });
  return fit;
}

char find_separator(std::string_view text) {
  char best = 0, any = 0;
  double most = -1;
  for (const char separator : candidates) {
    const Fit fit = fit_of(text, separator);
    if (separator == 0 && any != 0 && most < 0)
      return any == ' ' && fit.share() == 1 ? separator : any;  // ragged: the reader says where
    if (fit.width > 1 && any == 0) any = separator;
    if ((separator == 0 || fit.consistent()) && fit.share() > most) best = separator, most = fit.share();
  }
  return best;
}

}  // namespace

namespace {

/// "31.1.2024".
bool is_dotted_date(std::string_view field) {
  Moment m;
  return field.find('.') != field.npos && field.find('-') == field.npos && is_moment(field, m) && m.day > 0 && !m.words;
}

/// "1.037", "12,500": a number whichever of the two is decimal.
bool is_unsure(std::string_view field) {
  Quantity points, commas;
  return field.find_first_of(".,") != field.npos && parse_quantity(field, '.', points) &&
         parse_quantity(field, ',', commas) && decimal_of(field) == 0;
}

}  // namespace

Dialect find_dialect(std::string_view text) {
  Dialect d{.separator = find_separator(text)};
  Index votes[2]{};
  bool dotted = false;
  for (CsvRows row(text, d.separator); row.next();)
    for (const std::string_view field : row.fields) {
      if (const char decimal = decimal_of(field)) ++votes[decimal == ','];
      if (d.unsure.empty() && is_unsure(field)) d.unsure = bare(field);
      dotted = dotted || (d.separator == ';' && is_dotted_date(field));
    }
  const bool told = votes[0] + votes[1] > 0;
  if (told ? votes[1] > votes[0] : dotted && !d.unsure.empty()) d.decimal = ',';
  if (told) d.unsure.clear();
  d.width = fit_of(text, d.separator).width;
  return d;
}

std::string separator_name(char separator) {
  if (separator == 0) return "none";
  return separator == '\t' ? "tab" : separator == ' ' ? "space" : std::string(1, separator);
}

}  // namespace unfold
