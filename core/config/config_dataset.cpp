// Where a configuration's examples come from: a generated dataset, or how the caller's own file is read.
#include <algorithm>

#include "unfold/base/json_list.h"
#include "unfold/base/phrase.h"
#include "unfold/config/config_reader.h"
#include "unfold/config/dataset_info.h"

namespace unfold {
namespace {

constexpr Named<Dates> dates_names[]{{"ignore", Dates::ignore}, {"features", Dates::features}};
constexpr Named<Missing> missing_names[]{{"refuse", Missing::refuse},
                                         {"forward", Missing::forward},
                                         {"interpolate", Missing::interpolate},
                                         {"mask", Missing::mask}};
constexpr Named<LabelSide> label_sides[]{
    {"auto", LabelSide::automatic}, {"first", LabelSide::first}, {"last", LabelSide::last}};
constexpr Named<Unknown> unknown_names[]{
    {"error", Unknown::error}, {"skip", Unknown::skip}, {"symbol", Unknown::symbol}};
constexpr Named<Keys> keys_names[]{{"piano", Keys::piano}, {"midi", Keys::midi}};
constexpr Named<Scaling> scaling_names[]{
    {"none", Scaling::none}, {"standard", Scaling::standard}, {"minmax", Scaling::minmax}, {"log", Scaling::log}};
/// Columns that can be named: a table has no more.
constexpr std::size_t most_named = 4096;

void parse_columns(Reader& in, const char* field, std::vector<std::string>& to) {
  const Json* value = in.get(field);
  if (!value) return;
  if (!value->is_array()) refuse_config(in.path(field), "a list of columns' names", shown(*value));
  for (std::size_t i = 0; i < value->size(); ++i) {
    const Json& name = (*value)[i];
    const std::string at = in.path(field) + at_index(i);
    if (!name.is_string()) refuse_config(at, "the name of a column", shown(name));
    if (to.size() == most_named) refuse_config(at, phrase("at most {} names", {most_named}), "more");
    to.push_back(name.get<std::string>());
    if (std::find(to.begin(), to.end() - 1, to.back()) != to.end() - 1)
      refuse_config(at, "each name once", shown(name) + " again");
  }
}

void parse_header(Reader& in, DatasetConfig& c) {
  const Json* header = in.get("header");
  if (!header || is_text(*header, "auto")) return;
  if (!header->is_boolean()) refuse_config(in.path("header"), "auto, true or false", shown(*header));
  c.header = header->get<bool>() ? Header::yes : Header::no;
}

/// How the caller's own file is read.
void parse_file(Reader& in, DatasetConfig& c) {
  parse_columns(in, "inputs", c.inputs);
  parse_columns(in, "targets", c.targets);
  parse_columns(in, "ignore", c.ignore);
  in.text("id", c.id);
  in.one_of("dates", dates_names, c.dates);
  in.one_of("missing", missing_names, c.missing);
  in.one_of("label", label_sides, c.label);
  parse_header(in, c);
  in.one_of("unknown", unknown_names, c.unknown);
  in.one_of("keys", keys_names, c.keys);
  in.integer("grid", c.grid, 0, 96);
  in.integer("roll", c.roll, 0, 127);
  in.one_of("scaling", scaling_names, c.scaling);
}

}  // namespace

void parse_dataset(Reader& r, DatasetConfig& c) {
  const Json* value = r.get("dataset");
  if (!value) return;
  const Json object = expanded(*value, "name");
  Reader in(object, r.path("dataset"));
  const Json* name = in.get("name");
  if (!name) {
    parse_file(in, c);
    in.finish();
    return;
  }
  if (!name->is_string()) refuse_config(in.path("name"), "a name", shown(*name));
  c.name = name->get<std::string>();
  if (!find_generated_dataset(c.name)) {
    std::vector<const char*> known;
    for (const DatasetInfo* info : generated_datasets()) known.push_back(info->name);
    refuse_config(in.path("name"), "one of " + joined(known), shown(*name));
  }
  in.integer("difficulty", c.difficulty, 0, 100000);
  in.integer("count", c.count, 10, 10e6);
  in.integer("seed", c.seed, 0, 9007199254740991.0);
  in.finish();
}

/// Of the caller's own file what is not as by default: the settings of a file that is read as ever say nothing.
Json dataset_json(const DatasetConfig& d) {
  if (d.generated())
    return object({{"name", d.name}, {"difficulty", d.difficulty}, {"count", d.count}, {"seed", d.seed}});
  Json json = Json::object();
  if (!d.inputs.empty()) put(json, {{"inputs", list_json(d.inputs)}});
  if (!d.targets.empty()) put(json, {{"targets", list_json(d.targets)}});
  if (!d.ignore.empty()) put(json, {{"ignore", list_json(d.ignore)}});
  if (!d.id.empty()) put(json, {{"id", d.id}});
  if (d.dates != Dates::ignore) put(json, {{"dates", name_of(dates_names, d.dates)}});
  if (d.missing != Missing::refuse) put(json, {{"missing", name_of(missing_names, d.missing)}});
  if (d.label != LabelSide::automatic) put(json, {{"label", name_of(label_sides, d.label)}});
  if (d.header != Header::automatic) put(json, {{"header", d.header == Header::yes}});
  if (d.unknown != Unknown::error) put(json, {{"unknown", name_of(unknown_names, d.unknown)}});
  if (d.keys != Keys::undeclared) put(json, {{"keys", name_of(keys_names, d.keys)}});
  if (d.grid > 0) put(json, {{"grid", d.grid}});
  if (d.roll >= 0) put(json, {{"roll", d.roll}});
  if (d.scaling != Scaling::standard) put(json, {{"scaling", name_of(scaling_names, d.scaling)}});
  return json;
}

void check_dataset(const Config& c) {
  const DatasetConfig& d = c.dataset;
  if (d.unknown == Unknown::symbol && !c.task.info().reads_symbols)
    refuse_config("dataset.unknown", "error or skip (this task reads no examples of symbols)", "\"symbol\"");
  const std::pair<const char*, bool> music[]{
      {"dataset.keys", d.keys != Keys::undeclared}, {"dataset.grid", d.grid > 0}, {"dataset.roll", d.roll >= 0}};
  for (const auto& [field, given] : music)
    if (given && c.task.kind != TaskKind::notes)
      refuse_config(field, "nothing (only notes reads music)", c.task.name());
  if (c.task.loss.kind == Loss::gaussian && d.scaling == Scaling::log && !d.generated())
    refuse_config("dataset.scaling", "none, standard or minmax (a deviation of logarithms is none of the numbers)",
                  "\"log\"");
  const bool tables = (c.task.kind == TaskKind::regress && !c.task.pooled()) || c.task.kind == TaskKind::classify;
  if (d.generated() || tables) return;
  if (d.scaling != Scaling::standard && c.task.kind != TaskKind::regress)
    refuse_config("dataset.scaling", "nothing (regress and classify scale numbers)", c.task.name());
  const std::pair<const char*, bool> fields[]{
      {"dataset.inputs", !d.inputs.empty()},       {"dataset.targets", !d.targets.empty()},
      {"dataset.ignore", !d.ignore.empty()},       {"dataset.id", !d.id.empty()},
      {"dataset.dates", d.dates != Dates::ignore}, {"dataset.missing", d.missing != Missing::refuse}};
  for (const auto& [field, given] : fields)
    if (given) refuse_config(field, "nothing (tables are read by regress, not pooled, and by classify)", c.task.name());
}

}  // namespace unfold
