// Which columns of a table the examples read and predict.
#include <algorithm>

#include "unfold/base/phrase.h"
#include "unfold/data/lines.h"
#include "unfold/data/table_part.h"

namespace unfold {
namespace {

const char* kind_of(ColumnKind kind) {
  constexpr const char* names[]{"numbers", "dates", "text", "an index", "one value", "truth values"};
  return names[int(kind)];
}

bool is_numeric(const TableReading& r, Index c) {
  return r.profiles[std::size_t(c)].numbers > 0 || r.table.columns[std::size_t(c)].kind == ColumnKind::truth;
}

bool named(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// Refuses a name that is not in the table, or whose column cannot be used so.
void check_names(const TableReading& r, const std::vector<std::string>& names, const std::string& field, bool numbers,
                 bool dates) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    const Index c = r.find(names[i]);
    const std::string at = phrase("{}[{}]", {field, i});
    if (c < 0) refuse_config(at, "one of the columns " + column_names(r.table), names[i]);
    const ColumnKind kind = r.table.columns[std::size_t(c)].kind;
    const bool fits = kind == ColumnKind::date ? dates : is_numeric(r, c) && kind != ColumnKind::text;
    if (numbers && !fits) refuse_config(at, "a column of numbers", phrase("{} ({})", {names[i], kind_of(kind)}));
  }
}

/// Columns of numbers are used, the others are left out. Where there are no other numbers, or no names, even a column
/// of one value, or one that counts, is a column of numbers.
void choose_by_kind(TableReading& r) {
  const auto& columns = r.table.columns;
  const bool numbers = std::any_of(columns.begin(), columns.end(),
                                   [](const TableColumn& column) { return column.kind == ColumnKind::number; });
  for (std::size_t c = 0; c < columns.size(); ++c) {
    TableColumn& column = r.table.columns[c];
    const bool plain = !numbers || !r.layout.header;
    if (is_numeric(r, Index(c)) && plain && (column.kind == ColumnKind::constant || column.kind == ColumnKind::index))
      column.kind = ColumnKind::number;
    if (column.kind == ColumnKind::number) {
      column.use = r.task == TableTask::labels ? ColumnUse::input : ColumnUse::both;
      continue;
    }
    constexpr const char* reasons[]{"",
                                    "dates (dataset.dates: features makes inputs of them)",
                                    "text",
                                    "it counts rows or time",
                                    "it has one value",
                                    "truth values (dataset.inputs reads them as 1 and 0)"};
    if (column.kind == ColumnKind::text && 2 * r.profiles[c].others > r.profiles[c].texts)
      column.reason = "numbers of different units";
    else
      column.reason = is_numeric(r, Index(c)) || column.kind != ColumnKind::constant ? reasons[int(column.kind)]
                                                                                     : "it has no values";
  }
}

void choose_by_name(TableReading& r) {
  const DatasetConfig& d = r.config;
  const bool labels = r.task == TableTask::labels;
  check_names(r, d.inputs, "dataset.inputs", true, true);
  if (!labels) check_names(r, d.targets, "dataset.targets", true, false);
  check_names(r, d.ignore, "dataset.ignore", false, false);
  for (std::size_t c = 0; c < r.table.columns.size(); ++c) {
    TableColumn& column = r.table.columns[c];
    const bool usable = column.use != ColumnUse::none;
    bool input = usable, target = usable && !labels;
    if (!d.targets.empty() && !labels) target = named(d.targets, column.name), input = input || target;
    if (!d.inputs.empty()) {
      input = named(d.inputs, column.name);
      target = d.targets.empty() ? input && target : target;
    }
    if (named(d.ignore, column.name)) {
      if (named(d.inputs, column.name) || (!labels && named(d.targets, column.name)))
        refuse_config("dataset.ignore", "columns that neither inputs nor targets name", column.name);
      input = target = false;
      column.reason = "dataset.ignore names it";
    } else if (!input && !target && usable) {
      column.reason = "dataset.inputs does not name it";
    }
    column.use = input ? target ? ColumnUse::both : ColumnUse::input : target ? ColumnUse::target : ColumnUse::none;
    if (column.use != ColumnUse::none) column.reason.clear();
  }
}

/// Adds features of dates that tell anything, unless a model that exists says which it reads.
void use_dates(TableReading& r, Index c) {
  TableColumn& column = r.table.columns[std::size_t(c)];
  const std::size_t before = r.sources.size();
  for (int f = 1; f <= date_features; ++f)
    if (r.profiles[std::size_t(c)].varies(DateFeature(f))) {
      r.table.used.push_back(
          {.name = phrase("{} {}", {column.name, name_of(DateFeature(f))}), .input = true, .target = false});
      r.sources.push_back({c, DateFeature(f)});
    }
  column.use = r.sources.size() > before ? ColumnUse::input : ColumnUse::none;
  column.reason = column.use == ColumnUse::none ? "its dates are all the same" : "";
}

void use_columns(TableReading& r) {
  for (std::size_t c = 0; c < r.table.columns.size(); ++c) {
    TableColumn& column = r.table.columns[c];
    const bool chosen =
        column.use == ColumnUse::input || column.use == ColumnUse::target || column.use == ColumnUse::both;
    if (column.kind == ColumnKind::date || !chosen) continue;
    const bool input = column.use != ColumnUse::target, target = column.use != ColumnUse::input;
    r.table.used.push_back({.name = column.name, .input = input, .target = target});
    r.sources.push_back({Index(c)});
  }
  for (std::size_t c = 0; c < r.table.columns.size(); ++c) {
    const TableColumn& column = r.table.columns[c];
    if (column.kind != ColumnKind::date || named(r.config.ignore, column.name)) continue;
    if (column.use == ColumnUse::id || column.use == ColumnUse::label) continue;
    if (r.config.dates == Dates::features || named(r.config.inputs, column.name)) use_dates(r, Index(c));
  }
}

/// The feature that a column's name ends with.
DateFeature feature_in(std::string_view name) {
  for (int f = 1; f <= date_features; ++f)
    if (name.ends_with(std::string(" ") + name_of(DateFeature(f)))) return DateFeature(f);
  return DateFeature::none;
}

/// The source of a column of a model that exists: that of its name, or, in a text without names, that of its place.
ColumnSource find_source(const TableReading& r, const Column& wanted) {
  if (const Index c = r.find(wanted.name); c >= 0) return {c};
  const DateFeature feature = feature_in(wanted.name);
  if (feature == DateFeature::none) return {-1};
  const std::size_t end = std::string_view(name_of(feature)).size() + 1;
  return {r.find(std::string_view(wanted.name).substr(0, wanted.name.size() - end)), feature};
}

void use_known(TableReading& r) {
  const std::vector<Column>& known = *r.known;
  const bool found =
      std::all_of(known.begin(), known.end(), [&](const Column& column) { return find_source(r, column).column >= 0; });
  bool nameless = true;  // the model's columns
  for (std::size_t i = 0; i < known.size(); ++i) nameless = nameless && known[i].name == phrase("column {}", {i + 1});
  const bool by_place = !found && (!r.layout.header || nameless) && r.layout.width == Index(known.size());
  // Without names, more columns than the model has are those of another table.
  const auto numbers = std::count_if(r.table.columns.begin(), r.table.columns.end(), [](const TableColumn& column) {
    return column.kind == ColumnKind::number && column.use != ColumnUse::none;
  });
  if (!r.layout.header && numbers > std::ptrdiff_t(known.size()))
    refuse_text("text", phrase("{} columns of numbers", {known.size()}), std::to_string(numbers));
  for (TableColumn& column : r.table.columns)
    if (column.use != ColumnUse::id && column.use != ColumnUse::label) column.use = ColumnUse::none;
  for (std::size_t i = 0; i < known.size(); ++i) {
    const ColumnSource source = by_place ? ColumnSource{Index(i)} : find_source(r, known[i]);
    if (source.column < 0)
      refuse_text("text", phrase("the model's column \"{}\"", {known[i].name}), "a table without it");
    TableColumn& column = r.table.columns[std::size_t(source.column)];
    column.use = known[i].input ? known[i].target ? ColumnUse::both : ColumnUse::input : ColumnUse::target;
    column.reason.clear();
    r.table.used.push_back(known[i]);
    if (by_place && r.layout.header) r.table.used.back().name = column.name;
    r.sources.push_back(source);
  }
  for (TableColumn& column : r.table.columns)
    if (column.use == ColumnUse::none && column.reason.empty()) column.reason = "the model does not use it";
}

/// "Left out: Month (dates), note (text)."
void say_left_out(Table& table) {
  std::string left;
  for (const TableColumn& column : table.columns)
    if (column.use == ColumnUse::none)
      left += phrase("{}{}: {}", {left.empty() ? "" : "; ", column.name, column.reason});
  if (!left.empty()) table.notes.push_back(phrase("Left out: {}.", {left}));
}

/// Refuses to guess which number of a date is the month where it matters.
void check_dates(const TableReading& r) {
  for (const ColumnSource& source : r.sources) {
    const std::size_t c = std::size_t(source.column);
    if (source.feature == DateFeature::none || !r.profiles[c].ambiguous() || r.lenient) continue;
    const std::string& name = r.table.columns[c].name;
    refuse_text("text", phrase("dates that say which number is the month, such as 2024-01-31, in {}", {name}),
                r.table.head[0][c]);
  }
}

}  // namespace

