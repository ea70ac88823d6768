// Tasks of a configuration.
#include "unfold/base/json_list.h"
#include "unfold/base/phrase.h"
#include "unfold/config/config_reader.h"
#include "unfold/config/dataset_info.h"

namespace unfold {
namespace {

constexpr const char* weightings[]{"none", "balanced"};
constexpr const char* scores[]{"additive", "multiplicative"};
constexpr Named<Termination> terminations[]{
    {"end", Termination::end}, {"halt", Termination::halt}, {"count", Termination::count}};
constexpr Named<Pooling> poolings[]{{"none", Pooling::none}, {"last", Pooling::last}, {"mean", Pooling::mean}};
constexpr Named<Loss> losses[]{{"squared", Loss::squared},
                               {"absolute", Loss::absolute},
                               {"huber", Loss::huber},
                               {"quantile", Loss::quantile},
                               {"gaussian", Loss::gaussian}};
constexpr Named<ContextUse> uses[]{{"none", ContextUse::none},
                                   {"input", ContextUse::input},
                                   {"initial", ContextUse::initial},
                                   {"both", ContextUse::both}};

void parse_attention(Reader& r, AttentionConfig& a) {
  const Json* value = r.get("attention");
  if (!value || is_text(*value, "none")) return;
  const Json object = expanded(*value, "score");
  Reader in(object, r.path("attention"));
  a.on = true;
  a.additive = in.choice("score", scores, "additive") == "additive";
  in.integer("size", a.size, 0, 8192);
  in.boolean("inputFeeding", a.input_feeding);
  in.finish();
}

void parse_pooling(Reader& in, TaskConfig& t) {
  const TaskInfo& info = t.info();
  if (info.pools == TaskInfo::Pools::never) return;
  if (info.pools == TaskInfo::Pools::always && !t.pooled()) t.pooling = Pooling::last;
  in.one_of("pooling", poolings, t.pooling);
  if (info.pools == TaskInfo::Pools::always && !t.pooled())
    refuse_config(in.path("pooling"), "last or mean (a label for every step is the task tag)", "\"none\"");
}

void parse_quantiles(Reader& in, std::vector<double>& to) {
  const Json* value = in.get("quantiles");
  to = {0.1, 0.5, 0.9};
  if (!value) return;
  const std::string field = in.path("quantiles");
  if (!value->is_array() || value->size() % 2 == 0 || value->size() > NumberLoss::most_quantiles)
    refuse_config(field, "an odd number of quantiles, at most 15 (the middle one is the answer)", shown(*value));
  to.clear();
  for (std::size_t i = 0; i < value->size(); ++i) {
    const Json& one = (*value)[i];
    const double q = one.is_number() ? one.get<double>() : 0;
    if (!(q >= 0.001 && q <= 0.999) || (i > 0 && q <= to.back()))
      refuse_config(field + at_index(i), "a number from 0.001 to 0.999, above the one before it", shown(one));
    to.push_back(q);
  }
}

/// Of regress, or of any task the default.
void parse_loss(Reader& in, TaskConfig& t) {
  if (t.kind != TaskKind::regress) return;
  in.one_of("loss", losses, t.loss.kind);
  if (t.loss.kind == Loss::huber) in.number("delta", t.loss.delta, 0, 1e6, true);
  if (t.loss.kind == Loss::quantile) parse_quantiles(in, t.loss.quantiles);
  in.integer("feedbackSteps", t.feedback_steps, 0, TaskConfig::most_steps);
  if (t.feedback_steps > 0 && t.pooled())
    refuse_config(in.path("feedbackSteps"), "0 (one answer for a sequence is not read again)",
                  std::to_string(t.feedback_steps));
}

/// The fields that a task has.
void parse_task_fields(Reader& in, TaskConfig& t) {
  const TaskInfo& info = t.info();
  parse_pooling(in, t);
  parse_loss(in, t);
  if (info.sequences) in.one_of("termination", terminations, t.termination);
  if (info.data == TaskData::examples) {
    in.integer("maxLength", t.max_length, 1, TaskConfig::most_steps);
    in.boolean("truncate", t.truncate);
    in.boolean("carryState", t.carry_state);
    if (t.carry_state && t.pooling == Pooling::mean)
      refuse_config(in.path("carryState"), "false (the mean needs every step of a sequence at once)", "true");
    if (t.carry_state && info.sequences)
      refuse_config(in.path("carryState"), "false (the task needs the whole of a sequence in one window)", "true");
  }
  if (info.labels || info.autoregressive) in.number("labelSmoothing", t.label_smoothing, 0, 0.9);
  if (info.labels) t.class_weights = in.choice("classWeights", weightings, weightings[0]) == weightings[1];
  if (info.sizes) {
    in.integer("inputs", t.inputs, 1, 65536);
    in.integer("outputs", t.outputs, 0, 65536);
    if (t.inputs == 0) refuse_config(in.path("inputs"), "numbers a step", "nothing");
  }
  if (info.context) in.integer("context", t.context, 0, 65536);
}

/// The task of that name; `otherwise` if none is given.
TaskKind parse_kind(Reader& in, TaskKind otherwise) {
  const std::string_view name = in.choice("name", task_names(), task_info(otherwise).name);
  std::size_t i = 0;
  while (task_names()[i] != name) ++i;
  return TaskKind(i);
}

}  // namespace

void parse_task(Reader& r, Config& c) {
  TaskConfig& t = c.task;
  parse_dataset(r, c.dataset);
  const DatasetInfo* made = find_generated_dataset(c.dataset.name);
  if (made) {
    t.kind = made->task;
    t.pooling = made->pooling;
  }
  if (const Json* value = r.get("task")) {
    const Json object = expanded(*value, "name");
    Reader in(object, r.path("task"));
    t.kind = parse_kind(in, t.kind);
    if (made && t.kind != made->task)
      refuse_config(in.path("name"),
                    phrase("{} (the task of the dataset {})", {task_info(made->task).name, made->name}),
                    phrase("\"{}\"", {t.name()}));
    parse_task_fields(in, t);
    in.finish();
  }
  parse_attention(r, c.attention);
  r.one_of("context", uses, c.context);
}

void task_json(const Config& c, Json& json) {
  const TaskConfig& t = c.task;
  const TaskInfo& info = t.info();
  if (t.learns_text()) {
    if (t.label_smoothing > 0)
      put(json, {{"task", object({{"name", info.name}, {"labelSmoothing", t.label_smoothing}})}});
    return;
  }
  Json task = object({{"name", info.name}});
  if (info.pools != TaskInfo::Pools::never) put(task, {{"pooling", name_of(poolings, t.pooling)}});
  if (info.sequences) put(task, {{"termination", name_of(terminations, t.termination)}});
  if (info.sequences || t.max_length > 0) put(task, {{"maxLength", t.written_length()}});
  if (t.label_smoothing > 0) put(task, {{"labelSmoothing", t.label_smoothing}});
  if (t.class_weights) put(task, {{"classWeights", weightings[1]}});
  if (t.loss.kind != Loss::squared) put(task, {{"loss", name_of(losses, t.loss.kind)}});
  if (t.loss.kind == Loss::huber) put(task, {{"delta", t.loss.delta}});
  if (t.loss.kind == Loss::quantile) put(task, {{"quantiles", list_json(t.loss.quantiles)}});
  if (t.feedback_steps > 0) put(task, {{"feedbackSteps", t.feedback_steps}});
  if (t.truncate) put(task, {{"truncate", true}});
  if (t.carry_state) put(task, {{"carryState", true}});
  if (info.sizes) put(task, {{"inputs", t.inputs}, {"outputs", t.outputs}});
  if (t.context > 0) put(task, {{"context", t.context}});
  put(json, {{"task", task}});
  if (const Json dataset = dataset_json(c.dataset); !dataset.empty()) put(json, {{"dataset", dataset}});
  if (c.has_context()) put(json, {{"context", name_of(uses, c.context)}});
  const AttentionConfig& a = c.attention;
  if (a.on)
    put(json, {{"attention",
                object({{"score", scores[a.additive ? 0 : 1]}, {"size", a.size}, {"inputFeeding", a.input_feeding}})}});
}

void task_choices(Json& schema) {
  Json list = Json::array();
  for (const DatasetInfo* d : generated_datasets())
    list.push_back(object({{"name", d->name},
                           {"label", d->label},
                           {"summary", d->summary},
                           {"source", d->source},
                           {"task", task_info(d->task).name},
                           {"pooling", d->pooling == Pooling::none ? "" : name_of(poolings, d->pooling)},
                           {"difficulty", d->difficulty},
                           {"min", d->min_difficulty},
                           {"default", d->default_difficulty},
                           {"max", d->max_difficulty},
                           {"optimum", d->optimum},
                           {"metric", d->metric},
                           {"trivial", d->trivial}}));
  put(schema, {{"tasks", names_json(task_names())},
               {"terminations", names_json(terminations)},
               {"losses", names_json(losses)},
               {"contexts", names_json(uses)},
               {"datasets", list}});
}

}  // namespace unfold
