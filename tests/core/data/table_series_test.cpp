// Tables: what is missing, series in long form, and the files that people met with.
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "data/tables.h"
#include "support.h"
#include "unfold/data/dataset.h"
#include "unfold/data/table.h"

namespace unfold::test {
namespace {

std::string file(const char* name) {
  std::ifstream in(std::string(GOLDEN_FOLDER "/../cases/") + name, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

Config asking(TaskKind task) {
  Config config;
  config.task.kind = task;
  if (task == TaskKind::classify) config.task.pooling = Pooling::last;
  return config;
}

// Missing values ------------------------------------------------------------------------------------------------------

TEST(Tables, MissingValuesAreRefusedUnlessSaidOtherwise) {
  for (const char* gap : {"", "NA", "n/a", "NaN", "?", "null", " NULL ", "-", "---", "\xE2\x80\x93", ".", "n.a.",
                          "k. A.", "None", "\"#DIV/0!\""}) {
    const std::string text = std::string("a,b\n1,5\n") + gap + ",6\n4,7\n";
    EXPECT_TRUE(refused(text, "text line 3")) << gap;
    EXPECT_EQ(table_of(text, {.missing = Missing::forward}).values, (Numbers{1, 5, 1, 6, 4, 7})) << gap;
    EXPECT_EQ(table_of(text, {.missing = Missing::interpolate}).values, (Numbers{1, 5, 2.5, 6, 4, 7})) << gap;
    const Table masked = table_of(text, {.missing = Missing::mask});
    EXPECT_TRUE(std::isnan(masked.values[2])) << gap;
    EXPECT_EQ(masked.notes, Names{"1 missing value of a is masked: it counts neither as input nor in the loss."});
  }
}

TEST(Tables, GapsAtTheEndsOfASeries) {
  const std::string text = "a,b\n,1\n2,1\n,1\n\n9,1\n,2\n";
  EXPECT_EQ(table_of(text, {.ignore = {"b"}, .missing = Missing::forward}).values, (Numbers{2, 2, 2, 9, 9}));
  EXPECT_EQ(table_of(text, {.ignore = {"b"}, .missing = Missing::interpolate}).values, (Numbers{2, 2, 2, 9, 9}));
  EXPECT_TRUE(refused("a,b\n1,1\n2,2\n\n,3\n,4\n", "text line 5", {.missing = Missing::forward}));
  EXPECT_EQ(table_of("a\n1\n?\n?\n7\n", {.missing = Missing::interpolate}).values, (Numbers{1, 3, 5, 7}));
}

TEST(Tables, WhatIsMaskedCountsNowhere) {
  Config config = asking(TaskKind::regress);
  config.dataset.missing = Missing::mask;
  config.validation_split = 0;
  const Dataset d = read_dataset("a,b\n1,2\n3,\n,\n4,5\n", config);
  ASSERT_EQ(d.train.size(), 1u);
  EXPECT_TRUE(std::isnan(d.train[0].values[1]));
  // Means 3.5 and 5 over the values that are there; the squared errors .25 twice, 0 once, of one and a half rows.
  EXPECT_NEAR(trivial_loss(d, config.task), 0.5 / 1.5 / 2, 1e-6);
}

// Long form -----------------------------------------------------------------------------------------------------------

TEST(LongForm, SeriesByAColumn) {
  const std::string text = "store_id,v\n7,1\n7,2\n3,5\n3,6\n3,8\n";
  const Table t = table_of(text);
  EXPECT_EQ(used(t), (Names{"v"}));
  EXPECT_EQ(t.starts, (std::vector<Index>{0, 2, 5}));
  EXPECT_EQ(t.columns[0].use, ColumnUse::id);
  EXPECT_EQ(table_of("shop,v\na,1\na,2\nb,5\nb,6\n", {.id = "shop"}).series(), 2);
  EXPECT_EQ(table_of("shop,v\na,1\na,2\nb,5\nb,6\n").series(), 1);
  std::string sensors = "sensor,v\n";
  for (int i = 0; i < 20; ++i) sensors += (i < 10 ? "roof," : "cellar,") + std::to_string(i % 7) + "\n";
  const Table glued = table_of(sensors);
  EXPECT_EQ(glued.series(), 1);
  EXPECT_EQ(glued.notes[0], "All rows are one series; dataset.id \"sensor\" makes one of each of its 2 values.");
}

TEST(LongForm, RowsOfSeveralSeriesMayBeInterleaved) {
  const Table named = table_of("shop,v\nb,5\na,1\nb,6\na,2\nb,7", {.id = "shop"});
  EXPECT_EQ(named.values, (Numbers{5, 6, 7, 1, 2}));
  EXPECT_EQ(named.starts, (std::vector<Index>{0, 3, 5}));
  EXPECT_EQ(named.lines, (std::vector<Index>{2, 3})) << "of the file";
  EXPECT_EQ(named.notes[0], "The rows of 2 series are put together.");
  EXPECT_TRUE(refused("shop,v\nb,5\na,1\nb,6\na,x\nb,7\nb,8\n", "text line 5", {.id = "shop"}));
  const Table labels = table_of("id,v,class\n1,5,up\n2,9,down\n1,6,up\n2,8,down\n", {.id = "id"}, TableTask::labels);
  EXPECT_EQ(labels.labels, (Names{"up", "down"}));
  EXPECT_EQ(labels.values, (Numbers{5, 6, 9, 8}));
}

TEST(LongForm, InterleavedSeriesAreFoundOut) {
  std::string text = "day,shop,v\n";
  for (int day = 1; day <= 6; ++day)
    for (const char* shop : {"north", "south", "west"})
      if (day != 3 || shop[0] != 'w')
        text += "2024-01-0" + std::to_string(day) + "," + shop + "," + std::to_string(10 * day + shop[0]) + "\n";
  const Table t = table_of(text);
  EXPECT_EQ(t.series(), 3);
  EXPECT_EQ(t.columns[1].use, ColumnUse::id);
  EXPECT_EQ(t.values[1] - t.values[0], 10);
  EXPECT_EQ(t.notes.back(), "Series are told apart by shop.");
  EXPECT_EQ(table_of("day,who,v\n2024-01-01,a,1\n2024-01-02,b,2\n2024-01-03,a,3\n2024-01-04,b,5\n").series(), 1)
      << "one row a day";
  EXPECT_EQ(table_of("day,who,v\n2024-01-01,a,1\n2024-01-01,a,2\n2024-01-02,a,3\n2024-01-02,b,5\n2024-01-03,a,6\n"
                     "2024-01-03,b,9\n")
                .series(),
            1)
      << "two rows of one name on a day";
}

TEST(LongForm, LabelledSeries) {
  const std::string text =
      "id,t,x,y,label\n0,0,1,2,a\n0,1,2,3,a\n4,0,5,6,b\n4,1,5,7,b\n4,2,6,6,b\n9,0,0,1,a\n9,1,0,2,a\n";
  const Config config = asking(TaskKind::classify);
  const Dataset d = read_dataset(text, config);
  EXPECT_EQ(d.numbers, 2);
  EXPECT_EQ(d.targets, (Names{"a", "b"}));
  EXPECT_EQ(d.train.size() + d.validation.size() + d.test.size(), 3u);
  const Table t = table_of(text, {}, TableTask::labels);
  EXPECT_EQ(t.columns[1].kind, ColumnKind::index);
  EXPECT_EQ(t.labels, (Names{"a", "b", "a"}));
  EXPECT_TRUE(is_long_form(text, {}));
  EXPECT_EQ(table_of("x,y,class\n1,2,0\n3,4,0\n\n5,6,1\n7,8,1\n", {.targets = {"class"}}, TableTask::labels).labels,
            (Names{"0", "1"}))
      << "labels of numbers, named; an empty line between series";
}

TEST(LongForm, LabelledTextsAreNone) {
  for (const char* text : {"good\tyes\nbad\tno\n", "id,text,label\n1,a b,x\n2,c d,y\n3,e,x\n", "a,b,c\n1,2,3\n", ""})
    EXPECT_FALSE(is_long_form(text, {})) << text;
  EXPECT_TRUE(refused("x,y\n1,2\n3,4\n", "text", {}, TableTask::labels));
}

// The cases that people met
// --------------------------------------------------------------------------------------------

TEST(Cases, DecimalComma) {
  const Table t = table_of(file("decimal-comma.csv"));
  EXPECT_EQ(used(t), (Names{"a", "b"}));
  EXPECT_EQ(t.values[0], Real(1.5));
  EXPECT_EQ(t.values[1], Real(2.5));
}

TEST(Cases, Sales) {
  const Table t = table_of(file("sales.csv"));
  EXPECT_EQ(used(t), (Names{"Sales"}));
  EXPECT_EQ(t.columns[0].kind, ColumnKind::date);
}

TEST(Cases, QuotedIndex) { EXPECT_EQ(used(table_of(file("quoted-index.csv"))), (Names{"Temp", "Hum"})); }

TEST(Cases, Gaps) {
  EXPECT_TRUE(refused(file("gaps.csv"), "text line 58")) << "the first in time";
  for (const Missing how : {Missing::forward, Missing::interpolate, Missing::mask}) {
    const Table t = table_of(file("gaps.csv"), {.missing = how});
    EXPECT_EQ(used(t), (Names{"co2"}));
    EXPECT_EQ(t.columns[0].kind, ColumnKind::date);
    EXPECT_EQ(t.columns[2].kind, ColumnKind::text);
  }
  const Json shown = preview(file("gaps.csv"), asking(TaskKind::regress));
  EXPECT_EQ(shown["columns"][1]["missing"], 7) << shown.dump();
}

TEST(Cases, Gestures) {
  const Config config = asking(TaskKind::classify);
  const Dataset d = read_dataset(file("gestures-long.csv"), config);
  EXPECT_EQ(d.numbers, 2);
  EXPECT_EQ(d.targets, (Names{"circle", "swipe", "zigzag"}));
  EXPECT_EQ(d.train.size() + d.validation.size() + d.test.size(), 30u);
  const Json shown = preview(file("gestures-long.csv"), config);
  EXPECT_EQ(shown["series"], 30);
  EXPECT_EQ(shown["labels"].size(), 3u);
}

}  // namespace
}  // namespace unfold::test
