// Tables from people's files: how they are written, what their columns are for, what is missing.
#include "unfold/data/table.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "data/tables.h"
#include "support.h"
#include "unfold/data/cells.h"
#include "unfold/data/examples.h"

namespace unfold::test {
namespace {

using Rows = std::vector<Names>;

// The grammar -------------------------------------------------------------------------------------------------------

Rows rows_of(const std::string& text, char separator) {
  Rows all;
  CsvRows row(text, separator);
  while (row.next()) all.emplace_back(row.fields.begin(), row.fields.end());
  row.check();
  return all;
}

TEST(Csv, Quotes) {
  EXPECT_EQ(rows_of("\"a,b\",c\n", ','), (Rows{{"a,b", "c"}}));
  EXPECT_EQ(rows_of("\"a \"\"b\"\"\",\"\"\n", ','), (Rows{{"a \"b\"", ""}}));
  EXPECT_EQ(rows_of("\"a\nb\",\"c\r\nd\"\n1,2", ','), (Rows{{"a\nb", "c\r\nd"}, {"1", "2"}}));
  EXPECT_EQ(rows_of("a\"b,\"\"\"\" \n", ','), (Rows{{"a\"b", "\""}}));
  EXPECT_TRUE(refuses(ErrorCode::invalid_text, "text line 2", [] { rows_of("1,2\n\"3,4\n", ','); }));
  EXPECT_TRUE(refuses(ErrorCode::invalid_text, "text line 1", [] { rows_of("\"1\"2,3\n", ','); }));
}

TEST(Csv, EndsOfLines) {
  for (const char* text : {"a;b\n1;2\n", "a;b\r\n1;2\r\n", "a;b\r1;2\r", "a;b\n1;2",
                           "\xEF\xBB\xBF"
                           "a;b\n1;2",
                           "# title\na;b\n#\n1;2\n"})
    EXPECT_EQ(rows_of(text, ';'), (Rows{{"a", "b"}, {"1", "2"}})) << text;
  CsvRows row("a\n\"b\nc\"\r\nd\re", ',');
  std::vector<Index> lines;
  while (row.next()) lines.push_back(row.line);
  EXPECT_EQ(lines, (std::vector<Index>{1, 2, 4, 5}));
}

TEST(Csv, SpacesSeparate) { EXPECT_EQ(rows_of("  1  2\t3 \n\"4 5\" 6\n", ' '), (Rows{{"1", "2", "3"}, {"4 5", "6"}})); }

TEST(Csv, FindsTheSeparator) {
  const std::tuple<const char*, char, char> cases[]{{"a,b\n1,2\n3,4\n", ',', '.'},
                                                    {"a;b\n1,5;2,5\n3,5;4,5\n", ';', ','},
                                                    {"a\tb\n1,5\t2\n3,5\t4\n", '\t', ','},
                                                    {"a b\n1.5 2\n3.5 4\n", ' ', '.'},
                                                    {"1,5 2,5\n3,5 4,5\n", ' ', ','},
                                                    {"a|b\n1|2\n", '|', '.'},
                                                    {"a\n1\n2\n", 0, '.'},
                                                    {"n;v\nx, y;1\nz, w;2\n", ';', '.'},
                                                    {"a,b\n1;2,3\n4;5,6\n", ',', '.'},
                                                    {"w\n12 kg\n13 kg\n", 0, '.'},
                                                    {"a;b\n1.234,5;2\n2.345,5;3\n", ';', ','},
                                                    {"a;b\n1,234.5;2\n2,345.5;3\n", ';', '.'},
                                                    {"a,b\n\"1,5\",\"2,5\"\n", ',', ','},
                                                    {"d;v\n01.01.2024;1.037\n02.01.2024;4.443\n", ';', ','},
                                                    {"d;v\n2024-01-01;1.037\n2024-01-02;4.443\n", ';', '.'},
                                                    {"d,v\n01.01.2024,1.037\n02.01.2024,4.443\n", ',', '.'},
                                                    {"d;v\n01.01.2024;1.037\n02.01.2024;4.4\n", ';', '.'},
                                                    {"a;v\n5;8,5\n7;9,5\n6;9.5\n", ';', ','},
                                                    {"a;v\n5;8.5\n7;9.5\n6;9,5\n", ';', '.'},
                                                    {"a;v\n5;1\u00A0234,50\n", ';', ','},
                                                    {"a;v\n5;1\u202F234,50\n", ';', ','},
                                                    {"a;v\n5;1\u2009234,50 \u20AC\n", ';', ','},
                                                    {"a;v\n5;1'234.50\n7;1,5\n6;7,5\n", ';', ','}};
  for (const auto& [text, separator, decimal] : cases) {
    const Dialect d = find_dialect(text);
    EXPECT_EQ(d.separator, separator) << text;
    EXPECT_EQ(d.decimal, decimal) << text;
  }
}

// Cells -------------------------------------------------------------------------------------------------------------

TEST(Cells, Quantities) {
  const std::tuple<const char*, char, double, const char*> good[]{{"1,234.5", '.', 1234.5, ""},
                                                                  {"1.234,5", ',', 1234.5, ""},
                                                                  {"1 234 567", '.', 1234567, ""},
                                                                  {"1\xC2\xA0"
                                                                   "234,5",
                                                                   ',', 1234.5, ""},
                                                                  {"1'234.50", '.', 1234.5, ""},
                                                                  {"12%", '.', 12, "%"},
                                                                  {" 3.5 kg ", '.', 3.5, "kg"},
                                                                  {"$1,200", '.', 1200, "$"},
                                                                  {"-\xE2\x82\xAC 9", '.', -9, "\xE2\x82\xAC"},
                                                                  {"\xE2\x88\x92"
                                                                   "4,5",
                                                                   ',', -4.5, ""},
                                                                  {"1,5e3", ',', 1500, ""},
                                                                  {"(1,234.50)", '.', -1234.5, ""},
                                                                  {"($ 20)", '.', -20, "$"},
                                                                  {"12,34-", ',', -12.34, ""},
                                                                  {"7- EUR", '.', -7, "EUR"},
                                                                  {"20 \xC2\xB0"
                                                                   "C",
                                                                   '.', 20,
                                                                   "\xC2\xB0"
                                                                   "C"}};
  for (const auto& [text, decimal, value, unit] : good) {
    Quantity q;
    EXPECT_TRUE(parse_quantity(text, decimal, q)) << text;
    EXPECT_EQ(q.value, value) << text;
    EXPECT_EQ(q.unit, unit) << text;
  }
  for (const char* bad : {"1,5", "12,34", "1,2345", "1,234,5", "1 2", "1,234'567", "2019-01-01", "1/2/2019", "a", "",
                          "12:30", "1.2.3", "--1", "1-2", "()", "(a)", "(1"}) {
    Quantity q;
    EXPECT_FALSE(parse_quantity(bad, '.', q)) << bad;
  }
}

// What the columns are ------------------------------------------------------------------------------------------------

TEST(Tables, DecimalCommas) {
  const Table t = table_of("a;b\n1,5;2,5\n2,5;3,5\n");
  EXPECT_EQ(used(t), (Names{"a", "b"}));
  EXPECT_EQ(t.values, (Numbers{1.5, 2.5, 2.5, 3.5}));
  EXPECT_TRUE(refused("a\n1,5\n2,5\n3,5\n", "text line 1")) << "a header that does not fit";
  EXPECT_TRUE(refused("a,b,c\n1,2\n", "text line 1"));
}

/// What the notes say, one behind the other.
std::string notes_of(const std::string& text, const DatasetConfig& config = {}) {
  std::string all;
  for (const std::string& note : table_of(text, config).notes) all += note + "|";
  return all;
}

TEST(Tables, NumbersThatAreEitherAreSaid) {
  const std::string german = "d;v\n01.01.2024;1.037\n02.01.2024;4.443\n";
  EXPECT_EQ(table_of(german).values, (Numbers{1037, 4443}));
  EXPECT_NE(notes_of(german).find("Numbers such as 1.037 are read as thousands"), std::string::npos)
      << notes_of(german);
  const std::string plain = "a;v\n5;1.037\n7;4.443\n";
  EXPECT_EQ(table_of(plain, {.inputs = {"v"}}).values, (Numbers{Real(1.037), Real(4.443)}));
  EXPECT_NE(notes_of(plain).find("Numbers such as 1.037 are read as decimals"), std::string::npos) << notes_of(plain);
  EXPECT_NE(notes_of("a;v\n5;1,037\n7;4,443\n").find("Numbers such as 1,037 are read as thousands"), std::string::npos);
  EXPECT_EQ(notes_of("v\n1.037\n14.43\n"), "") << "the second one tells";
  EXPECT_EQ(notes_of("v\n0.037\n0.443\n"), "") << "so does a zero";
}

TEST(Tables, AnOddCellIsNamed) {
  const std::string text = "d;v\n1;8,5\n5;9,5\n2;9.5\n7;8,5\n";
  EXPECT_TRUE(refused(text, "text line 4"));
  const Json shown = preview_table(text, {}, TableTask::rows);
  EXPECT_EQ(shown["columns"][1]["kind"], "number");
  EXPECT_EQ(shown["notes"].back(),
            "1 field cannot be read, and a training refuses it: line 4: expected a number in column 2 (v), got "
            "\"9.5\".");
  EXPECT_EQ(table_of("a;v\n5;1\u00A0234,50\n7;2\u202F345,25\n6;3\u2009456,75\u202F\n", {.inputs = {"v"}}).values,
            (Numbers{1234.5, 2345.25, 3456.75}));
}

TEST(Tables, APreviewCountsWhatCannotBeRead) {
  const std::string text = "a,b\n1,5\nn.v.,6\n4,7\n5,x y\n6,1e20\n";
  EXPECT_TRUE(refused(text, "text line 3"));
  const Json shown = preview_table(text, {}, TableTask::rows);
  EXPECT_EQ(shown["rows"], 5);
  EXPECT_EQ(shown["notes"].back(),
            "3 fields cannot be read, and a training refuses them: the first in line 3: expected a number in column 1 "
            "(a), got \"n.v.\".");
  const std::string series = "id,v,c\n1,5,x\n1,6,x\n2,7,\n2,8,\n";
  EXPECT_TRUE(refused(series, "text line 4", {.id = "id"}, TableTask::labels));
  const Json labels = preview_table(series, {.id = "id"}, TableTask::labels);
  EXPECT_EQ(labels["series"], 2);
  EXPECT_EQ(labels["labels"].size(), 1u);
  EXPECT_NE(labels["notes"].back().get<std::string>().find("line 4: expected a label in column 3 (c)"),
            std::string::npos)
      << labels["notes"];
}

TEST(Tables, ThePlainFormatHasTheSameNumbersAsEver) {
  const Table t = table_of("1,-2.5\n.5,1e3\n\n7,8\n");
  EXPECT_EQ(t.values, (Numbers{1, -2.5, 0.5, 1000, 7, 8}));
  EXPECT_EQ(t.starts, (std::vector<Index>{0, 2, 3}));
  EXPECT_EQ(used(t), (Names{"column 1", "column 2"}));
  EXPECT_EQ(t.notes, Names{});
}

TEST(Tables, LeavesOutDatesTextsIndexAndConstants) {
  const Table t = table_of("Unnamed: 0,day,v,note,one\n0,2019-01-01,5,x,1\n1,2019-01-02,6,,1\n2,2019-01-03,8,y,1\n");
  EXPECT_EQ(used(t), (Names{"v"}));
  const ColumnKind kinds[]{ColumnKind::index, ColumnKind::date, ColumnKind::number, ColumnKind::text,
                           ColumnKind::constant};
  for (std::size_t c = 0; c < 5; ++c) {
    EXPECT_EQ(t.columns[c].kind, kinds[c]) << c;
    EXPECT_EQ(t.columns[c].reason.empty(), c == 2) << c;
  }
  ASSERT_EQ(t.notes.size(), 1u);
  EXPECT_TRUE(t.notes[0].starts_with("Left out: Unnamed: 0: it counts rows or time; day: dates")) << t.notes[0];
  EXPECT_EQ(used(table_of("t,v\n0,5\n1,6\n2,8\n")), (Names{"t", "v"})) << "it may be a column like others";
  EXPECT_EQ(used(table_of("v\n1\n2\n3\n")), (Names{"v"})) << "there is no other";
}

TEST(Tables, IndexColumnsOfRAndPandas) {
  EXPECT_EQ(used(table_of("\"\";\"Temp\";\"Hum\"\n\"1\";\"19,98\";\"70,0\"\n\"2\";\"21,50\";\"69,9\"\n")),
            (Names{"Temp", "Hum"}));
  EXPECT_EQ(used(table_of("\"x\" \"y\"\n\"1\" 5 6\n\"2\" 7 9\n")), (Names{"x", "y"}));
  EXPECT_EQ(used(table_of(",x\n0,5\n1,7\n")), (Names{"x"}));
}

TEST(Tables, TitlesCommentsAndTrailingSeparators) {
  for (const char* text :
       {"Sales of a shop\n\nm,v\n1,5\n3,7\n", "# made by hand\nm,v\n1,5\n3,7\n", "m,v,\n1,5,\n3,7,\n",
        "m,v\n1,5,\n3,7,,\n", "# m,v\n1,5\n3,7\n", "Sales,,\nm,v\n1,5\n3,7\n"}) {
    const Table t = table_of(text);
    EXPECT_EQ(used(t), (Names{"m", "v"})) << text;
    EXPECT_EQ(t.values, (Numbers{1, 5, 3, 7})) << text;
  }
}

TEST(Tables, ATitleOfSeveralFieldsStandsAboveTheHeader) {
  const Table t =
      table_of("account;1234\nbalance;2.345,67 EUR\n\nday;text;amount\n1.2.2026;a;-1,50\n2.2.2026;b;3,25\n");
  EXPECT_EQ(used(t), (Names{"amount"}));
  EXPECT_EQ(t.values, (Numbers{-1.5, 3.25}));
  EXPECT_TRUE(t.notes[1].starts_with("2 lines before the header")) << t.notes[1];
  EXPECT_TRUE(refused("a;b\n1;2;3\n4;5;6\n", "text line 1")) << "a header that does not fit is no title";
}

TEST(Tables, UnitsBelowTheHeader) {
  const Table t = table_of(
      "time,temp,hum\n-,\xC2\xB0"
      "C,%\n2026-03-01,12.5,70\n2026-03-02,13,71\n");
  EXPECT_EQ(used(t), (Names{"temp", "hum"}));
  EXPECT_EQ(t.values, (Numbers{12.5, 70, 13, 71}));
  EXPECT_EQ(t.notes[0], "The line of units below the header is left out.");
  EXPECT_TRUE(refused("day,v\n2026-03-01,unknown\n2026-03-02,13\n2026-03-03,14\n", "text line 2"))
      << "a row with a date is no line of units";
  EXPECT_TRUE(refused("a,b\n,\n1,2\n3,4\n", "text line 2")) << "nor is one without words";
}

TEST(Tables, TextBelowTheTable) {
  for (const char* below :
       {"\nSource: a bank\nmade in 2026, by hand\n", "Source: a bank\n", "\n\nall rights, reserved\n"}) {
    const Table t = table_of(std::string("m,v\n1,5\n3,7\n") + below);
    EXPECT_EQ(t.values, (Numbers{1, 5, 3, 7})) << below;
    ASSERT_FALSE(t.notes.empty()) << below;
    EXPECT_EQ(t.notes[0], "The text below the table is left out.") << below;
  }
  const Table separators = table_of("m,v,\n1,5,\n3,7,\n,,\n,,\n");
  EXPECT_EQ(separators.values, (Numbers{1, 5, 3, 7})) << "as Excel writes empty rows";
  EXPECT_TRUE(refused("m,v\n1,5\n,\n3,7\n", "text line 3")) << "missing values";
  EXPECT_TRUE(refused("m,v\n1,5\na\n3,7\n", "text line 3")) << "numbers follow";
  EXPECT_TRUE(refused("m,v\n1,5\n3\n", "text line 3")) << "a file that was cut off";
  EXPECT_TRUE(refused("m,v\n1,5\n3,x\n", "text line 3")) << "a row like the others";
}

std::string months(bool down, const char* total) {
  std::string text = "month,sales\n";
  for (int i = 0; i < 24; ++i) {
    const int month = down ? 23 - i : i;
    text += std::to_string(2024 + month / 12) + (month % 12 < 9 ? "-0" : "-") + std::to_string(month % 12 + 1) + "," +
            std::to_string(100 + month) + "\n";
    if (i == 11) text += total;
  }
  return text + total;
}

TEST(Tables, TotalsAreNoRows) {
  const Table t = table_of(months(false, "Total,1266\n"));
  EXPECT_EQ(t.rows, 24);
  EXPECT_EQ(t.values.back(), 123);
  EXPECT_EQ(t.columns[1].max, 123);
  EXPECT_EQ(t.notes[0], "2 rows without a date are left out, such as \"Total\".");
  EXPECT_EQ(table_of(months(false, ",1266\n")).rows, 26) << "a date that is merely missing";
  EXPECT_EQ(table_of("d,v\n2024-01,5\nTotal,6\n2024-02,7\n").rows, 3) << "too many to be totals";
}

TEST(Tables, TheNewestRowMayStandFirst) {
  const Table up = table_of(months(false, "")), down = table_of(months(true, ""));
  EXPECT_EQ(down.values, up.values);
  EXPECT_EQ(down.notes[0], "The newest row stands first (month): read in the order of time.");
  const Table series =
      table_of("shop,day,v\na,2024-01-02,1\na,2024-01-01,2\nb,2024-01-09,3\nb,2024-01-08,4\n", {.id = "shop"});
  EXPECT_EQ(series.values, (Numbers{2, 1, 4, 3}));
}

TEST(Tables, RowsInNoOrderAreSorted) {
  const Table t = table_of("day,v\n2024-01-02,1\n2024-01-01,2\n2024-01-03,4\n");
  EXPECT_EQ(t.values, (Numbers{2, 1, 4}));
  EXPECT_EQ(t.notes[0], "Rows are in no order of time, first in line 3 (day): sorted by date.");
  EXPECT_TRUE(refused("day,v\n2024-01-02,1\n2024-01-01,2\n2024-01-03,x\n2024-01-04,4\n", "text line 4"))
      << "lines are those of the file";
  const Table series = table_of(
      "shop,day,v\na,2024-01-02,1\na,2024-01-01,2\na,2024-01-03,5\nb,2024-01-09,3\n"
      "b,2024-01-08,4\n",
      {.id = "shop"});
  EXPECT_EQ(series.values, (Numbers{2, 1, 5, 4, 3}));
  const Table nameless = table_of("2024-01-02,1\n2024-01-01,2\n2024-01-03,5\n\n2024-01-09,3\n2024-01-08,4\n");
  EXPECT_EQ(nameless.values, (Numbers{2, 1, 5, 4, 3}));
  EXPECT_EQ(nameless.starts, (std::vector<Index>{0, 3, 5}));
  EXPECT_EQ(table_of("t,v\n23:00,1\n00:00,2\n01:00,4\n").values, (Numbers{1, 2, 4})) << "hours begin anew";
  const std::string two = "day,v\n2024-01-01,1\n2024-01-02,2\n2024-01-03,7\n2024-01-01,3\n2024-01-02,4\n";
  EXPECT_EQ(table_of(two).values, (Numbers{1, 2, 7, 3, 4})) << "perhaps two series";
  EXPECT_NE(notes_of(two).find("Dates go back in line 5 (day)"), std::string::npos) << notes_of(two);
}

TEST(Tables, OddDatesAreSaid) {
  const auto says = [](const char* rows, const char* note) {
    const std::string notes = notes_of(std::string("day,v\n") + rows);
    return (*note ? notes.find(note) != notes.npos : notes.starts_with("Left out"))
               ? testing::AssertionSuccess()
               : testing::AssertionFailure() << notes;
  };
  EXPECT_TRUE(says("2024-01-01,1\n2024-01-02,2\n2024-01-02,5\n2024-01-03,4\n",
                   "1 date of day repeats one above, such as 2024-01-02."));
  EXPECT_TRUE(says("2024-01-01,1\n2024-01-02,2\n2024-01-03,5\n2024-01-07,4\n2024-01-08,4\n",
                   "1 gap in the dates of day, the first after 2024-01-03."));
  EXPECT_TRUE(says("2024-01,1\n2024-02,2\n2024-03,5\n2024-05,4\n", "1 gap in the dates of day"));
  EXPECT_TRUE(says("2024-01-01,1\n2024-01-02,2\n2024-01-05,5\n2024-01-12,4\n2024-02-12,4\n",
                   "The dates of day are not evenly spaced."));
  for (const char* even : {"2024-01-31,1\n2024-02-29,2\n2024-03-31,5\n2024-04-30,4\n",
                           "2024-01-01,1\n2024-02-01,2\n2024-03-01,5\n2024-04-01,4\n",
                           "2024-01-04,1\n2024-01-05,2\n2024-01-08,5\n2024-01-09,4\n",
                           "2024-03-01,1\n2024-02-01,2\n2024-01-01,5\n2023-12-01,4\n"})
    EXPECT_EQ(notes_of(std::string("day,v\n") + even).find("evenly"), std::string::npos) << even;
  EXPECT_TRUE(says("2024-01-04,1\n2024-01-05,2\n2024-01-08,5\n2024-01-09,4\n", "")) << "a weekend is no gap";
}

TEST(Tables, TimeInNumbersIsAnIndex) {
  EXPECT_EQ(used(table_of("time,v\n1735689600,5\n1735689660,6\n1735689780,8\n")), (Names{"v"}));
  EXPECT_EQ(used(table_of("Date,v\n20240131,5\n20240229,6\n")), (Names{"v"}));
  EXPECT_EQ(used(table_of("x,v\n10,5\n20,6\n35,8\n")), (Names{"x", "v"})) << "any other name";
  EXPECT_EQ(used(table_of("time,v\n10,5\n20,6\n15,8\n")), (Names{"time", "v"})) << "it falls";
}

TEST(Tables, AHeaderIsWhatTheConfigurationSays) {
  const Table years = table_of("1990,1991\n5,6\n7,9\n", {.header = Header::yes});
  EXPECT_EQ(used(years), (Names{"1990", "1991"}));
  EXPECT_EQ(years.rows, 2);
  EXPECT_EQ(table_of("1990,1991\n5,6\n7,9\n").rows, 3);
  EXPECT_TRUE(refused("a,b\n5,6\n", "text line 1", {.header = Header::no}));
}

TEST(Tables, UnitsAndPercentSigns) {
  const Table t = table_of("share,mass,price\n12%,3.5 kg,\"$1,200\"\n13%,4 kg,$900\n");
  EXPECT_EQ(t.values, (Numbers{12, 3.5, 1200, 13, 4, 900}));
  EXPECT_EQ(t.columns[1].unit, "kg");
  EXPECT_TRUE(refused("mass\n3 kg\n4 kg\n5 g\n", "text line 4"));
  const Json shown = preview_table("mass\n3 kg\n4 g\n5 t\n", {}, TableTask::rows);
  EXPECT_EQ(shown["columns"][0]["reason"], "numbers of different units") << "a preview shows what cannot be read";
  EXPECT_TRUE(refused("mass\n3 kg\n4 g\n5 t\n", "text"));
}

TEST(Tables, ColumnsByName) {
  const std::string text = "a,b,c\n1,10,100\n2,20,200\n4,40,400\n";
  const Table one = table_of(text, {.targets = {"b"}});
  EXPECT_EQ(used(one), (Names{"a", "b", "c"}));
  EXPECT_FALSE(one.used[0].target);
  EXPECT_TRUE(one.used[1].target && one.used[1].input);
  const Table two = table_of(text, {.inputs = {"a"}, .targets = {"c"}});
  EXPECT_EQ(used(two), (Names{"a", "c"}));
  EXPECT_FALSE(two.used[1].input);
  EXPECT_EQ(used(table_of(text, {.inputs = {"c", "a"}})), (Names{"a", "c"}));
  EXPECT_EQ(used(table_of(text, {.ignore = {"b"}})), (Names{"a", "c"}));
  const auto wrong = [&](const DatasetConfig& config, const char* field) {
    return refuses(ErrorCode::invalid_config, field, [&] { table_of("a,b,n\n1,2,x\n2,3,y\n", config); });
  };
  EXPECT_TRUE(wrong({.inputs = {"a", "d"}}, "dataset.inputs[1]"));
  EXPECT_TRUE(wrong({.targets = {"n"}}, "dataset.targets[0]"));
  EXPECT_TRUE(wrong({.ignore = {"z"}}, "dataset.ignore[0]"));
  EXPECT_TRUE(wrong({.inputs = {"a"}, .ignore = {"a"}}, "dataset.ignore"));
  EXPECT_TRUE(wrong({.id = "z"}, "dataset.id"));
}

TEST(Tables, ColumnsOfAModelAreFoundByName) {
  const std::vector<Column> known{
      {.name = "b"}, {.name = "d hour sine", .input = true, .target = false}, {.name = "a"}};
  const Table t = read_table("d,a,x,b\n2019-01-01 06:00,1,5,2\n2019-01-01 12:00,1,6,3\n", {}, TableTask::rows, &known);
  ASSERT_EQ(t.values.size(), 6u);
  EXPECT_EQ(t.values[0], 2);
  EXPECT_NEAR(double(t.values[1]), 1, 1e-6);
  EXPECT_EQ(t.values[2], 1);
  EXPECT_NEAR(double(t.values[4]), 0, 1e-6);
  EXPECT_EQ(read_table("5,6,7\n8,9,9\n", {}, TableTask::rows, &known).values[1], 6) << "without names: by place";
  const std::vector<Column> nameless{{.name = "column 1"}, {.name = "column 2"}};
  EXPECT_EQ(used(read_table("p,q\n5,6\n8,9\n", {}, TableTask::rows, &nameless)), (Names{"p", "q"}));
  EXPECT_TRUE(
      refuses(ErrorCode::invalid_text, "text", [&] { read_table("a,c\n1,2\n2,3\n", {}, TableTask::rows, &known); }));
}

TEST(Tables, DatesBecomeFeatures) {
  const Table t =
      table_of("time,v\n2024-01-01 00:00,1\n2024-01-01 06:00,2\n2024-01-02 12:00,4\n", {.dates = Dates::features});
  EXPECT_EQ(used(t), (Names{"v", "time hour sine", "time hour cosine", "time weekday sine", "time weekday cosine"}));
  EXPECT_FALSE(t.used[1].target);
  EXPECT_NEAR(double(t.values[5 + 1]), 1, 1e-6) << "six o'clock is a quarter of a day";
  EXPECT_NEAR(double(t.values[5 + 2]), 0, 1e-6);
  EXPECT_NEAR(double(t.values[10 + 2]), -1, 1e-6);
  EXPECT_NEAR(double(t.values[10 + 3]), std::sin(2 * 3.14159265358979 / 7), 1e-6);
  const Table months = table_of("m,v\n1990-01,1\n1990-02,2\n1990-04,4\n", {.dates = Dates::features});
  EXPECT_EQ(used(months), (Names{"v", "m month sine", "m month cosine"}));
  EXPECT_NEAR(double(months.values[7]), 1, 1e-6) << "April, a quarter of a year";
}

TEST(Tables, TruthValuesAreNumbersByChoice) {
  for (const char* pair : {"TRUE FALSE", "yes no", "Y N", "wahr falsch"}) {
    const std::string words = pair, on = words.substr(0, words.find(' ')), off = words.substr(words.find(' ') + 1);
    const std::string text = "holiday,v\n" + on + ",1\n" + off + ",3\n" + off + ",4\n";
    const Table out = table_of(text);
    EXPECT_EQ(used(out), (Names{"v"})) << pair;
    EXPECT_EQ(out.columns[0].kind, ColumnKind::truth) << pair;
    const Table in = table_of(text, {.inputs = {"holiday", "v"}, .targets = {"v"}});
    EXPECT_EQ(in.values, (Numbers{1, 1, 0, 3, 0, 4})) << pair;
    EXPECT_FALSE(in.used[0].target) << pair;
  }
  EXPECT_EQ(table_of("a,v\nyes,1\nFALSE,3\n").columns[0].kind, ColumnKind::text) << "of two pairs";
}

TEST(Errors, QuoteWhatIsThere) {
  EXPECT_EQ(excerpt("Größe 3"), "\"Größe 3\"");
  EXPECT_EQ(excerpt("\xC3("), "\"\uFFFD(\"");
  EXPECT_EQ(excerpt("a\tb\u202Ec"), "\"a?b?c\"");
  EXPECT_EQ(excerpt("äöüäöüäöüäöüäöüäöüäöüäöü!"), "\"äöüäöüäöüäöüäöüäöüäöüäöü…\"") << "cut between characters";
}

}  // namespace
}  // namespace unfold::test
