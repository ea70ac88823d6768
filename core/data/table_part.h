// Private to the reader of tables: its steps.
#pragma once

#include <optional>

#include "unfold/data/cells.h"
#include "unfold/data/dates.h"
#include "unfold/data/table.h"

namespace unfold {

/// Where the rows of a table begin, and what its columns are called.
struct TableLayout {
  Dialect dialect;
  bool header = false;
  std::size_t start = 0;     // in the text: the first row of numbers
  Index line = 1;            // its line
  Index width = 0;           // fields a row
  Index dated = -1;          // a column: rows without a date in it, such as totals, are left out
  std::vector<Index> lines;  // of rows that are no longer in the order of the file
  std::vector<std::string> names, notes;
};
TableLayout find_layout(std::string_view text, Header header);

/// The rows of numbers. Surplus empty fields at the end of a row are cut off; another width is refused.
class TableRows {
 public:
  TableRows(std::string_view text, const TableLayout& layout);
  bool next();
  const std::vector<std::string_view>& fields() const { return rows_.fields; }
  bool blank() const { return rows_.blank; }
  /// Text stands below the table.
  bool footer() const { return footer_; }
  /// What the first row that is left out has instead of its date; how many there are.
  std::string_view undated() const { return undated_; }
  Index undated_rows() const { return undated_rows_; }
  Index comments() const { return rows_.comments; }
  Index line() const {
    return layout_.lines.empty() ? rows_.line + layout_.line - 1 : layout_.lines[std::size_t(read_ - 1)];
  }
  /// The row as it is written, with the end of its line.
  std::string_view written() const { return text_.substr(rows_.at, rows_.end() - rows_.at); }
  [[noreturn]] void refuse(Words expected, Words actual) const;

 private:
  bool is_end(bool gap);
  bool is_undated();
  void check_width() const;
  const TableLayout& layout_;
  std::string_view text_;
  CsvRows rows_;
  Index read_ = 0;
  bool footer_ = false;
  std::string undated_;
  Index undated_rows_ = 0;
};

/// Hour, weekday or month of a date, as sine or cosine.
enum class DateFeature { none, hour_sine, hour_cosine, weekday_sine, weekday_cosine, month_sine, month_cosine };
inline constexpr int date_features = 6;
/// "hour sine".
const char* name_of(DateFeature feature);
/// 2π times this is the angle; NaN where the date does not say it.
double phase_of(DateFeature feature, const Moment& m);
/// The sine or cosine.
double value_of(DateFeature feature, const Moment& m);

struct TableReading;

/// The rows that are not empty, and which of them begin a series: those behind an empty line, or with another value of
/// the column `id` where there is one.
class SeriesRows : public TableRows {
 public:
  /// `gaps`: empty lines begin a series although there is an `id`.
  SeriesRows(const TableReading& r, Index id, bool gaps = false);
  bool next();
  bool begins() const { return begins_; }
  /// A field without the space around it.
  std::string_view field(Index column) const { return bare(fields()[std::size_t(column)]); }

 private:
  Index id_;
  bool gaps_, gap_ = true, begins_ = true;
  std::string series_;
};

/// What the first pass over the rows finds out about a column.
class ColumnProfile {
 public:
  void add(std::string_view field, Index row, const Dialect& dialect);
  /// After the last row: whether a value that begins a series comes back.
  void settle(Index rows);
  ColumnKind kind(Index rows) const;
  /// Whether the dates tell anything by it.
  bool varies(DateFeature feature) const { return (varying_ >> int(feature) & 1) != 0; }

  Index numbers = 0, dates = 0, texts = 0, missing = 0;
  Index others = 0;  // of the texts: numbers of another unit than the first
  Index truths = 0;  // of the texts: truth values of the first one's kind
  int truth = -1;    // that kind
  double min = 1, max = 0;
  bool day_first = false, month_first = false;  // "31/1/2019", "1/31/2019"
  bool unclear = false;                         // "1/2/2019"
  bool ambiguous() const { return unclear && !day_first && !month_first; }
  bool counts = true;    // each number is the one before and 1
  bool rises = true;     // each number is above the one before
  bool together = true;  // a value's rows stand together
  Index runs = 0;        // of one value
  std::string unit;

 private:
  void add_number(const Quantity& q);
  void add_text(std::string_view field);
  void add_run(std::string_view field, Index row);
  double last_ = 0;
  unsigned varying_ = 0;
  double phases_[date_features + 1]{};
  std::string previous_;
  std::vector<std::uint64_t> seen_;
};

/// In long form, the columns that name the series and label them. −1: none.
struct LongForm {
  Index id = -1, label = -1;
};

/// A value of Table::used: of a column, as it is or a feature of its date.
struct ColumnSource {
  Index column;
  DateFeature feature = DateFeature::none;
};

/// A table that is being read.
struct TableReading {
  std::string_view text;
  const DatasetConfig& config;
  TableTask task;
  const std::vector<Column>* known;
  TableLayout layout;
  std::vector<ColumnProfile> profiles;
  bool lenient = false;    // what is missing or unfit is counted, not refused, for a preview
  Index unfit = 0;         // fields that no number could be made of
  std::string unfit_note;  // of the first
  Index future = 0;        // dates that are wanted after the last ones
  std::string grouped;     // the text, where its rows are no longer in the order of the file
  LongForm form;
  bool backwards = false;             // the newest row of a series stands first
  std::vector<ColumnSource> sources;  // of Table::used
  Table table;

  /// The column of that name, −1 if there is none.
  Index find(std::string_view name) const;
};

/// Layout and profiles.
void profile_table(TableReading& r);
/// False for labels where there is no such form.
bool find_long_form(TableReading& r);
/// Columns that count the rows of each series are an index.
void find_counters(TableReading& r);
/// An index, or the time, is what is called so, or has no name: pandas writes "Unnamed: 0", R nothing.
bool is_index_name(const std::string& name);
/// What a column that names series is called where it need not be named: "id", "series", "store_id".
bool is_id_name(std::string_view name);
/// Puts the rows of each series together, in their order.
void group_series(TableReading& r, Index id);
/// The column that names the series whose rows are interleaved by time: each of its few values recurs at every date.
/// −1: there is none.
Index find_interleaved(const TableReading& r);
/// The first column of that kind, −1 if there is none.
Index first_of(const TableReading& r, ColumnKind kind);
/// Whether the dates of each series go from the newest to the oldest; rows in no order are sorted. Says so, and where
/// dates repeat or are missing. Where only one order of day and month gives an order of time, it is the right one.
void find_direction(TableReading& r);
/// Table::next_dates and next_rows.
void continue_dates(TableReading& r);
/// Chooses what each column is for, and says why.
void choose_columns(TableReading& r);
void read_values(TableReading& r);
/// Fills in what is missing within each series, and says so. NaN stands for it.
void fill_missing(Table& table, Missing how);
bool is_utf8(std::string_view s);
/// "a, b, c".
std::string column_names(const Table& table);

}  // namespace unfold
