// The order of a table's rows in time: the newest may stand first, or they stand in none; and how far apart they are.
#include <algorithm>
#include <cmath>

#include "unfold/base/phrase.h"
#include "unfold/base/sorting.h"
#include "unfold/data/lines.h"
#include "unfold/data/table_part.h"

namespace unfold {
namespace {

/// 1: the dates of each series rise; −1: they fall; 0: neither, or all are the same.
int order_of(const TableReading& r, Index c, bool day_first) {
  std::string series;
  double last = -1;  // in hours, all months alike
  bool up = false, down = false;
  for (TableRows rows(r.text, r.layout); rows.next();) {
    if (rows.blank()) continue;
    const std::string_view own = r.form.id < 0 ? std::string_view() : bare(rows.fields()[std::size_t(r.form.id)]);
    Moment m;
    if (!parse_moment(rows.fields()[std::size_t(c)], day_first, m)) continue;
    const double now = ((m.year * 12.0 + m.month) * 31 + m.day) * 24 + m.hour;
    if (last >= 0 && own == series) {
      up = up || now > last;
      down = down || now < last;
      if (up && down) return 0;
    }
    series = own;
    last = now;
  }
  return int(up) - int(down);
}

/// A row and when it is.
struct TimedRow {
  Index series = 0, seconds = 0, line = 0;
  Moment m;
  std::string_view text, field;
};

bool goes_before(const TimedRow& a, const TimedRow& b) {
  if (a.series != b.series) return a.series < b.series;
  return a.seconds != b.seconds ? a.seconds < b.seconds : a.line < b.line;
}

constexpr Index seconds_a_day = 86400;

/// All rows; none where one has no date with a year.
std::vector<TimedRow> timed_rows(const TableReading& r, Index c) {
  std::vector<TimedRow> all;
  Index series = -1;
  for (SeriesRows rows(r, r.form.id); rows.next();) {
    series += rows.begins();
    TimedRow row{.series = series, .line = rows.line(), .text = rows.written(), .field = rows.field(c)};
    Moment& m = row.m;
    if (!parse_moment(row.field, r.profiles[std::size_t(c)].day_first, m) || m.year == 0) return {};
    const Index hours = Index(std::lround(std::max(m.hour, 0.0) * 3600));
    row.seconds = day_number(m.year, m.month, std::max(m.day, 1)) * seconds_a_day + hours;
    all.push_back(row);
  }
  return all;
}

/// The text with its rows in that order, and an empty line between series that have no names.
void write_rows(TableReading& r, const std::vector<TimedRow>& all) {
  std::string text;
  std::vector<Index> lines;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (r.form.id < 0 && i > 0 && all[i].series != all[i - 1].series) {
      text += '\n';
      lines.push_back(all[i].line);
    }
    text += all[i].text;
    if (!text.ends_with('\n') && !text.ends_with('\r')) text += '\n';
    lines.push_back(all[i].line);
  }
  r.grouped = std::move(text);
  r.text = r.grouped;
  r.layout.start = 0;
  r.layout.lines = std::move(lines);
}

/// How far apart rows that follow each other are, in months, working days or seconds.
class Spacing {
 public:
  explicit Spacing(const std::vector<TimedRow>& all) {
    const auto every = [&](auto&& f) { return std::all_of(all.begin(), all.end(), f); };
    months_ = every([&](const TimedRow& row) { return row.m.day == all[0].m.day; }) ||
              every([](const TimedRow& row) { return row.m.day > 27; });
    workdays_ = every([](const TimedRow& row) { return row.m.day > 0 && row.m.hour < 0 && weekday(row.m) < 5; });
  }
  bool workdays() const { return workdays_; }
  Index between(const TimedRow& a, const TimedRow& b) const {
    if (months_) return 12 * (b.m.year - a.m.year) + b.m.month - a.m.month;
    if (!workdays_) return b.seconds - a.seconds;
    const Index from = a.seconds / seconds_a_day, to = b.seconds / seconds_a_day;
    return to - from - 2 * ((to + 1) / 7 - (from + 1) / 7);
  }

