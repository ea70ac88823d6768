// Dates: in which notations they are read, and which come next.
#include "unfold/data/dates.h"

#include <nlohmann/json.hpp>

#include "data/tables.h"
#include "support.h"
#include "unfold/data/cells.h"
#include "unfold/data/table_examples.h"

namespace unfold::test {
namespace {

TEST(Dates, Notations) {
  const std::tuple<const char*, int, int, int, double> good[]{{"2019-01-31", 2019, 1, 31, -1},
                                                              {"2019/1/31", 2019, 1, 31, -1},
                                                              {"2019-01", 2019, 1, 0, -1},
                                                              {"31.01.2019", 2019, 1, 31, -1},
                                                              {"1/31/2019", 2019, 1, 31, -1},
                                                              {"2019-01-31 06:30", 2019, 1, 31, 6.5},
                                                              {"2019-01-31T06:30:00Z", 2019, 1, 31, 6.5},
                                                              {"2019-01-31T06:30:00.25+01:00", 2019, 1, 31, 6.5},
                                                              {"1/31/19 1:30 PM", 2019, 1, 31, 13.5},
                                                              {"12:00 AM", 0, 0, 0, 0},
                                                              {"13:45", 0, 0, 0, 13.75},
                                                              {"03-Jan-2024", 2024, 1, 3, -1},
                                                              {"3. Mai 2024", 2024, 5, 3, -1},
                                                              {"03JAN2024", 2024, 1, 3, -1},
                                                              {"3 Mar 24 10:30", 2024, 3, 3, 10.5},
                                                              {"Jan 3, 2024", 2024, 1, 3, -1},
                                                              {"Jan 2024", 2024, 1, 0, -1},
                                                              {"Sept. 2024", 2024, 9, 0, -1},
                                                              {"Jan-24", 2024, 1, 0, -1},
                                                              {"März 2024", 2024, 3, 0, -1},
                                                              {"2024 December", 2024, 12, 0, -1},
                                                              {"2024-Feb-29", 2024, 2, 29, -1},
                                                              {"Oktober", 0, 10, 0, -1},
                                                              {"2024Q1", 2024, 1, 0, -1},
                                                              {"2024-Q4", 2024, 10, 0, -1},
                                                              {"Q2 2024", 2024, 4, 0, -1},
                                                              {"2024M07", 2024, 7, 0, -1},
                                                              {"2024-W03", 2024, 1, 15, -1},
                                                              {"2026-W01", 2025, 12, 29, -1}};
  for (const auto& [text, year, month, day, hour] : good) {
    Moment m;
    ASSERT_TRUE(parse_moment(text, false, m)) << text;
    EXPECT_EQ(std::tuple(m.year, m.month, m.day, m.hour), std::tuple(year, month, day, hour)) << text;
  }
  for (const char* bad : {"",           "2019",           "2019-13-01",  "2019-01-32",  "31/1/2019",
                          "2019.01",    "25:00",          "12:60",       "1990-01x",    "1-2",
                          "2019-01/02", "2019-00-01",     "Janu 2024",   "12345-01-01", "2019-01-01 x",
                          "Jan 24",     "31-Feb",         "40-Jan-2024", "2024Q5",      "2024-W54",
                          "Q1",         "Jan 2024 10:00", "2024-W03 1",  "Juni Juli",   "2019-",
                          "a 2024"}) {
    Moment m;
    EXPECT_FALSE(parse_moment(bad, false, m)) << bad;
  }
  EXPECT_EQ(weekday({.year = 2024, .month = 2, .day = 29}), 3);  // a Thursday
  EXPECT_EQ(weekday({.year = 1900, .month = 1, .day = 1}), 0);
  for (Index day = 693000; day < 740000; day += 13) {
    const Moment m = moment_of_day(day);
    ASSERT_EQ(day_number(m.year, m.month, m.day), day);
  }
  Quantity q;
  EXPECT_FALSE(parse_quantity("2024Q1", '.', q)) << "Q1 is no unit";
  EXPECT_TRUE(parse_quantity("50W", '.', q));
}

TEST(Dates, GoOnInTheirNotation) {
  const std::pair<Names, Names> cases[]{
      {{"2024-01-01", "2024-01-02", "2024-01-03"}, {"2024-01-04", "2024-01-05"}},
      {{"2024-02-14", "2024-02-21", "2024-02-28"}, {"2024-03-06", "2024-03-13"}},
      {{"31.12.2023", "31.1.2024", "29.2.2024"}, {"31.3.2024", "30.4.2024"}},
      {{"2023-07-01", "2023-08-01", "2023-09-01"}, {"2023-10-01", "2023-11-01"}},  // as many days apart
      {{"2023-10", "2023-11", "2023-12"}, {"2024-01", "2024-02"}},
      {{"8/1/2024", "9/1/2024", "10/1/2024"}, {"11/1/2024", "12/1/2024"}},
      {{"1/29/24", "1/30/24", "1/31/24"}, {"2/1/24", "2/2/24"}},
      {{"Nov 2023", "Dec 2023", "Jan 2024"}, {"Feb 2024", "Mar 2024"}},
      {{"April", "May", "June"}, {"July", "August"}},
      {{"Mar", "Apr", "May"}, {"Jun", "Jul"}},
      {{"OKT 2023", "NOV 2023", "DEZ 2023"}, {"JAN 2024", "FEB 2024"}},
      {{"01-Jan-2024", "02-Jan-2024", "03-Jan-2024"}, {"04-Jan-2024", "05-Jan-2024"}},
      {{"Jan 29, 2024", "Jan 30, 2024", "Jan 31, 2024"}, {"Feb 1, 2024", "Feb 2, 2024"}},
      {{"2023Q2", "2023Q3", "2023Q4"}, {"2024Q1", "2024Q2"}},
      {{"Q3 2023", "Q4 2023", "Q1 2024"}, {"Q2 2024", "Q3 2024"}},
      {{"2024-W51", "2024-W52", "2025-W01"}, {"2025-W02", "2025-W03"}},
      {{"2024M11", "2024M12", "2025M01"}, {"2025M02", "2025M03"}},
      {{"1999", "2000", "2001"}, {"2002", "2003"}},
      {{"2020-02-29", "2021-02-28", "2022-02-28"}, {"2023-02-28", "2024-02-29"}},
      {{"2024-01-01 21:00", "2024-01-01 22:00", "2024-01-01 23:00"}, {"2024-01-02 00:00", "2024-01-02 01:00"}},
      {{"2024-01-01T00:00:00Z", "2024-01-01T12:00:00Z", "2024-01-02T00:00:00Z"},
       {"2024-01-02T12:00:00Z", "2024-01-03T00:00:00Z"}},
      {{"2024-01-01 00:00:00", "2024-02-01 00:00:00", "2024-03-01 00:00:00"},
       {"2024-04-01 00:00:00", "2024-05-01 00:00:00"}},
      {{"10:30 AM", "11:15 AM", "12:00 PM"}, {"12:45 PM", "1:30 PM"}},
      {{"9:00", "10:00", "11:00"}, {"12:00", "13:00"}},
      {{"2024-01-03", "2024-01-04", "2024-01-05", "2024-01-08", "2024-01-09", "2024-01-10", "2024-01-11", "2024-01-12"},
       {"2024-01-15", "2024-01-16"}},
  };
  for (const auto& [fields, next] : cases) EXPECT_EQ(dates_after(fields, false, 2), next) << fields[0];
  EXPECT_EQ(dates_after(Names{"1/2/2024", "2/2/2024", "3/2/2024"}, true, 1), Names{"4/2/2024"});
  for (const Names& fields :
       {Names{"2024-01-01", "2024-01-02"}, Names{"2024-01-01", "2024-01-02", "2024-01-04"},
        Names{"2024-01-01", "2024-01-01", "2024-01-01"}, Names{"2024-01-03", "2024-01-02", "2024-01-01"},
        Names{"2024-01-01", "2024-01-02", "3.1.2024"}, Names{"2024-01-01", "", "2024-01-03"},
        Names{"2024-01-01 10:00:00.5", "2024-01-01 10:00:01.0", "2024-01-01 10:00:01.5"},
        Names{"1999", "2001", "2002"}})
    EXPECT_EQ(dates_after(fields, false, 2), Names{}) << fields.back();
}

/// Forty, without weekends; with `holiday` a day more is missing.
std::string working_days(bool holiday) {
  std::string text = "day,v\n";
  int n = 0;
  for (Index day = day_number(2024, 4, 1); n < 40; ++day) {
    if ((day + 1) % 7 > 4 || (holiday && day == day_number(2024, 5, 1))) continue;
    const Moment m = moment_of_day(day);
    text += std::to_string(m.year) + "-" + std::to_string(m.month) + "-" + std::to_string(m.day) + "," +
            std::to_string(n++ % 7) + "\n";
  }
  return text;
}

TEST(LastRows, AreThoseOfEachSeries) {
  const std::string text = "id,v\na,1\na,2\na,3\nb,4\n";
  Config config;
  config.dataset.id = "id";
  const Json all = table_rows(text, config, {{.name = "v"}});
  EXPECT_EQ(all["series"].dump(), "[[[1.0],[2.0],[3.0]],[[4.0]]]");
  const Json some = table_rows(text, config, {{.name = "v"}}, 0, 2);
  EXPECT_EQ(some["series"].dump(), "[[[2.0],[3.0]],[[4.0]]]");
  EXPECT_EQ(some["lengths"].dump(), "[3,1]");
}

class TableDates : public testing::Test {
 protected:
  /// What comes next; "null" where nothing does, "" where there are no dates.
  std::string next(const std::string& text, Index future = 2) {
    const Json rows = table_rows(text, Config(), {{.name = "v"}}, future);
    if (!rows.contains("dates")) return "";
    reason = rows["dates"].value("reason", "");
    column = rows["dates"]["column"];
    return rows["dates"].value("next", Json()).dump();
  }
  std::string reason, column;
};

TEST_F(TableDates, GoOn) {
  EXPECT_EQ(next("month,v\n2023-11,1\n2023-12,3\n2024-01,2\n"), R"([["2024-02","2024-03"]])");
  EXPECT_EQ(column, "month");
  EXPECT_EQ(next("month,v\n2024-01,1\n2023-12,3\n2023-11,2\n"), R"([["2024-02","2024-03"]])") << "newest first";
  EXPECT_EQ(next("Year,v\n1999,1\n2000,3\n2001,2\n"), R"([["2002","2003"]])");
  EXPECT_EQ(next("id,day,v\n1,2024-01-01,5\n1,2024-01-02,6\n1,2024-01-03,5\n2,2024-03-01,9\n2,2024-03-08,8\n"
                 "2,2024-03-15,7\n"),
            R"([["2024-01-04","2024-01-05"],["2024-03-22","2024-03-29"]])");
  EXPECT_EQ(next(working_days(false)), R"([["2024-5-27","2024-5-28"]])");
  EXPECT_EQ(next(working_days(true)), R"([["2024-5-28","2024-5-29"]])") << "a holiday among them";
  EXPECT_EQ(next("day,v\n2024-01-01,1\n2024-01-02,3\n2024-01-05,2\n"), "null");
  EXPECT_EQ(reason, "they are not evenly spaced");
  EXPECT_EQ(next("t,v\n5,1\n6,3\n9,2\n"), "") << "no dates";
  EXPECT_EQ(next("month,v\n2023-11,1\n2023-12,3\n2024-01,2\n", 0), "") << "none are wanted";
}

TEST_F(TableDates, SayWhatIsOnlyReadOfThem) {
  const auto future = [](const std::string& text, const std::vector<Column>& columns) {
    return table_rows(text, Config(), columns, 3).value("future", Json());
  };
  const std::vector<Column> dated{
      {.name = "v"}, {.name = "month month sine", .target = false}, {.name = "month month cosine", .target = false}};
  const std::string months = "month,v\n2023-10,4\n2023-11,1\n2023-12,3\n2024-01,2\n";
  const Json rows = future(months, dated);
  ASSERT_EQ(rows.size(), 1u);
  ASSERT_EQ(rows[0].size(), 3u);
  // As the reader has them of these months themselves.
  const Table later = table_of("month,v\n2024-02,4\n2024-03,1\n2024-04,3\n", {.dates = Dates::features});
  for (std::size_t t = 0; t < 3; ++t)
    for (std::size_t k = 0; k < 2; ++k) EXPECT_EQ(rows[0][t][k].get<Real>(), later.values[3 * t + 1 + k]) << t;
  EXPECT_EQ(future("Year,v\n1999,1\n2000,3\n2001,2\n", {{.name = "v"}, {.name = "Year", .target = false}}),
            Json::parse("[[[2002],[2003],[2004]]]"));
  EXPECT_TRUE(future(months, {{.name = "v"}}).is_null()) << "nothing is only read";
  EXPECT_TRUE(future("month,promo,v\n2023-10,0,4\n2023-11,1,1\n2023-12,0,3\n2024-01,1,2\n",
                     {{.name = "v"}, {.name = "promo", .target = false}})
                  .is_null())
      << "no date says it";
}

TEST_F(TableDates, DayAndMonthAreNotGuessed) {
  EXPECT_EQ(next("d,v\n1/1/2024,1\n1/2/2024,2\n1/3/2024,4\n1/4/2024,3\n"), "null") << "days or months";
  EXPECT_EQ(reason, "either of the numbers may be the month");
  EXPECT_EQ(next("d,v\n11/1/2024,1\n12/1/2024,2\n13/1/2024,4\n"), R"([["14/1/2024","15/1/2024"]])");
  EXPECT_EQ(next("d,v\n1/11/2024,1\n1/12/2024,2\n1/13/2024,4\n"), R"([["1/14/2024","1/15/2024"]])");
  const DatasetConfig features{.dates = Dates::features};
  EXPECT_TRUE(refused("d,v\n1/1/2024,1\n1/2/2024,2\n1/3/2024,4\n", "text", features));
  EXPECT_EQ(used(table_of("d,v\n11/2/2024,1\n12/2/2024,2\n1/3/2024,4\n", features)).size(), 5u)
      << "only as days before months do they rise";
  EXPECT_EQ(table_of("d,v\n1/3/2024,1\n12/2/2024,2\n11/2/2024,4\n").values, (Numbers{4, 2, 1})) << "newest first";
}

TEST(Dates, MonthsAreNamesOfColumnsInAHeader) {
  EXPECT_EQ(used(table_of("Year,Jan,Feb 2024,Q1 2024\n2001,1,2,3\n2002,2,3,5\n")),
            (Names{"Jan", "Feb 2024", "Q1 2024"}));
  const Table t = table_of("Jan 2024,5\nFeb 2024,6\nMar 2024,9\n");
  EXPECT_FALSE(t.header);
  EXPECT_EQ(t.columns[0].kind, ColumnKind::date);
  const Table quarters = table_of("q,v\n2024Q1,5\n2024Q2,6\n2024Q3,9\n", {.dates = Dates::features});
  EXPECT_EQ(used(quarters), (Names{"v", "q month sine", "q month cosine"}));
}

}  // namespace
}  // namespace unfold::test
