// Tasks of a configuration, and what they rule out.
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
    if (t.carry_state && (t.pooled() || info.sequences))
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

namespace {

struct Place {
  const Config& c;
  bool encoder, readout;
  int layer = 0;  // that the edge enters
};

/// Numbers that a factor of a product in a layer gives; 0: it has no size of its own (an input, whose width the data
/// gives).
Index rows_of(const EdgeConfig& e, const Config& c, const std::vector<LayerConfig>& layers, const LayerConfig& own) {
  if (e.size > 0) return e.size;
  if (e.from == Source::self) return own.units;
  if (e.from == Source::layer) return layers[std::size_t(e.layer)].units;
  if (e.from == Source::input && c.embedding > 0) return c.embedding;
  if (e.from == Source::product) return rows_of(e.factors[0], c, layers, own);
  if (e.from == Source::edge) return rows_of(own.edges[std::size_t(e.layer)], c, layers, own);
  return 0;
}

void check_upper(const EdgeConfig& e, const Place& place, const std::string& field) {
  const std::vector<LayerConfig>& layers = place.encoder ? place.c.encoder.layers : place.c.layers;
  if (e.from != Source::layer || e.layer < place.layer) return;
  if (std::size_t(e.layer) >= layers.size())
    refuse_config(field + ".from", phrase("the number of one of the {} layers", {layers.size()}),
                  std::to_string(e.layer));
  if (place.encoder || place.c.task.pooled())
    refuse_config(field + ".from", "a lower layer (an encoder's layers, or pooled ones, read no upper layer)",
                  std::to_string(e.layer));
}

void check_edge(const EdgeConfig& e, const Place& place, const std::string& field, int direction);

/// Both factors of a product must have the same size, and each be a signal of numbers.
void check_product(const EdgeConfig& e, const Place& place, const std::string& field, int direction) {
  const Config& c = place.c;
  const std::vector<LayerConfig>& layers = place.encoder ? c.encoder.layers : c.layers;
  const LayerConfig& own = layers[std::size_t(place.layer)];
  Index rows[2];
  for (std::size_t i = 0; i < 2; ++i) {
    const std::string at = phrase("{}.from.product{}", {field, at_index(i)});
    check_edge(e.factors[i], place, at, direction);
    rows[i] = rows_of(e.factors[i], c, layers, own);
    if (rows[i] == 0)
      refuse_config(at + ".units", "the rows of the factor's matrix (a product wants a size)", "nothing");
  }
  if (rows[0] != rows[1])
    refuse_config(field + ".from.product", "two factors of one size", phrase("{} and {}", {rows[0], rows[1]}));
}

void check_edge(const EdgeConfig& e, const Place& place, const std::string& field, int direction) {
  const Config& c = place.c;
  if (!place.readout) check_upper(e, place, field);
  if (e.from == Source::product) return check_product(e, place, field, direction);
  if (e.from == Source::edge) return;
  const auto from = [&](bool fits, const char* expected, const char* actual) {
    if (!fits) refuse_config(field + ".from", expected, actual);
  };
  const std::vector<LayerConfig>& layers = place.encoder ? c.encoder.layers : c.layers;
  from(e.from != Source::context || (!place.encoder && c.has_context()),
       "a source that the network has (a context comes from an encoder, or is given)", "\"context\"");
  from(e.from != Source::attention || (!place.encoder && c.attention.on), "a source that the network has",
       "\"attention\"");
  from(e.from != Source::remaining || (!place.encoder && c.task.termination == Termination::count),
       "a source that the network has (task.length count)", "\"remaining\"");
  from(e.from != Source::output || (!place.encoder && c.task.info().autoregressive),
       "a source of a network that predicts symbols", "\"output\"");
  from(e.from != Source::output || direction > 0, "a source that a backward layer has", "\"output\"");
  from(!place.readout || !c.task.pooled() || e.from == Source::layer, "a layer, whose states are pooled",
       "another source");
  const bool turned = e.from == Source::layer && layers[std::size_t(e.layer)].direction != direction;
  const bool backward = direction < 0 && e.from != Source::self && e.from != Source::layer;
  if (e.delay > 0 && (turned || backward))
    refuse_config(field + ".delay", "0 (the other direction has no such past)", std::to_string(e.delay));
}

void check_blocks(const LayerConfig& layer, const EdgeConfig& e, const std::string& field) {
  if (e.blocks == 1) return;
  if (layer.units % e.blocks != 0)
    refuse_config(field + ".blocks", phrase("a divisor of the layer's {} units", {layer.units}),
                  std::to_string(e.blocks));
  if (!e.hidden.empty()) refuse_config(field + ".blocks", "1 (the edge has hidden layers)", std::to_string(e.blocks));
}

/// A layer that continues the states of another one runs together with it, step by step.
void check_states(const Config& c, bool encoder, std::size_t l, const std::string& field) {
  const std::vector<LayerConfig>& layers = encoder ? c.encoder.layers : c.layers;
  const LayerConfig& layer = layers[l];
  if (layer.state_from < 0) return;
  const auto from = std::size_t(layer.state_from);
  const auto refuse = [&](const char* expected, const std::string& actual) {
    refuse_config(field + ".stateFrom", expected, actual);
  };
  if (encoder || c.task.pooled())
    refuse("none (an encoder's layers, or pooled ones, run one after the other)", std::to_string(from));
  if (from >= layers.size() || from == l) refuse("the number of another layer", std::to_string(from));
  const LayerConfig& other = layers[from];
  if (other.cell != layer.cell || other.units != layer.units)
    refuse("a layer of the same cell with as many units", other.cell + " of " + std::to_string(other.units));
  for (const LayerConfig& each : layers)
    if (each.direction < 0) refuse("none (a layer runs backward)", std::to_string(from));
}

void check_stack(const Config& c, bool encoder) {
  const std::vector<LayerConfig>& layers = encoder ? c.encoder.layers : c.layers;
  const bool causal = !encoder && !c.task.info().bidirectional && !c.task.pooled();
  const bool windows = c.task.carry_state;
  for (std::size_t l = 0; l < layers.size(); ++l) {
    const LayerConfig& layer = layers[l];
    const std::string field = (encoder ? "encoder" : "layers") + at_index(l);
    if (causal && layer.direction < 0)
      refuse_config(field + ".direction", "forward (the network predicts what a backward layer would have read)",
                    "backward");
    if (windows && layer.direction < 0)
      refuse_config(field + ".direction", "forward (task.carryState: a backward layer needs the whole sequence)",
                    "backward");
    if (layer.initial && (encoder || !c.has_context()))
      refuse_config(field + ".initial", "false (there is no context)", "true");
    if (layer.initial && layer.direction < 0) refuse_config(field + ".initial", "false in a backward layer", "true");
    if (layer.residual && (layer.direction < 0 || (l > 0 && layers[l - 1].direction < 0)))
      refuse_config(field + ".residual", "layers of one direction", "two");
    check_states(c, encoder, l, field);
    for (std::size_t e = 0; e < layer.edges.size(); ++e) {
      const std::string at = phrase("{}.edges{}", {field, at_index(e)});
      check_blocks(layer, layer.edges[e], at);
      check_edge(layer.edges[e], {c, encoder, false, int(l)}, at, layer.direction);
    }
  }
}

}  // namespace