bool is_index_name(const std::string& name) {
  constexpr std::string_view names[]{"",      "unnamed: 0", "index", "idx",  "row",       "rownames", "id",
                                     "no",    "nr",         "#",     "time", "timestamp", "date",     "datetime",
                                     "epoch", "year",       "day",   "zeit", "datum",     "jahr",     "tag"};
  return std::find(std::begin(names), std::end(names), lowered(name)) != std::end(names);
}

bool is_date_feature(std::string_view name) { return feature_in(name) != DateFeature::none; }

void choose_columns(TableReading& r) {
  Table& table = r.table;
  for (std::size_t c = 0; c < table.columns.size(); ++c)
    if (table.columns[c].kind == ColumnKind::index && (r.task == TableTask::rows || !r.profiles[c].counts) &&
        !is_index_name(r.layout.header ? r.layout.names[c] : "column"))
      table.columns[c].kind = ColumnKind::number;
  if (r.form.id >= 0 || r.task == TableTask::labels) find_counters(r);
  choose_by_kind(r);
  choose_by_name(r);
  const auto give = [&](Index c, ColumnUse use) {
    if (c < 0) return;
    table.columns[std::size_t(c)].use = use;
    table.columns[std::size_t(c)].reason.clear();
  };
  give(r.form.id, ColumnUse::id);
  give(r.form.label, ColumnUse::label);
  if (r.known)
    use_known(r);
  else
    use_columns(r);
  check_dates(r);
  say_left_out(table);
  if (r.form.id >= 0)
    table.notes.push_back(phrase("Series are told apart by {}.", {table.columns[std::size_t(r.form.id)].name}));
}

}  // namespace unfold
