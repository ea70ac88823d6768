// The dates that come next: how far apart the dates of a column are, and how it writes them.
#include <algorithm>
#include <cmath>

#include "unfold/data/cells.h"
#include "unfold/data/dates.h"
#include "unfold/data/lines.h"

namespace unfold {
namespace {

constexpr Index day_seconds = 86400;

/// A field that was read.
struct Dated {
  Moment m;
  DateNotation notation;
  std::string_view field;
  std::string_view part(char which) const {
    for (int i = 0; i < notation.count; ++i)
      if (const DateSpan& s = notation.spans[i]; s.part == which) return field.substr(s.from, s.size);
    return {};
  }
  bool has(char which) const { return !part(which).empty(); }
  Index days() const { return day_number(m.year, m.month, m.day); }
  /// Of the day.
  Index seconds() const { return m.hour < 0 ? 0 : Index(std::lround(m.hour * 3600)); }
  Index months() const { return 12 * m.year + m.month - 1; }
};

/// The field with the name of each part in its place.
std::string skeleton(const Dated& d) {
  std::string text(d.field);
  for (int i = d.notation.count; i-- > 0;) {
    const DateSpan& s = d.notation.spans[i];
    text.replace(s.from, s.size, 1, s.part);
  }
  return text;
}

Index days_in(Index months) {
  const int year = int(months / 12), month = int(months % 12) + 1;
  return (month == 12 ? day_number(year + 1, 1, 1) : day_number(year, month + 1, 1)) - day_number(year, month, 1);
}

/// What separates one date from the next.
struct Pace {
  enum Unit { none, seconds, days, months, workdays } unit = none;
  Index step = 0;
  int day = 0;  // of the month; beyond the end of a month it is its last day
};

/// The common difference of f over the fields, which must not be 0; with `cycle`, modulo that. 0: they differ.
template <class F>
Index step_of(std::span<const Dated> all, const F& f, Index cycle = 0) {
  const auto between = [&](std::size_t i) {
    const Index step = f(all[i]) - f(all[i - 1]);
    return cycle > 0 ? (step + cycle) % cycle : step;
  };
  const Index step = between(1);
  for (std::size_t i = 2; i < all.size(); ++i)
    if (between(i) != step) return 0;
  return std::max<Index>(step, 0);
}

bool is_weekend(Index day) { return (day + 1) % 7 > 4; }

Index next_workday(Index day) {
  do ++day;
  while (is_weekend(day));
  return day;
}

/// Dates that leave out weekends, and at most one working day in ten: holidays.
bool are_workdays(std::span<const Dated> all) {
  Index follow = 0;
  bool weekend = false;
  for (std::size_t i = 1; i < all.size(); ++i) {
    const Index before = all[i - 1].days(), now = all[i].days();
    if (now <= before || is_weekend(now) || is_weekend(before)) return false;
    follow += next_workday(before) == now;
    weekend = weekend || now - before > 2;
  }
  return weekend && 10 * follow >= 9 * Index(all.size() - 1);
}

Pace pace_of(std::span<const Dated> all) {
  const Dated& last = all.back();
  if (last.notation.fraction) return {};
  if (last.m.month == 0) return {Pace::seconds, step_of(all, [](const Dated& d) { return d.seconds(); }, day_seconds)};
  const auto months = [](const Dated& d) { return d.months(); };
  if (last.m.day == 0) return {Pace::months, step_of(all, months, last.m.year > 0 ? 0 : 12)};
  const auto same_time = [&](const Dated& d) { return d.seconds() == last.seconds(); };
  if (!std::all_of(all.begin(), all.end(), same_time))
    return {Pace::seconds,
            step_of(all, [&](const Dated& d) { return (d.days() - last.days()) * day_seconds + d.seconds(); })};
  int day = 0;
  for (const Dated& d : all) day = std::max(day, d.m.day);
  const auto fits = [&](const Dated& d) { return d.m.day == std::min<Index>(day, days_in(d.months())); };
  if (const Index step = step_of(all, months); step > 0 && !last.has('w') && std::all_of(all.begin(), all.end(), fits))
    return {Pace::months, step, day};
  if (const Index step = step_of(all, [](const Dated& d) { return d.days(); })) return {Pace::days, step};
  return are_workdays(all) ? Pace{Pace::workdays, 1} : Pace{};
}

// Writing ----------------------------------------------------------------------------------------------------------

/// How the fields write what may be written in several ways.
struct Style {
  bool bare[128]{}, padded[128]{};  // by part: numbers below ten have one digit, or two
  bool any_bare = false, german = false, whole = false;
};

Style style_of(std::span<const Dated> all) {
  Style style;
  for (const Dated& d : all) {
    for (int i = 0; i < d.notation.count; ++i)
      if (const DateSpan& s = d.notation.spans[i]; s.size == 1 && s.part != 'q')
        style.any_bare = style.bare[static_cast<unsigned char>(s.part)] = true;
      else if (d.field[s.from] == '0')
        style.padded[static_cast<unsigned char>(s.part)] = true;
    const std::string_view name = d.part('n');
    style.german = style.german || is_german_month(name);
    const bool whole = lowered(name) == month_name(is_german_month(name), d.m.month);
    style.whole = style.whole || (whole && code_points(name) > 3);
  }
  return style;
}

std::string number(Index value, std::size_t digits) {
  std::string text = std::to_string(value);
  if (text.size() < digits) text.insert(0, digits - text.size(), '0');
  return text;
}

/// A month's name in the letters, large or small, of another one.
std::string name_of(int month, std::string_view like, const Style& style) {
  std::string_view whole = month_name(style.german, month);
  std::string name(style.whole ? whole : first_code_points(whole, 3));
  const auto large = [](char c) { return c >= 'A' && c <= 'Z'; };
  for (std::size_t i = 0; i < name.size() && large(like[i > 0]); ++i)
    if (name[i] >= 'a' && name[i] <= 'z') name[i] = char(name[i] - 'a' + 'A');
  return name;
}

/// Digits of a part below ten. Where no field tells: as other parts have it, else one of an hour with AM or PM and of a
/// day behind a month's name.
std::size_t digits_of(const Dated& d, char part, const Style& style) {
  const std::size_t p = static_cast<unsigned char>(part);
  if (style.bare[p] || style.padded[p] || part == 'i' || part == 's') return style.bare[p] ? 1 : 2;
  const bool alone = (part == 'h' && d.has('p')) || (part == 'd' && d.notation.spans[0].part == 'n');
  return style.any_bare || alone ? 1 : 2;
}

/// A part of a date; `d` has its notation, and its field is the one that is rewritten.
std::string written(const Dated& d, const DateSpan& s, const Style& style) {
  const auto padded = [&](Index value) { return number(value, digits_of(d, s.part, style)); };
  const Index seconds = d.seconds();
  switch (s.part) {
    case 'y': {
      const Index year = d.has('w') ? moment_of_day(d.days() + 3).year : d.m.year;  // of the week's Thursday
      return s.size == 2 ? number(year % 100, 2) : number(year, 4);
    }
    case 'q': return number((d.m.month + 2) / 3, 1);
    case 'm': return padded(d.m.month);
    case 'n': return name_of(d.m.month, d.field.substr(s.from, s.size), style);
    case 'w': {
      const Index thursday = d.days() + 3;
      return padded((thursday - day_number(moment_of_day(thursday).year, 1, 1)) / 7 + 1);
    }
    case 'd': return padded(d.m.day);
    case 'h': return padded(d.has('p') ? (seconds / 3600 + 11) % 12 + 1 : seconds / 3600);
    case 'i': return padded(seconds / 60 % 60);
    case 's': return padded(seconds % 60);
    default: {
      const bool small = d.field[s.from] >= 'a';
      return seconds < day_seconds / 2 ? small ? "am" : "AM" : small ? "pm" : "PM";
    }
  }
}

std::string written(const Dated& d, const Style& style) {
  std::string text;
  std::size_t at = 0;
  for (int i = 0; i < d.notation.count; ++i) {
    const DateSpan& s = d.notation.spans[i];
    text += d.field.substr(at, s.from - at);
    text += written(d, s, style);
    at = s.from + s.size;
  }
  return text.append(d.field.substr(at));
}

/// n steps after the last date; of working days, one step after `before`.
Moment moved(const Dated& last, const Dated& before, const Pace& pace, Index n) {
  Moment m = last.m;
  const auto set_day = [&](Index day) {
    const Moment date = moment_of_day(day);
    m.year = date.year, m.month = date.month, m.day = date.day;
  };
  if (pace.unit == Pace::months) {
    const Index months = last.months() + n * pace.step;
    m.year = last.m.year > 0 ? int(months / 12) : 0;
    m.month = int(months % 12) + 1;
    if (m.day > 0) m.day = int(std::min<Index>(pace.day, days_in(months)));
  } else if (pace.unit == Pace::days) {
    set_day(last.days() + n * pace.step);
  } else if (pace.unit == Pace::workdays) {
    set_day(next_workday(before.days()));
  } else {
    const Index now = before.seconds() + pace.step;
    m = before.m;
    m.hour = double(now % day_seconds) / 3600;
    if (m.month > 0) set_day(before.days() + now / day_seconds);
  }
  return m;
}

/// Years alone.
std::vector<std::string> years_after(std::span<const std::string> fields, Index count) {
  std::vector<std::string> next;
  Index last = 0, step = 0;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    double year = 0;
    const std::string_view field = bare(fields[i]);
    if (field.size() != 4 || !parse_number(field, year) || !(year >= 1000)) return {};
    if (i == 1) step = Index(year) - last;
    if (i > 1 && Index(year) - last != step) return {};
    last = Index(year);
  }
  for (Index n = 1; step > 0 && n <= count; ++n) next.push_back(std::to_string(last + n * step));
  return next;
}

}  // namespace

std::vector<std::string> dates_after(std::span<const std::string> fields, bool day_first, Index count) {
  std::vector<Dated> all(fields.size());
  if (all.size() < 3) return {};
  for (std::size_t i = 0; i < all.size(); ++i) {
    all[i].field = fields[i];
    if (!parse_moment(fields[i], day_first, all[i].m, &all[i].notation)) return years_after(fields, count);
    if (skeleton(all[i]) != skeleton(all[0])) return {};
  }
  const Pace pace = pace_of(all);
  if (pace.step == 0) return {};
  const Style style = style_of(all);
  const Dated last = all.back();
  Dated now = last;
  std::vector<std::string> next;
  for (Index n = 1; n <= count; ++n) {
    now.m = moved(last, now, pace, n);
    next.push_back(written(now, style));
  }
  return next;
}

}  // namespace unfold