void check_task(const Config& c) {
  const TaskInfo& info = c.task.info();
  check_dataset(c);
  check_stack(c, false);
  if (c.encoder.on()) check_stack(c, true);
  for (std::size_t e = 0; e < c.readout.size(); ++e)
    check_edge(c.readout[e], {c, false, true}, "readout" + at_index(e), 1);
  if (c.attention.on && !info.encoder) refuse_config("attention", "none (there is no encoder)", "attention");
  if (c.attention.on && c.layers.back().direction < 0)
    refuse_config("attention", "a forward last layer", "a backward one");
  if (info.encoder && c.context == ContextUse::none && !c.attention.on)
    refuse_config("context", "input, initial or both (or attention): else nothing reaches the decoder", "\"none\"");
  if (c.scheduled_sampling.on() && !info.autoregressive && !c.task.predicts_rows())
    refuse_config("scheduledSampling", "none (the network is not fed its own answers)",
                  name_of(c.scheduled_sampling.kind));
  if (c.scheduled_sampling.on() && c.free_running)
    refuse_config("feedback", "target, with scheduled sampling", "\"softmax\"");
  if (c.free_running && !info.autoregressive)
    refuse_config("feedback", "target (the network is not fed its own answers)", "\"softmax\"");
  for (std::size_t e = 0; c.task.kind == TaskKind::tensor && c.task.outputs == 0 && e < c.readout.size(); ++e)
    if (c.readout[e].from != Source::layer || !c.readout[e].hidden.empty())
      refuse_config("readout" + at_index(e), "a layer, whose states are the answer (task.outputs is 0)",
                    "a computation");
  if (info.data == TaskData::caller) {
    const auto refuse = [](const char* field) {
      refuse_config(field, "none (the caller trains a network of the task \"tensor\")", "some");
    };
    if (c.regularization != RegularizationConfig{}) refuse("regularization");
    if (c.averaging.on()) refuse("averaging");
    if (c.accumulate > 1) refuse("accumulate");
    if (!c.optimizer.groups.empty()) refuse("optimizer.groups");
  }
  if (c.tie_weights && !info.autoregressive)
    refuse_config("tieWeights", "false (input and output are different things)", "true");
  if (c.embedding > 0 && info.numbers)
    refuse_config("embedding", "0 (the input is numbers)", std::to_string(c.embedding));
}

}  // namespace unfold