 private:
  bool months_ = false, workdays_ = false;
};

Index usual_step(std::vector<Index> all, Index& count) {
  sort(all);
  Index best = 0;
  count = 0;
  for (std::size_t i = 0; i < all.size();) {
    const std::size_t from = i;
    while (i < all.size() && all[i] == all[from]) ++i;
    if (Index(i - from) > count) count = Index(i - from), best = all[from];
  }
  return best;
}

/// Steps that are wider than usual. Among working days, one in ten may be: holidays.
void say_gaps(TableReading& r, Index c, const std::vector<TimedRow>& all) {
  const Spacing spacing(all);
  std::vector<Index> steps;
  for (std::size_t i = 1; i < all.size(); ++i)
    if (all[i].series == all[i - 1].series)
      if (const Index step = spacing.between(all[i - 1], all[i]); step > 0) steps.push_back(step);
  if (steps.size() < 2) return;
  Index usual = 0;
  const Index step = usual_step(steps, usual), all_steps = Index(steps.size());
  const std::string& name = r.table.columns[std::size_t(c)].name;
  const Index gaps = std::count_if(steps.begin(), steps.end(), [&](Index one) { return one > step; });
  if (2 * usual < all_steps) {
    r.table.notes.push_back(phrase("The dates of {} are not evenly spaced.", {name}));
  } else if (gaps > 0 && !(spacing.workdays() && 10 * gaps <= all_steps)) {
    const auto wide = [&](const TimedRow& a, const TimedRow& b) {
      return a.series == b.series && spacing.between(a, b) > step;
    };
    const auto first = std::adjacent_find(all.begin(), all.end(), wide);
    r.table.notes.push_back(
        phrase("{} in the dates of {}, the first after {}.", {counted(gaps, "gap"), name, first->field}));
  }
}

/// Sorts what is in no order, and says what is odd about the dates. Where many dates repeat, the rows may be those of
/// several series, and stay as they are.
void put_in_order(TableReading& r, Index c) {
  std::vector<TimedRow> all = timed_rows(r, c);
  if (all.size() < 2) return;
  const std::string& name = r.table.columns[std::size_t(c)].name;
  const auto unsorted = [](const TimedRow& a, const TimedRow& b) {
    return a.series == b.series && b.seconds < a.seconds;
  };
  const auto jump = std::adjacent_find(all.begin(), all.end(), unsorted);
  const bool jumps = !r.backwards && jump != all.end();
  const Index line = jumps ? (jump + 1)->line : 0;
  sort(all, goes_before);
  std::vector<std::string_view> twice;
  for (std::size_t i = 1; i < all.size(); ++i)
    if (all[i].series == all[i - 1].series && all[i].seconds == all[i - 1].seconds) twice.push_back(all[i].field);
  const Index repeats = Index(twice.size());
  const bool several = 10 * repeats > Index(all.size());
  const auto dates = std::count_if(r.table.columns.begin(), r.table.columns.end(),
                                   [](const TableColumn& column) { return column.kind == ColumnKind::date; });
  if (repeats > 0 && dates == 1)
    r.table.notes.push_back(phrase("{} of {} {} one above, such as {}.",
                                   {counted(repeats, "date"), name, repeats == 1 ? "repeats" : "repeat", twice[0]}));
  if (jumps && several)
    r.table.notes.push_back(phrase(
        "Dates go back in line {} ({}): read in the order of the file; dataset.id tells series apart.", {line, name}));
  if (jumps && !several)
    r.table.notes.push_back(
        phrase("Rows are in no order of time, first in line {} ({}): sorted by date.", {line, name}));
  if (!several) say_gaps(r, c, all);
  if (jumps && !several) write_rows(r, all);
}

}  // namespace

Index first_of(const TableReading& r, ColumnKind kind) {
  for (std::size_t c = 0; c < r.table.columns.size(); ++c)
    if (r.table.columns[c].kind == kind) return Index(c);
  return -1;
}

void find_direction(TableReading& r) {
  const Index c = first_of(r, ColumnKind::date);
  if (c < 0) return;
  ColumnProfile& p = r.profiles[std::size_t(c)];
  int order = order_of(r, c, p.day_first);
  if (p.ambiguous()) {
    const int other = order_of(r, c, true);
    p.month_first = order != 0 && other == 0;
    p.day_first = order == 0 && other != 0;
    if (p.day_first) order = other;
    if (order != other && p.ambiguous()) return;
  }
  r.backwards = order < 0;
  if (r.backwards)
    r.table.notes.push_back(
        phrase("The newest row stands first ({}): read in the order of time.", {r.table.columns[std::size_t(c)].name}));
  if (!p.ambiguous()) put_in_order(r, c);
}

}  // namespace unfold
